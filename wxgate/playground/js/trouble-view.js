// The switches for a bad day.

import { byId, el, fill } from './dom.js'
import { t } from './i18n.js'
import { TROUBLES } from './world.js'

/** Draws the switches as the world has them. `failed` is told when one does not reach its service. */
export function drawTroubles(world, failed) {
  fill(byId('troubles'), TROUBLES.map((name) => drawSwitch(name, world, failed)))
  const hint = (name) => el('p', { id: `hint-${name}`, class: world.isOn(name) ? '' : 'unseen' }, t(`trouble.${name}.hint`))
  fill(byId('hints'), !world.anyOn() && el('p', {}, t('trouble.lead')), TROUBLES.map(hint))
}

function drawSwitch(name, world, failed) {
  const input = el('input', { id: `trouble-${name}`, type: 'checkbox', role: 'switch', 'aria-describedby': `hint-${name}` })
  input.checked = world.isOn(name)
  input.addEventListener('change', () => world.turn(name, input.checked).catch(failed))
  return el('li', {}, el('label', {}, input, el('span', { class: 'knob', 'aria-hidden': 'true' }), t(`trouble.${name}`)))
}
