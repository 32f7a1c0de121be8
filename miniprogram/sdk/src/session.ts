import type { Runtime } from './runtime.js'

/** Who is logged in, as wxgate knows them. */
export interface User {
  /** wxgate's own id. The openid is not told to clients. */
  id: string
  nickname: string
  avatar_url: string
  /** Whether the app should ask for a nickname now. */
  profile_required: boolean
  /** Whether this login registered them. */
  is_new?: boolean
}

/**
 * `none`: nobody has logged in yet, or the session is over and the next request logs in again;
 * `active`: there is a session; `logged_out`: by the user, and only `login()` changes that;
 * `blocked`: the server keeps this user out, and only `login()` asks again.
 */
export type Status = 'none' | 'active' | 'logged_out' | 'blocked'

/** What `onSessionChange` tells. */
export interface SessionState {
  status: Status
  /** Present while `active`. */
  user?: User
}

/** What login and refresh answer with. */
export interface Grant {
  session_rd: string
  /** Seconds. */
  expires_in: number
  /** Seconds. */
  refresh_in: number
  user?: User
}

/** A token and its times, in milliseconds since 1970. */
export interface Session {
  bearer: string
  grantedAt: number
  refreshAt: number
  expiresAt: number
  owner: User
}

/** How much of `refresh_in` may be cut by chance, so that clients that began together drift apart. */
const JITTER = 0.1

/** The session that a grant gives. */
export function granted(grant: Grant, user: User, runtime: Runtime): Session {
  const now = runtime.now()
  return {
    bearer: grant.session_rd,
    grantedAt: now,
    refreshAt: now + grant.refresh_in * 1000 * (1 - JITTER * runtime.random()),
    expiresAt: now + grant.expires_in * 1000,
    owner: user,
  }
}

/** Whether to refresh. A clock that was set back cannot tell, so it means yes. */
export function isDue(session: Session, now: number): boolean {
  return now >= session.refreshAt || now < session.grantedAt
}
