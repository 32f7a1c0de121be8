// The walk: which step is done, which is shown.

import { byId, el, fill } from './dom.js'
import { t } from './i18n.js'

/** Each step, and the exchange (see wx.js) that fulfils it. */
const STEPS = {
  login: ({ method, path, status }) => method === 'POST' && path === '/v1/login' && status === 200,
  use: ({ method, path, status }) => method === 'GET' && path === '/v1/session' && status === 200,
  phone: ({ path, status }) => ['/v1/phone-number', '/v1/open-data/decrypt'].includes(path) && status === 200,
  later: ({ path, status }) => path === '/v1/session/refresh' && status === 200,
  second: ({ method, path, status, phone }) =>
    phone === 'b' && method === 'POST' && path === '/v1/login' && status === 200,
  everywhere: ({ method, path, status }) => method === 'DELETE' && path === '/v1/sessions' && status === 204,
  trouble: ({ troubled }) => troubled,
}
const NAMES = Object.keys(STEPS)

const done = new Set()
let shown = 'login'

/** Marks what an exchange fulfils, and shows the last step that it fulfilled for the first time. */
export function fulfil(exchange) {
  if (exchange.durationUs === undefined) return
  const fresh = NAMES.filter((name) => !done.has(name) && STEPS[name](exchange))
  if (fresh.length === 0) return
  fresh.forEach((name) => done.add(name))
  shown = fresh[fresh.length - 1]
  drawGuide()
}

/** Draws the steps, and the words of the one that is shown. */
export function drawGuide() {
  fill(byId('steps'), NAMES.map(drawStep))
  const next = NAMES.find((name) => !done.has(name) && name !== shown)
  fill(
    byId('step'),
    el(
      'div',
      {},
      !done.has(shown) && el('p', { class: 'do' }, t(`step.${shown}.do`)),
      el('p', {}, t(`step.${shown}.shows`)),
    ),
    done.has(shown) &&
      next &&
      el(
        'button',
        { id: 'next-step', type: 'button', onclick: () => show(next) },
        t('guide.next', { step: t(`step.${next}`) }),
      ),
  )
}

function drawStep(name, index) {
  const isDone = done.has(name)
  return el(
    'li',
    {},
    el(
      'button',
      {
        id: `step-${name}`,
        type: 'button',
        class: isDone ? 'done' : '',
        'aria-current': name === shown ? 'step' : undefined,
        onclick: () => show(name),
      },
      el('span', { class: 'number', 'aria-hidden': 'true' }, isDone ? '✓' : String(index + 1)),
      t(`step.${name}`),
      isDone && el('span', { class: 'unseen' }, ` (${t('guide.done')})`),
    ),
  )
}

function show(name) {
  shown = name
  drawGuide()
  byId(`step-${name}`).focus()
}
