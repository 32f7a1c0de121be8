import type { Departure } from './departure.js'
import type { Entrance } from './entrance.js'
import { createFlight } from './flight.js'
import { refuseEnded, type Held } from './held.js'
import type { Session, SessionState } from './session.js'

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
  obtain: () => Promise<Session>,
): AskedLogins {
  const { share } = createFlight<Session>()
  /** Who asks while one waits or is under way gets that one. */
  const anew = () =>
    share(() =>
      afterwards(() => {
        refuseEnded(held)
        return enter()
      }),
    )
  return {
    logIn: async (fresh) => {
      const begin = () => {
        if (held.ended()) held.become('none')
        return fresh ? enter() : obtain()
      }
      await (held.ended() ? afterwards(begin) : fresh ? anew() : obtain())
      return held.snapshot()
    },
    relogin: async () => !held.ended() && anew().then(Boolean, () => false),
  }
}
