import type { Entrance } from './entrance.js'
import { refuseWhen, type Held } from './held.js'

/** Logouts that ask the server first: one at a time. */
export interface Departure {
  /** While the user tries to leave: what resolves when that is over, however it ended. */
  leaving(): Promise<void> | undefined
  /** Asks when nothing else is under way, and ends the session here when that went well. */
  leave(ask: () => Promise<unknown>): Promise<void>
  /** Begins `work` when nothing is under way, leaving neither. Rejects when the user logged out in the meantime. */
  afterwards<T>(work: () => Promise<T>): Promise<T>
}

/** Nobody is leaving yet. `landed` is that of the entrance. */
export function createDeparture(held: Held, landed: Entrance['landed']): Departure {
  let leaving: Promise<void> | undefined
  const over = () => {
    leaving = undefined
  }
  return {
    leaving: () => leaving,
    leave: async (ask) => {
      while (leaving) await leaving
      const isGone = held.mark()
      const left = (async () => {
        await landed()
        await ask()
        if (!isGone()) held.end()
      })()
      leaving = left.then(over, over)
      return left
    },
    afterwards: async (work) => {
      const isGone = held.mark()
      while (landed() || leaving) await (landed() || leaving)
      refuseWhen(isGone)
      return work()
    },
  }
}
