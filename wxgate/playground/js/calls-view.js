// The list of calls, newest on top. The newest is shown unless an older one was chosen.

import { byId, el, fill } from './dom.js'
import { duration, timeOfDay } from './format.js'
import { t } from './i18n.js'

let chosen

/** Which call the diagram shows. */
export function shownCall(calls) {
  return calls.find((call) => call.key === chosen) ?? calls[0]
}

/** Draws the list. `again` is called when another call was chosen. */
export function drawCalls(calls, again) {
  const shown = shownCall(calls)
  const choose = (key) => {
    chosen = key === calls[0].key ? undefined : key
    again()
  }
  byId('clear').hidden = calls.length === 0
  fill(
    byId('calls'),
    calls.map((call) => {
      const { method, path, status, us, at, phone } = summary(call)
      return el(
        'li',
        {},
        el(
          'button',
          {
            id: `choose-${call.key}`,
            type: 'button',
            'aria-current': call === shown ? 'true' : undefined,
            onclick: () => choose(call.key),
          },
          el('span', { class: 'name' }, el('b', {}, method), ' ', path),
          el(
            'span',
            { class: 'status', 'data-kind': kindOf(call, status) },
            status ?? (us === undefined ? '…' : t('result.short.none')),
          ),
          el(
            'span',
            { class: 'small' },
            phone ? t(`phone.${phone}.short`) : t('calls.other'),
            ' · ',
            timeOfDay(at),
            us === undefined ? '' : ` · ${duration(us)}`,
          ),
        ),
      )
    }),
  )
}

/** What is said aloud when a call has ended. */
export function spokenCall(call) {
  const { method, path, status, us } = summary(call)
  return t('calls.spoken', { name: `${method} ${path}`, status: status ?? t('result.none'), time: duration(us ?? 0) })
}

function summary({ exchange, trace }) {
  const [method, path] = trace ? trace.root.name.split(' ') : [exchange.method, exchange.path]
  const lost = exchange?.lost || exchange?.failed
  return {
    method: exchange?.method ?? method,
    path: path ?? exchange?.path ?? method,
    status: lost ? undefined : (exchange?.status ?? trace?.root.attributes?.outcome),
    us: trace?.root.duration_us ?? exchange?.durationUs,
    at: (exchange?.startUs ?? trace.root.start_us) / 1000,
    phone: exchange?.phone,
  }
}

function kindOf({ exchange }, status) {
  if (exchange?.lost || exchange?.failed || status >= 500) return 'bad'
  if (status >= 400) return 'warn'
  return status ? 'good' : 'pending'
}
