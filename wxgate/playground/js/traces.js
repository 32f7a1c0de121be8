// Collects spans until a trace is whole.

/** So many unfinished traces are held; health checks and aborted calls may never finish. */
const UNFINISHED = 200

/**
 * Takes spans as they end, and tells of a trace when its root has come, and again when a straggler follows:
 * `whole({trace, root, spans, requestId})`.
 */
export function createTraces(whole, keep = 20) {
  const spansOf = new Map()
  const finished = new Map()

  const forget = (map, most) => {
    while (map.size > most) map.delete(map.keys().next().value)
  }

  const tell = (trace) => {
    const root = finished.get(trace)
    whole({ trace, root, spans: [...spansOf.get(trace)], requestId: root.attributes?.request_id })
  }

  return {
    add(span) {
      if (!spansOf.has(span.trace)) spansOf.set(span.trace, [])
      spansOf.get(span.trace).push(span)
      if (isRoot(span) && !isOurs(span)) finished.set(span.trace, span)
      if (finished.has(span.trace)) tell(span.trace)
      forget(finished, keep)
      forget(spansOf, UNFINISHED)
      for (const trace of finished.keys()) if (!spansOf.has(trace)) finished.delete(trace)
    },
  }
}

/** A root has no parent; it must be a server's, since background work of the services has roots of its own. */
function isRoot({ parent, kind }) {
  return !parent && kind === 'server'
}

/** What this page itself asks for. */
function isOurs({ name }) {
  return name.includes(' /playground')
}
