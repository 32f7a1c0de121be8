import { codeOf, WxgateError } from './error.js'
import { assign, nonce, type Runtime } from './runtime.js'
import { ask, type Wx } from './wx.js'

/** A code lives for five minutes; some are left for the way. */
const CODE_LIFE = 240_000
/** For 30 s wxgate repeats its answer to the same code and nonce; some are left for the way. */
const REPLAY = 25_000

/** For `wx.login`, in milliseconds. */
const TIMEOUT = 10_000
const FAILED = 'wx_login_failed'

/** A code of `wx.login`, and the nonce under which its answer can be asked for again. */
export interface Ticket {
  code: string
  nonce: string
  drawnAt: number
  /** Until when it can be sent. */
  until: number
  /** How often the server answered that a store of its was away. */
  outages: number
}

/** Asks WeChat for a code. */
export async function draw(wx: Wx, runtime: Runtime): Promise<Ticket> {
  const { code } = await ask<{ code: string }>(runtime, FAILED, TIMEOUT, (callbacks) =>
    wx.login(assign({ timeout: TIMEOUT }, callbacks)),
  )
  if (!code) throw new WxgateError(FAILED)
  const drawnAt = runtime.now()
  return { code, nonce: nonce(runtime), drawnAt, until: drawnAt + CODE_LIFE, outages: 0 }
}

/** What is left of a ticket after a login with it failed. */
export function afterFailure(ticket: Ticket, error: unknown): Ticket | undefined {
  switch (codeOf(error)) {
    case 'overloaded':
      return ticket // certainly not spent
    case 'store_unavailable':
      // Mostly not spent. Where it is, the server repeats this answer too, and only another code gets a better one.
      return ticket.outages++ ? undefined : ticket
    case 'network':
    case 'deadline_exceeded':
      ticket.until = ticket.drawnAt + REPLAY // perhaps spent
      return ticket
  }
  return undefined
}
