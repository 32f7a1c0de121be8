// The switches for a bad day.

import { byId, el, fill } from './dom.js'
import { maybe, t } from './i18n.js'
import { TROUBLES } from './world.js'

/** Draws the switches as the world has them. `store` is where sessions are kept; `turned` is called with what a turn gives. */
export function drawTroubles(world, store, turned) {
  fill(
    byId('troubles'),
    TROUBLES.map((name) => drawSwitch(name, world, store, turned)),
  )
  const hint = (name) =>
    el('p', { id: `hint-${name}`, class: world.isOn(name) ? '' : 'unseen' }, t(`trouble.${name}.hint`))
  fill(byId('hints'), !world.anyOn() && el('p', {}, t('trouble.lead')), TROUBLES.map(hint))
}

function drawSwitch(name, world, store, turned) {
  const input = el('input', {
    id: `trouble-${name}`,
    type: 'checkbox',
    role: 'switch',
    'aria-describedby': `hint-${name}`,
  })
  input.checked = world.isOn(name)
  input.addEventListener('change', () => turned(world.turn(name, input.checked)))
  return el(
    'li',
    {},
    el(
      'label',
      {},
      input,
      el('span', { class: 'knob', 'aria-hidden': 'true' }),
      maybe(`trouble.${name}.${store}`) ?? t(`trouble.${name}`),
    ),
  )
}
