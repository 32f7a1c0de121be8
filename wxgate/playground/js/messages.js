// Who talks to whom: spans of one trace become messages between lanes.

/** The columns of the diagram, in order. */
export const LANES = ['app', 'gateway', 'session', 'crypto', 'wechat', 'store', 'sql']

const SERVICES = {
  'wx.session.v1.SessionService': 'session',
  'wx.crypto.v1.CryptoService': 'crypto',
  // Within a request, only crypto-service is asked whether it is there.
  'grpc.health.v1.Health': 'crypto',
}
const DATABASES = { memory: 'store', redis: 'store', sqlite: 'sql', postgresql: 'sql' }

/** `wx.session.v1.SessionService/Login` is a method of `session`; an HTTP name is nobody's. */
function serviceOf(name) {
  const slash = name.lastIndexOf('/')
  return SERVICES[name.slice(0, slash)]
}

/** Where a span's work is done. An internal span's is its parent's: undefined here. */
export function laneOf({ kind, name, attributes = {} }) {
  const service = serviceOf(name)
  if (service) return service
  const database = attributes['db.system.name']
  if (database) return DATABASES[database]
  if (kind === 'server') return 'gateway'
  if (kind === 'client') return 'wechat'
  return undefined
}

/** What a reader calls it: without the package, for gRPC, and without "sql", which the lane says. */
export function shortName(name) {
  return serviceOf(name) ? name.slice(name.lastIndexOf('/') + 1) : name.replace(/^sql /, '')
}

/**
 * The messages of a trace, as a forest in the order in which they began: `{from, to, name, span, server, children}`.
 * A gRPC call has two spans, the caller's and the callee's; they are one message, and `server` is the second.
 */
export function messagesOf(spans) {
  const byId = new Map(spans.map((span) => [span.span, span]))
  const calls = spans.filter((span) => !callOf(span, byId))
  const messages = new Map(calls.map((span) => [span.span, messageOf(span)]))
  for (const span of spans) {
    const call = callOf(span, byId)
    if (!call) continue
    const message = messages.get(call.span)
    message.server = span
    messages.set(span.span, message)
  }
  const roots = []
  for (const span of calls) {
    const parent = messages.get(span.parent)
    ;(parent ? parent.children : roots).push(messages.get(span.span))
  }
  roots.forEach((root) => settle(root, 'app'))
  return roots.sort(byStart)
}

/** The caller's span of a server span: its parent, if that is a call of the same name. */
function callOf(span, byId) {
  const parent = span.kind === 'server' ? byId.get(span.parent) : undefined
  return parent?.kind === 'client' && parent.name === span.name ? parent : undefined
}

function messageOf(span) {
  return { span, server: undefined, name: shortName(span.name), from: undefined, to: laneOf(span), children: [] }
}

function settle(message, from) {
  message.from = from
  message.to ??= from
  message.children.sort(byStart).forEach((child) => settle(child, message.to))
}

function byStart(one, other) {
  return one.span.start_us - other.span.start_us
}

const TARGETS = { 'wx.login': 'wechat', tap: 'wechat', 'tap.old': 'wechat', rotate: 'wechat' }
/** What happens at WeChat by itself. */
const WITHIN = new Set(['rotate'])

/** The notes of an exchange (see wx.js) as messages (see above). */
export function noteMessages(exchange) {
  return (exchange?.notes ?? []).map(({ name, startUs, durationUs }) => ({
    name,
    note: true,
    from: WITHIN.has(name) ? TARGETS[name] : 'app',
    to: TARGETS[name],
    span: { name, start_us: startUs, duration_us: durationUs, error: false, attributes: {} },
    children: [],
  }))
}

/** An exchange that the services say nothing about, or not yet, as the one message that it is. */
export function bareMessage(exchange) {
  const { method, path, status, startUs, durationUs, failed } = exchange
  const error = Boolean(failed) || status >= 500
  const attributes = status ? { outcome: status } : {}
  const span = { name: `${method} ${path}`, start_us: startUs, duration_us: durationUs ?? 0, error, attributes }
  return { name: span.name, from: 'app', to: 'gateway', span, pending: durationUs === undefined, children: [] }
}
