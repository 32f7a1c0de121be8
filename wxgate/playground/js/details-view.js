// What is behind a row of the diagram: the explanation, and the facts.

import { el } from './dom.js'
import { duration } from './format.js'
import { maybe, t } from './i18n.js'

const GRPC = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]

/** How a message ended: `{text, bad}`. */
export function resultOf(message, { exchange } = {}) {
  if (message.pending) return { text: t('result.pending'), bad: false }
  if (message.from === 'app') return answered(message, exchange)
  const { 'rpc.grpc.status_code': grpc } = message.span.attributes ?? {}
  if (grpc !== undefined) return { text: GRPC[grpc] ?? String(grpc), bad: Number(grpc) !== 0 }
  return { text: t(message.span.error ? 'result.failed' : 'result.done'), bad: message.span.error }
}

function answered({ span, to }, exchange) {
  if (to === 'wechat') return { text: t('result.done'), bad: false }
  if (exchange?.lost) return { text: t('result.lost'), bad: true }
  if (exchange?.failed) return { text: t('result.none'), bad: true }
  const status = exchange?.status ?? span.attributes?.outcome
  const text = [status, exchange?.code].filter(Boolean).join(' ')
  return { text, bad: Number(status) >= 400 }
}

/** The panel under a row. */
export function details(row, call) {
  const { message } = row
  const about = maybe(`about.${message.name}`) ?? maybe(`about.${message.to}`)
  const facts = factsOf(message, call).filter(([, value]) => value !== undefined && value !== '')
  return el(
    'div',
    { class: 'details' },
    about && el('p', {}, about),
    el(
      'dl',
      {},
      facts.map(([name, value]) => el('div', {}, el('dt', {}, t(`fact.${name}`)), el('dd', {}, String(value)))),
    ),
  )
}

function factsOf(message, { exchange, trace }) {
  const { span, server } = message
  const attributes = span.attributes ?? {}
  const outer = message.from === 'app' && !message.note
  const grpc = attributes['rpc.grpc.status_code']
  return [
    ['name', message.note ? undefined : span.name],
    ['took', message.name === 'rotate' || message.pending ? undefined : duration(span.duration_us)],
    ['inside', server && duration(server.duration_us)],
    ['browser', outer && exchange?.durationUs ? duration(exchange.durationUs) : undefined],
    ['http', outer ? (attributes.outcome ?? exchange?.status) : attributes['http.response.status_code']],
    ['code', outer ? exchange?.code : undefined],
    ['grpc', grpc === undefined ? undefined : (GRPC[grpc] ?? grpc)],
    ['errcode', attributes['wechat.errcode']],
    ['system', attributes['db.system.name']],
    ['request', outer ? (trace?.requestId ?? exchange?.requestId) : undefined],
    ['trace', message.note ? undefined : trace?.trace],
  ]
}
