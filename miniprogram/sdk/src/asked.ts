import type { Departure } from './departure.js'
import type { Entrance } from './entrance.js'
import { refuseEnded, type Held } from './held.js'
import type { SessionState } from './session.js'

/** The logins that somebody asks for, unlike those that a request needs. */
export interface AskedLogins {
  /** Logs in, also after a logout or a block. `fresh` does so although there is a session. */
  logIn(fresh?: boolean): Promise<SessionState>
  /**
   * Logs in anew because the server's key does not fit; not after a logout or a block, nor when one comes meanwhile.
   * Gives whether it did: what did not fit is the error to tell, not this.
   */
  relogin(): Promise<boolean>
}

/** They wait for what is under way. `obtain` gives the session that there is, or logs in. */
export function createAskedLogins(
  held: Held,
  { enter }: Entrance,
  { settle }: Departure,
  obtain: () => Promise<unknown>,
): AskedLogins {
  const relogin = async () => {
    refuseEnded(held) // before it waits for something that may take until the app is shown again
    await settle()
    refuseEnded(held)
    await enter()
    return true
  }
  return {
    logIn: async (fresh) => {
      const ended = held.ended()
      if (fresh || ended) await settle()
      if (ended) held.become('none')
      await (fresh ? enter() : obtain())
      return held.snapshot()
    },
    relogin: () => relogin().catch(() => false),
  }
}
