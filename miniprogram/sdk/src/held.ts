import { WxgateError } from './error.js'
import { assign } from './runtime.js'
import type { Session, SessionState, Status } from './session.js'
import type { Storage } from './storage.js'

/** What is told each time that the token or the user changes. */
export type Changed = (before: SessionState, after: SessionState) => void

/** The one session that this client holds, or what became of it; as in storage. */
export interface Held {
  snapshot(): SessionState
  /** The session as it is, perhaps expired. */
  peek(): Session | undefined
  become(status: Status, session?: Session): void
  /** The token is over, but the user has not left: whoever needs a session waits for the next login. */
  lapse(): void
  /** Ends it at once, and gives the token that was current. */
  end(): string | undefined
  /** Why only `login()` gets another session, as the code of an error: the user is logged out or blocked. */
  ended(): string | false
  /** Takes note of now. What it gives tells whether the user has logged out since: what was under way then counts no more. */
  mark(): () => boolean
}

/** What storage has kept. */
export function createHeld(storage: Storage, changed: Changed): Held {
  let { status, session } = storage.load()
  /** Grows when the user logs out. */
  let epoch = 0

  const snapshot = (): SessionState => (session ? { status, user: session.owner } : { status })

  const become = (nextStatus: Status, nextSession?: Session) => {
    const before = snapshot()
    status = nextStatus
    session = nextSession
    storage.save({ status, session })
    changed(before, snapshot())
  }

  return {
    snapshot,
    become,
    peek: () => session,
    lapse: () => {
      if (session) session = assign({}, session, { expiresAt: 0 })
    },
    end: () => {
      const token = session && session.bearer
      epoch++
      become('logged_out')
      return token
    },
    ended: () => (status === 'blocked' ? 'user_blocked' : status === 'logged_out' && status),
    mark: () => {
      const marked = epoch
      return () => marked !== epoch
    },
  }
}

/** Throws when the user is logged out or blocked. */
export function refuseEnded(held: Held): void {
  const code = held.ended()
  if (code) throw new WxgateError(code)
}

/** Throws when the user has logged out since a `mark`. */
export function refuseWhen(isGone: () => boolean): void {
  if (isGone()) throw new WxgateError('logged_out')
}
