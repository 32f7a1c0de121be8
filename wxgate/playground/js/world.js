// The world around the phones: who holds them, what time it is, what goes wrong.

import { fake, isStoreDown, storeDown } from './server.js'
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
  const { isOn, anyOn, turn, learn } = createSwitches(changed)
  let ahead = kept.get('ahead') ?? 0

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
    isOn,
    anyOn,
    turn,
    learn,
    /** Whether the answer that has just come is to be lost: one is, then the switch is off again. */
    loses() {
      if (!isOn('lost')) return false
      void turn('lost', false)
      return true
    },
  }
}

/** What the services are told of the switches that are on. The others are a matter of the page alone. */
const TOLD = {
  slow: (on) => fake.faults(faults(on)),
  busy: (on) => fake.faults(faults(on)),
  store: (on) => storeDown(on.has('store')),
}

/** Those of the told that the services say are on. Another page may have turned them, and an outage ends by itself. */
async function known() {
  const [plan, isDown] = await Promise.all([fake.planned(), isStoreDown()])
  return [...troublesOf(plan), ...(isDown ? ['store'] : [])]
}

/**
 * The switches. One shows at once what is wanted; what the services did not take, it takes back.
 * They are told of one turn after the other, so that the last one counts.
 */
export function createSwitches(changed, told = TOLD, asked = known) {
  const wanted = new Map()
  let taken = new Set()
  let last = Promise.resolve()

  const inTurn = (work) => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }

  const take = async (trouble, isOn) => {
    const on = new Set(taken)
    if (isOn) on.add(trouble)
    else on.delete(trouble)
    await told[trouble]?.(on)
    taken = on
  }

  const settle = (trouble, wish) => {
    if (wanted.get(trouble) !== wish) return
    wanted.delete(trouble)
    if (taken.has(trouble) !== wish.isOn) changed()
  }

  const isOn = (trouble) => wanted.get(trouble)?.isOn ?? taken.has(trouble)

  return {
    isOn,
    anyOn: () => TROUBLES.some(isOn),
    turn(trouble, isOn) {
      const wish = { isOn }
      wanted.set(trouble, wish)
      changed()
      return inTurn(() => take(trouble, isOn)).finally(() => settle(trouble, wish))
    },
    /** Shows of the services' switches what the services say. */
    learn: () =>
      inTurn(async () => {
        const on = await asked()
        taken = new Set([...[...taken].filter((trouble) => !told[trouble]), ...on])
        changed()
      }),
  }
}

/** The plan of faults for fake-wechat. */
export function faults(on) {
  if (!on.has('slow') && !on.has('busy')) return []
  const delay = on.has('slow') ? { delay_ms: SLOW_MS } : {}
  const refusal = on.has('busy') ? { errcode: -1 } : {}
  return [{ path: LOGIN, ...delay, ...refusal }]
}

/** The switches that such a plan is of: a call meets the first fault of its path. */
export function troublesOf(plan) {
  const { delay_ms, errcode } = plan.find(({ path }) => path === LOGIN || path === '*') ?? {}
  return [...(delay_ms ? ['slow'] : []), ...(errcode === -1 ? ['busy'] : [])]
}
