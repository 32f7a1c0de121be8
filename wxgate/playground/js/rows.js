// From messages to the rows of the diagram: a call, what happens meanwhile, the return.

import { LANES } from './messages.js'

/**
 * The rows of a diagram, top to bottom: `{kind: 'call'|'return', message, leaf, active}`.
 * A message that caused others has two rows, any other has one. `active` are the lanes at work at that time.
 */
export function rowsOf(messages) {
  const rows = []
  const place = (message, active) => {
    const within = active.includes(message.to) ? active : [...active, message.to]
    const leaf = message.children.length === 0 && (message.note || message.from !== 'app')
    rows.push({ kind: 'call', message, leaf, active: within })
    message.children.forEach((child) => place(child, within))
    if (!leaf) rows.push({ kind: 'return', message, leaf, active: within })
  }
  messages.forEach((message) => place(message, []))
  return rows
}

/** Where an arrow is: the columns of its left and right end, and whether it points to the left. */
export function arrowOf({ kind, message }) {
  const from = LANES.indexOf(message.from)
  const to = LANES.indexOf(message.to)
  const leftwards = kind === 'call' ? to < from : from < to
  return { left: Math.min(from, to), right: Math.max(from, to), leftwards }
}

/** Where a message lies within its trace, as parts of 1: for the bar that shows its time. */
export function barOf({ span }, { start_us: begin, duration_us: whole }) {
  const share = (us) => Math.min(1, Math.max(0, us / Math.max(1, whole)))
  const start = share(span.start_us - begin)
  return { start, length: Math.min(1 - start, share(span.duration_us)) }
}
