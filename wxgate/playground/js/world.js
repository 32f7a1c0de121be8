// The world around the phones: who holds them, what time it is, what goes wrong.

import { fake, storeDown } from './server.js'
import { phoneStorage } from './memory.js'

/** The only path of WeChat's that the switches spoil. */
const LOGIN = '/sns/jscode2session'
/** Longer than anybody likes, shorter than wxgate waits for WeChat (3 s). */
const SLOW_MS = 2000

/** The switches, in the order in which the page shows them. */
export const TROUBLES = ['slow', 'busy', 'key', 'store', 'lost']

/** One person with several phones. `changed` is called when a switch or the time changes. */
export function createWorld(changed) {
  const kept = phoneStorage('person')
  const on = new Set()
  let ahead = kept.get('ahead') ?? 0

  const apply = {
    slow: () => fake.faults(faults(on)),
    busy: () => fake.faults(faults(on)),
    store: () => storeDown(on.has('store')),
  }

  const put = (trouble, isOn) => {
    if (isOn) on.add(trouble)
    else on.delete(trouble)
    changed()
  }

  /** A switch that does not reach its service goes back: it shows how things are. */
  const turn = async (trouble, isOn) => {
    put(trouble, isOn)
    try {
      await apply[trouble]?.()
    } catch (error) {
      put(trouble, !isOn)
      throw error
    }
  }

  return {
    /** The phones' clock, in milliseconds since 1970: it can be put ahead. */
    now: () => Date.now() + ahead,
    skip(ms) {
      ahead += ms
      kept.set('ahead', ahead)
      changed()
    },
    person: () => kept.get('openid'),
    met: (openid) => kept.set('openid', openid),
    /** What the tea shop has on its card for this person. */
    stamps: () => kept.get('stamps') ?? 0,
    stamp: () => kept.set('stamps', (kept.get('stamps') ?? 0) + 1),
    /** Somebody else takes the phones. */
    forget() {
      kept.remove('openid')
      kept.remove('stamps')
    },
    isOn: (trouble) => on.has(trouble),
    anyOn: () => on.size > 0,
    turn,
    /** Whether the answer that has just come is to be lost: one is, then the switch is off again. */
    loses() {
      if (!on.has('lost')) return false
      void turn('lost', false)
      return true
    },
    /** After a reload the switches are off, and so is what they switched on. */
    calm: () => Promise.all([fake.faults([]), storeDown(false)]),
  }
}

/** The plan of faults for fake-wechat. */
export function faults(on) {
  if (!on.has('slow') && !on.has('busy')) return []
  const delay = on.has('slow') ? { delay_ms: SLOW_MS } : {}
  const refusal = on.has('busy') ? { errcode: -1 } : {}
  return [{ path: LOGIN, ...delay, ...refusal }]
}
