// The sequence diagram of one call.

import { byId, el, fill } from './dom.js'
import { duration } from './format.js'
import { t } from './i18n.js'
import { bareMessage, LANES, messagesOf, noteMessages } from './messages.js'
import { arrowOf, barOf, rowsOf } from './rows.js'
import { details, resultOf } from './details-view.js'

/** Which row of which call is open: one at most. */
let open = ''

/** Draws the names of the lanes. `store` is where sessions are kept: `memory` or `redis`. */
export function drawLanes(store) {
  const head = (lane) => {
    const name = lane === 'store' ? `lane.store.${store}` : `lane.${lane}`
    return el(
      'li',
      { 'data-lane': lane },
      el('span', { class: 'long' }, t(name)),
      el('span', { class: 'short' }, t(`${name}.short`)),
    )
  }
  fill(byId('lanes'), LANES.map(head))
}

/** Draws a call (see calls.js), or a word of welcome when there is none. */
export function drawDiagram(call) {
  byId('diagram').hidden = !call
  byId('empty').hidden = Boolean(call)
  if (!call) return
  const notes = noteMessages(call.exchange)
  const messages = call.trace ? messagesOf(call.trace.spans) : [bareMessage(call.exchange)]
  const whole = call.trace?.root ?? messages[0].span
  const rows = rowsOf([...notes, ...messages])
  byId('rows').setAttribute('aria-label', t('diagram.of', { name: whole.name }))
  const nodes = rows.map((row, index) => drawRow(row, `${call.key}-${index}`, whole, call))
  fill(byId('rows'), nodes)
  rove(nodes)
}

function drawRow(row, id, whole, call) {
  const { message, kind } = row
  const isOpen = open === id
  const classes = {
    bad: message.span.error || resultOf(message, call).bad,
    note: message.note,
    pending: message.pending,
    self: message.from === message.to,
  }
  const button = el(
    'button',
    { id, type: 'button', 'aria-expanded': String(isOpen), onclick: () => toggle(id, call) },
    el('span', { class: 'unseen' }, spoken(row, call)),
    el('span', { class: 'track', 'aria-hidden': 'true' }, drawTrack(row, call)),
    el('span', { class: 'time', 'aria-hidden': 'true' }, timeOf(row, whole)),
  )
  const names = ['row', kind, ...Object.keys(classes).filter((name) => classes[name])]
  return el('li', { class: names.join(' ') }, button, isOpen && details(row, call))
}

/** The life lines, the arrow between two of them, and what is written on it. */
function drawTrack(row, call) {
  const { left, right, leftwards } = arrowOf(row)
  const vars = { left, span: right - left, rest: LANES.length - 1 - right }
  const side = left > 3 ? 'right' : 'left'
  return [
    LANES.map((lane) => el('i', { 'data-lane': lane, class: lineClass(lane, row) })),
    el('span', { class: 'label', vars, 'data-side': side }, el('span', {}, labelOf(row, call))),
    el('span', { class: `arrow ${leftwards ? 'leftwards' : ''}`, vars, 'data-to': row.message.to }),
  ]
}

/** A lane at work is drawn thick; the one that is called begins, or ends, in the middle of the row. */
function lineClass(lane, { message, kind, leaf, active }) {
  if (!active.includes(lane)) return ''
  if (lane !== message.to) return 'on'
  if (message.from === message.to) return message.note ? 'on only' : 'on'
  if (leaf) return 'on only'
  return kind === 'call' ? 'on begins' : 'on ends'
}

function labelOf({ message, kind }, call) {
  if (kind === 'call') return message.note ? t(`note.${message.name}`) : message.name
  const { text } = resultOf(message, call)
  return text
}

function timeOf({ kind, message }, whole) {
  if (message.pending) return [el('span', { class: 'figures' }, '…')]
  if (kind === 'return') return []
  const { start, length } = barOf(message, whole)
  const bar = !message.note && el('span', { class: 'bar', vars: { start, length }, 'data-to': message.to })
  return [
    el('span', { class: 'bars' }, bar),
    el('span', { class: 'figures' }, message.name === 'rotate' ? '' : duration(message.span.duration_us)),
  ]
}

function spoken(row, call) {
  const { message, kind } = row
  const [from, to] = kind === 'call' ? [message.from, message.to] : [message.to, message.from]
  const values = {
    from: t(`lane.${from}`),
    to: t(`lane.${to}`),
    what: labelOf(row, call),
    time: duration(message.span.duration_us),
  }
  return t(kind === 'call' ? 'diagram.call' : 'diagram.return', values)
}

function toggle(id, call) {
  open = open === id ? '' : id
  drawDiagram(call)
}

/** Up and down move between rows; Tab leaves the diagram. */
function rove(nodes) {
  const buttons = nodes.map((node) => node.firstChild)
  const stop = buttons.find((button) => button === document.activeElement) ?? buttons[0]
  buttons.forEach((button, index) => {
    button.tabIndex = button === stop ? 0 : -1
    button.addEventListener('keydown', (event) => {
      const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: buttons.length - 1 }[event.key]
      if (next === undefined || !buttons[next]) return
      event.preventDefault()
      button.tabIndex = -1
      buttons[next].tabIndex = 0
      buttons[next].focus()
    })
  })
}
