import type { Departure } from './departure.js'
import type { Entrance } from './entrance.js'
import type { Held } from './held.js'
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
  { afterwards }: Departure,
  obtain: () => Promise<unknown>,
): AskedLogins {
  const may = () => !held.ended()
  return {
    logIn: async (fresh) => {
      const begin = () => {
        if (held.ended()) held.become('none')
        return fresh ? enter() : obtain()
      }
      await (fresh || held.ended() ? afterwards(begin) : begin())
      return held.snapshot()
    },
    // It asks at once, too: what it waits for may take until the app is shown again.
    relogin: async () => may() && afterwards(async () => may() && enter()).then(Boolean, () => false),
  }
}
