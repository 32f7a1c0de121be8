import { createAskedLogins, type AskedLogins } from './asked.js'
import { createDeparture, type Departure } from './departure.js'
import { createEntrance } from './entrance.js'
import type { WxgateError } from './error.js'
import { createHeld, refuseEnded, type Changed, type Held } from './held.js'
import type { Door } from './login.js'
import { assign } from './runtime.js'
import { isDue, type Session, type User } from './session.js'
import type { Storage } from './storage.js'

/** A token that was refused although it was new is taken to be refused again for this long. */
const DISTRUST = 30_000

/** What the rest of the client does when a session comes or goes. */
export interface Hooks {
  changed: Changed
  /** For a token that nobody uses any more: a later login took its place, or the user logged out before it came. */
  abandoned(token: string): void
}

/** The one session: kept, renewed, and replaced by at most one login or refresh at a time. */
export interface Sessions extends Pick<Held, 'snapshot' | 'peek' | 'end'>, AskedLogins {
  /**
   * The session to send with. It logs in only when there is none, and does not wait for a refresh that is due.
   * A `leaver` is what `leave` asks the server with: it logs in where others wait for the outcome.
   */
  obtain(leaver?: boolean): Promise<Session>
  /** The session after `token` was refused: its successor if there is one by now, else that of a new login. */
  supersede(token: string, refused: WxgateError, leaver?: boolean): Promise<Session>
  /**
   * Notes that `token` was refused although a login had just given it: no login for each such refusal.
   * Gives whether it is the current one; else another came meanwhile, and that is to be tried.
   */
  distrust(token: string): boolean | undefined
  /** Refreshes the session; one that has expired is replaced by a login. */
  renew(): Promise<unknown>
  /** The user changed what is known of them. */
  describe(user: User): void
  /**
   * Asks the server first, and ends it here when that went well. Nobody but `ask` logs in meanwhile: such a session
   * would outlive the others, or register anew a user who was just erased.
   */
  leave: Departure['leave']
}

/** The session that storage has kept, or none. */
export function createSessions(door: Door, storage: Storage, { changed, abandoned }: Hooks): Sessions {
  const { now } = door.time
  const held = createHeld(storage, changed)
  const { snapshot, peek, end } = held
  const entrance = createEntrance(door, held, abandoned)
  const departure = createDeparture(held, entrance.landed)
  const { leaving, leave } = departure
  let distrustedAt = 0

  const renew = async () => {
    while (leaving()) await leaving()
    const old = peek()
    if (old) await entrance.step(old)
  }

  const obtain = async (leaver?: boolean): Promise<Session> => {
    refuseEnded(held)
    const session = peek()
    if (!session || now() >= session.expiresAt) {
      if (!leaving() || leaver) return entrance.enter()
      await leaving()
      return obtain()
    }
    if (isDue(session, now())) renew().catch(() => undefined)
    return session
  }

  const supersede = async (token: string, refused: WxgateError, leaver?: boolean) => {
    refuseEnded(held)
    const session = peek()
    if (session && session.bearer !== token) return session
    if (Math.abs(now() - distrustedAt) < DISTRUST) throw refused
    held.lapse()
    return obtain(leaver)
  }

  const distrust = (token: string) => {
    const session = peek()
    const isCurrent = session && session.bearer === token
    if (isCurrent) distrustedAt = now()
    return isCurrent
  }

  const describe = (user: User) => {
    const session = peek()
    if (session) held.become('active', assign({}, session, { owner: user }))
  }

  const { logIn, relogin } = createAskedLogins(held, entrance, departure, obtain)
  return { snapshot, peek, obtain, supersede, distrust, renew, describe, end, leave, logIn, relogin }
}
