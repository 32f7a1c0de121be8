import { saysOver } from './answer.js'
import { codeOf, WxgateError } from './error.js'
import { createFlight } from './flight.js'
import { createLogin, refresh, type Door } from './login.js'
import { assign } from './runtime.js'
import { granted, isDue, type Grant, type Session, type SessionState, type Status, type User } from './session.js'
import type { Storage } from './storage.js'

/** A token that was refused although it was new is taken to be refused again for this long. */
const DISTRUST = 30_000

/** What the rest of the client does when a session comes or goes. */
export interface Hooks {
  /** Each time that the token or the user changes. */
  changed(before: SessionState, after: SessionState): void
  /** For a token that was granted after the user had logged out. */
  abandoned(token: string): void
}

/** The one session: kept, renewed, and replaced by at most one login or refresh at a time. */
export interface Sessions {
  state(): SessionState
  /** The session as it is, perhaps expired. */
  peek(): Session | undefined
  /**
   * The session to send with. It logs in only when there is none, and does not wait for a refresh that is due.
   * A `leaver` is what `leave` asks the server with: it logs in where others wait for the outcome.
   */
  current(leaver?: boolean): Promise<Session>
  /** The session after `token` was refused: its successor if there is one by now, else that of a new login. */
  replace(token: string, refused: WxgateError, leaver?: boolean): Promise<Session>
  /** Notes that `token` was refused although a login had just given it: no login for each such refusal. */
  distrust(token: string): void
  /** Logs in, also after a logout or a block. `fresh` does so although there is a session. */
  login(fresh: boolean): Promise<SessionState>
  /**
   * Logs in anew because the server's key does not fit; not after a logout or a block, nor when one comes meanwhile.
   * Gives whether it did: what did not fit is the error to tell, not this.
   */
  relogin(): Promise<boolean>
  /** Refreshes the session; one that has expired is replaced by a login. */
  renew(): Promise<unknown>
  /** The user changed what is known of them. */
  describe(user: User): void
  /** Ends it here at once, and gives the token that was current. What is under way comes too late. */
  end(): string | undefined
  /**
   * Asks the server first, and ends it here when that went well. Nobody but `ask` logs in meanwhile: such a session
   * would outlive the others, or register anew a user who was just erased.
   */
  leave(ask: () => Promise<unknown>): Promise<void>
}

/** The session that storage has kept, or none. */
export function createSessions(door: Door, storage: Storage, hooks: Hooks): Sessions {
  const { runtime } = door
  const { now } = runtime
  let { status, session } = storage.load()
  /** Grows when the user logs out: what was under way then counts no more. */
  let epoch = 0
  let distrustedAt = 0
  /** Resolves when the user has left or could not, while they try. */
  let leaving: Promise<void> | undefined
  const logIn = createLogin(door)
  const { join, landed } = createFlight<Session>()

  const state = (): SessionState => (session ? { status, user: session.user } : { status })

  const become = (nextStatus: Status, nextSession?: Session) => {
    const before = state()
    status = nextStatus
    session = nextSession
    storage.save({ status, session })
    hooks.changed(before, state())
  }

  const refuseWhenEnded = () => {
    if (status === 'blocked') throw new WxgateError('user_blocked')
    if (status === 'logged_out') throw new WxgateError('logged_out')
  }

  const refuseAfter = (asked: number) => {
    if (asked !== epoch) throw new WxgateError('logged_out')
  }

  const adopt = (grant: Grant, user: User, asked: number): Session => {
    refuseAfter(asked)
    const adopted = granted(grant, user, runtime)
    become('active', adopted)
    return adopted
  }

  const enter = async () => {
    const asked = epoch
    try {
      const grant = await logIn()
      if (asked !== epoch) hooks.abandoned(grant.session_rd)
      return adopt(grant, grant.user, asked)
    } catch (error) {
      if (codeOf(error) === 'user_blocked' && asked === epoch) become('blocked')
      throw error
    }
  }

  /** The token is over, but the user has not left: whoever needs a session waits for the next login. */
  const lapse = () => {
    if (session) session = assign({}, session, { expiresAt: 0 })
  }

  const step = async (old: Session) => {
    const asked = epoch
    try {
      const grant = await refresh(door, old.token)
      return adopt(grant, (session || old).user, asked)
    } catch (error) {
      if (!saysOver(error) || asked !== epoch) throw error
      lapse()
      return enter()
    }
  }

  const renew = async () => {
    while (leaving) await leaving
    const old = session
    if (old) await join(() => (now() < old.expiresAt ? step(old) : enter()))
  }

  const current = async (leaver?: boolean): Promise<Session> => {
    refuseWhenEnded()
    if (!session || now() >= session.expiresAt) {
      if (!leaving || leaver) return join(enter)
      await leaving
      return current()
    }
    if (isDue(session, now())) renew().catch(() => undefined)
    return session
  }

  /** Waits for what is under way, leaving too; a logout in the meantime counts. */
  const settle = async () => {
    const asked = epoch
    await landed()
    while (leaving) await leaving
    refuseAfter(asked)
  }

  const end = () => {
    const token = session && session.token
    epoch++
    become('logged_out')
    return token
  }

  return {
    state,
    peek: () => session,
    current,
    renew,
    replace: async (token, refused, leaver) => {
      refuseWhenEnded()
      if (session && session.token !== token) return session
      if (Math.abs(now() - distrustedAt) < DISTRUST) throw refused
      lapse()
      return current(leaver)
    },
    distrust: (token) => {
      if (session && session.token === token) distrustedAt = now()
    },
    login: async (fresh) => {
      const ended = status === 'logged_out' || status === 'blocked'
      if (fresh || ended) await settle()
      if (ended) become('none')
      await (fresh ? join(enter) : current())
      return state()
    },
    relogin: async () => {
      try {
        refuseWhenEnded()
        await settle()
        refuseWhenEnded()
        await join(enter)
        return true
      } catch {
        return false
      }
    },
    describe: (user) => {
      if (session) become('active', assign({}, session, { user }))
    },
    end,
    leave: async (ask) => {
      while (leaving) await leaving
      const asked = epoch
      const left = landed()
        .then(ask)
        .then(() => {
          if (asked === epoch) end()
        })
      const over = () => {
        leaving = undefined
      }
      leaving = left.then(over, over)
      return left
    },
  }
}
