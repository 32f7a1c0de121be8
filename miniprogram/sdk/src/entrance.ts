import { saysOver } from './answer.js'
import { codeOf } from './error.js'
import { createFlight } from './flight.js'
import { refuseWhen, type Held } from './held.js'
import { createLogin, refresh, type Door } from './login.js'
import { granted, type Grant, type Session, type User } from './session.js'

/** The two ways to a new session, one at a time: who comes while one is under way gets its outcome. A logout meanwhile wins. */
export interface Entrance {
  /** By a login. */
  enter(): Promise<Session>
  /** By a refresh of the old one; by a login where that has expired, or the server says that it is over. */
  step(old: Session): Promise<Session>
  /** While one is under way: what resolves when it is not, however that ended. */
  landed(): Promise<unknown> | undefined
}

/** What it gets goes into `held`; a token that comes after a logout, or is replaced before its time, goes to `abandoned`. */
export function createEntrance(door: Door, held: Held, abandoned: (token: string) => void): Entrance {
  const { time } = door
  const logIn = createLogin(door)
  const { share, landed } = createFlight<Session>()

  const adopt = (grant: Grant, user: User, isGone: () => boolean): Session => {
    refuseWhen(isGone)
    const session = granted(grant, user, time)
    held.become('active', session)
    return session
  }

  const enter = async () => {
    const isGone = held.mark()
    try {
      const grant = await logIn(isGone)
      if (isGone()) abandoned(grant.session_rd)
      const old = held.peek()
      const adopted = adopt(grant, grant.user, isGone)
      if (old && time.now() < old.expiresAt) abandoned(old.bearer)
      return adopted
    } catch (error) {
      if (codeOf(error) === 'user_blocked' && !isGone()) held.become('blocked')
      throw error
    }
  }

  const step = async (old: Session) => {
    const isGone = held.mark()
    try {
      const grant = await refresh(door, old.bearer, isGone)
      return adopt(grant, (held.peek() || old).owner, isGone)
    } catch (error) {
      if (!saysOver(error) || isGone()) throw error
      held.lapse()
      return enter()
    }
  }

  return {
    enter: () => share(enter),
    step: (old) => share(() => (time.now() < old.expiresAt ? step(old) : enter())),
    landed,
  }
}
