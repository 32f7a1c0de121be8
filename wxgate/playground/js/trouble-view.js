// The switches for a bad day.

import { byId, el, fill } from './dom.js'
import { maybe, t } from './i18n.js'
import { TROUBLES } from './world.js'

/** Draws the switches as the world has them. `store` is where sessions are kept; `failed` is told when one does not reach its service. */
export function drawTroubles(world, store, failed) {
  fill(
    byId('troubles'),
    TROUBLES.map((name) => drawSwitch(name, world, store, failed)),
  )
  const hint = (name) =>
    el('p', { id: `hint-${name}`, class: world.isOn(name) ? '' : 'unseen' }, t(`trouble.${name}.hint`))
  fill(byId('hints'), !world.anyOn() && el('p', {}, t('trouble.lead')), TROUBLES.map(hint))
}

function drawSwitch(name, world, store, failed) {
  const input = el('input', {
    id: `trouble-${name}`,
    type: 'checkbox',
    role: 'switch',
    'aria-describedby': `hint-${name}`,
  })
  input.checked = world.isOn(name)
  input.addEventListener('change', () => world.turn(name, input.checked).catch(failed))
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
