import { saysOver } from './answer.js'
import { twice, type Gate } from './backoff.js'
import { call, present } from './call.js'
import { codeOf, isTransient, WxgateError } from './error.js'
import { refuseWhen } from './held.js'
import type { Runtime } from './runtime.js'
import type { Grant, User } from './session.js'
import { afterFailure, draw, type Ticket } from './ticket.js'
import type { Visibility } from './visibility.js'
import type { Wx } from './wx.js'

/** How often one login or one refresh tries. */
const ATTEMPTS = 3
/** How long it waits between two tries, in milliseconds; where more is asked for, it fails at once. */
const PATIENCE = 8_000
/** wxgate gives up on a login after 5 s. */
const TIMEOUT = 10_000

/** What login and refresh need. */
export interface Door {
  wx: Wx
  time: Runtime
  gate: Gate
  base: string
  appid: string | undefined
  device: string | undefined
  /** Resolves when requests have a chance: while the app is shown. */
  whenShown: Visibility['whenShown']
}

/** The answer to a login. */
export type Login = Grant & { user: User }

/** What gets a code and buys a session with it; what fails in passing is tried again, unless the user has gone. */
export function createLogin(door: Door): (isGone: () => boolean) => Promise<Login> {
  const { wx, time, base, appid, device } = door
  let ticket: Ticket | undefined
  const exchange = async () => {
    const sent = ticket && time.now() < ticket.until ? ticket : await draw(wx, time)
    const data = present({ code: sent.code, nonce: sent.nonce, appid, device })
    try {
      const answer = await call(wx, time, { url: `${base}/v1/login`, method: 'POST', data, timeout: TIMEOUT })
      ticket = undefined
      return checked(answer.data) as Login
    } catch (error) {
      ticket = afterFailure(sent, error)
      throw error
    }
  }
  // On a weak network wx.login can repeat an old code: take another one, once.
  const exchangeNewest = (isGone: () => boolean) =>
    twice(exchange, (error) => codeOf(error) === 'login_code_rejected' && !isGone())
  return (isGone) => persist(door, isGone, () => exchangeNewest(isGone))
}

/** Asks for the token that takes this one's place. Asking again gives the same one. */
export function refresh(door: Door, token: string, isGone: () => boolean): Promise<Grant> {
  const { wx, time, base } = door
  return persist(door, isGone, async () => {
    const url = `${base}/v1/session/refresh`
    return checked((await call(wx, time, { url, method: 'POST', timeout: TIMEOUT }, token)).data)
  })
}

async function persist<T>({ gate, whenShown }: Door, isGone: () => boolean, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    await gate.pass(PATIENCE)
    await whenShown()
    refuseWhen(isGone)
    try {
      const done = await work()
      gate.open()
      return done
    } catch (error) {
      const code = codeOf(error)
      // These two are answers. After all others, each request would be the next to try.
      if (!saysOver(error) && code !== 'user_blocked') gate.shut(error as WxgateError)
      // Misconfigured: an operator has to act, and no second try helps before.
      if (!isTransient(error) || attempt >= ATTEMPTS || code === 'wechat_misconfigured') throw error
    }
  }
}

/** What a portal or a proxy answers with 200 is no grant. */
function checked(data: unknown): Grant {
  const grant = Object(data) as Grant
  if (grant.session_rd && grant.expires_in > 0 && grant.refresh_in >= 1) return grant
  throw new WxgateError('bad_answer')
}
