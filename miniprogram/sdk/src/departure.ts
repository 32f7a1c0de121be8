import { refuseWhen, type Held } from './held.js'

/** Logouts that ask the server first: one at a time. */
export interface Departure {
  /** While the user tries to leave: what resolves when that is over, however it ended. */
  leaving(): Promise<void> | undefined
  /** Asks when nothing else is under way, and ends the session here when that went well. */
  leave(ask: () => Promise<unknown>): Promise<void>
  /** Waits for what is under way, leaving too. Rejects when the user logged out in the meantime. */
  settle(): Promise<void>
}

/** Nobody is leaving yet. `landed` resolves when no login or refresh is under way. */
export function createDeparture(held: Held, landed: () => Promise<unknown>): Departure {
  let leaving: Promise<void> | undefined
  const over = () => {
    leaving = undefined
  }
  return {
    leaving: () => leaving,
    leave: async (ask) => {
      while (leaving) await leaving
      const isGone = held.mark()
      const left = landed()
        .then(ask)
        .then(() => {
          if (!isGone()) held.end()
        })
      leaving = left.then(over, over)
      return left
    },
    settle: async () => {
      const isGone = held.mark()
      await landed()
      while (leaving) await leaving
      refuseWhen(isGone)
    },
  }
}
