// The list beside the diagram: what the phones sent, joined with what the services say about it.

/** A call seen by the services alone is listed after so long: one of our phones may still be about to claim it. */
const CLAIM_MS = 400
/** So many calls that have left the list are known, so that late news does not bring them back. */
const PAST = 200

/**
 * Keeps the latest calls, newest first. A call is `{key, exchange?, trace?}`: an exchange is what a phone saw
 * (see wx.js), a trace what the services did (see traces.js). They are the same call if the request id is.
 */
export function createCalls(changed, { keep = 20, setTimeout = globalThis.setTimeout } = {}) {
  let calls = []
  let number = 0
  const past = createPast()
  const waiting = new Map()

  const known = (trace) => calls.find((call) => call.trace?.trace === trace.trace)
  const claimed = ({ requestId }) => requestId && calls.find((call) => call.exchange?.requestId === requestId)

  const cut = (most) => {
    calls.slice(most).forEach(past.add)
    calls = calls.slice(0, most)
  }

  const insert = (call) => {
    calls = [{ key: `call-${++number}`, ...call }, ...calls]
    cut(keep)
    changed()
  }

  /** What the services said about this request before its phone knew the request's id. */
  const told = ({ requestId }) => {
    const traces = [...waiting.values(), ...calls.map((call) => call.trace)]
    return requestId && traces.find((trace) => trace?.requestId === requestId)
  }

  const join = (call, trace) => {
    calls = calls.filter((other) => other === call || other.trace?.trace !== trace.trace)
    call.trace = trace
    changed()
  }

  const settle = (id) => {
    const trace = waiting.get(id)
    waiting.delete(id)
    if (!known(trace) && !claimed(trace) && !past.has(trace)) insert({ trace })
  }

  return {
    list: () => calls,
    clear() {
      cut(0)
      changed()
    },
    /** A phone sends something. Tell again when it has its answer. */
    exchange(exchange) {
      const call = calls.find((other) => other.exchange === exchange)
      if (!call) return insert({ exchange })
      const trace = told(exchange)
      return trace ? join(call, trace) : changed()
    },
    /** The services tell of a trace. */
    trace(trace) {
      const call = known(trace) ?? claimed(trace)
      if (call) return join(call, trace)
      if (!waiting.has(trace.trace)) setTimeout(() => settle(trace.trace), CLAIM_MS)
      waiting.set(trace.trace, trace)
    },
  }
}

/** The calls that have left the list, by the ids of their trace and of their request. */
function createPast() {
  const ids = new Set()
  return {
    add({ exchange, trace }) {
      for (const id of [trace?.trace, exchange?.requestId]) if (id) ids.add(id)
      while (ids.size > PAST) ids.delete(ids.values().next().value)
    },
    has: ({ trace, requestId }) => ids.has(trace) || ids.has(requestId),
  }
}
