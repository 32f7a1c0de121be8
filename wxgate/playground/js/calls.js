// The list beside the diagram: what the phones sent, joined with what the services say about it.

/** A call seen by the services alone is listed after so long: one of our phones may still be about to claim it. */
const CLAIM_MS = 400

/**
 * Keeps the latest calls, newest first. A call is `{key, exchange?, trace?}`: an exchange is what a phone saw
 * (see wx.js), a trace what the services did (see traces.js). They are the same call if the request id is.
 */
export function createCalls(changed, { keep = 20, setTimeout = globalThis.setTimeout } = {}) {
  let calls = []
  let number = 0

  const insert = (call) => {
    calls = [{ key: `call-${++number}`, ...call }, ...calls].slice(0, keep)
    changed()
  }
  const known = (trace) => calls.find((call) => call.trace?.trace === trace.trace)
  const claimed = (requestId) => requestId && calls.find((call) => call.exchange?.requestId === requestId)
  const drop = (call) => (calls = calls.filter((other) => other !== call))

  const join = (call, trace) => {
    const stranger = known(trace)
    if (stranger && stranger !== call) drop(stranger)
    call.trace = trace
    changed()
  }
  const waiting = new Map()
  const waitingFor = (requestId) => [...waiting.values()].find((trace) => trace.requestId === requestId)

  return {
    list: () => calls,
    clear() {
      calls = []
      changed()
    },
    /** A phone sends something. Tell again when it has its answer. */
    exchange(exchange) {
      const call = calls.find((other) => other.exchange === exchange)
      if (!call) return insert({ exchange })
      const { requestId } = exchange
      const seen = calls.find((other) => other.trace?.requestId === requestId)?.trace ?? waitingFor(requestId)
      if (requestId && seen) return join(call, seen)
      changed()
    },
    /** The services tell of a trace. */
    trace(trace) {
      const call = known(trace) ?? claimed(trace.requestId)
      if (call) return join(call, trace)
      if (!waiting.has(trace.trace)) setTimeout(() => settle(trace.trace), CLAIM_MS)
      waiting.set(trace.trace, trace)
    },
  }

  function settle(id) {
    const trace = waiting.get(id)
    waiting.delete(id)
    if (!known(trace) && !claimed(trace.requestId)) insert({ trace })
  }
}
