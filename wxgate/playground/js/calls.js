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
  const calls = createList(changed, keep)
  const waiting = new Map()

  const ofTrace = ({ trace, requestId }) =>
    calls.find((call) => call.trace?.trace === trace) ??
    (requestId && calls.find((call) => call.exchange?.requestId === requestId))

  /** What the services said about this request before its phone knew the request's id. */
  const told = ({ requestId }) => {
    const traces = [...waiting.values(), ...calls.list().map((call) => call.trace)]
    return requestId && traces.find((trace) => trace?.requestId === requestId)
  }

  const settle = (id) => {
    const trace = waiting.get(id)
    waiting.delete(id)
    if (!ofTrace(trace) && !calls.hasLeft(trace)) calls.insert({ trace })
  }

  return {
    list: calls.list,
    clear: calls.clear,
    /** A phone sends something. Tell again when it has its answer. */
    exchange(exchange) {
      const call = calls.find((other) => other.exchange === exchange)
      if (!call) return calls.insert({ exchange })
      const trace = told(exchange)
      return trace ? calls.join(call, trace) : changed()
    },
    /** The services tell of a trace. */
    trace(trace) {
      const call = ofTrace(trace)
      if (call) return calls.join(call, trace)
      if (!waiting.has(trace.trace)) setTimeout(() => settle(trace.trace), CLAIM_MS)
      waiting.set(trace.trace, trace)
    },
  }
}

/** The list itself: at most `keep` calls, and a memory of those that have left. `changed` is called with each change. */
function createList(changed, keep) {
  let calls = []
  let number = 0
  const past = createPast()

  const cut = (most) => {
    calls.slice(most).forEach(past.add)
    calls = calls.slice(0, most)
    changed()
  }

  return {
    list: () => calls,
    find: (wanted) => calls.find(wanted),
    hasLeft: past.has,
    clear: () => cut(0),
    insert(call) {
      calls = [{ key: `call-${++number}`, ...call }, ...calls]
      cut(keep)
    },
    /** What the services said belongs to this call, and to no other. */
    join(call, trace) {
      calls = calls.filter((other) => other === call || other.trace?.trace !== trace.trace)
      call.trace = trace
      changed()
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
