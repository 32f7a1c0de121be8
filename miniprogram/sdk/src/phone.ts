import { WxgateError } from './error.js'
import { decrypt } from './open-data.js'
import type { Send } from './request.js'
import type { Sessions } from './sessions.js'

/** What `bindgetphonenumber` gives as `event.detail`. */
export interface PhoneNumberDetail {
  /** `getPhoneNumber:ok`, or why not. */
  errMsg?: string
  errno?: number
  /** From base library 2.21.2 on. */
  code?: string
  encryptedData?: string
  iv?: string
}

/** The event of the phone number button. */
export interface PhoneNumberEvent {
  detail: PhoneNumberDetail
}

/** A user's phone number. */
export interface PhoneNumber {
  /** With the country code, where it is a foreign one. */
  phoneNumber: string
  purePhoneNumber: string
  countryCode: string
  /** Whether WeChat itself vouched for it: only where the server redeemed the code. */
  verified: boolean
}

/**
 * The number behind a tap. A server that redeems codes is given the code; one that does not answers 404, and
 * opens the encrypted data that still comes along.
 */
export async function phoneNumber(sessions: Sessions, send: Send, detail: PhoneNumberDetail): Promise<PhoneNumber> {
  const { code, encryptedData, iv, errMsg } = detail
  if (code) {
    try {
      // The server repeats its answer to a code, so asking again is safe.
      const data = { code }
      return (await send<PhoneNumber>({ url: '/v1/phone-number', method: 'POST', data, idempotent: true })).data
    } catch (error) {
      if (!(error instanceof WxgateError) || error.status !== 404 || !encryptedData) throw error
    }
  }
  if (!encryptedData || !iv) throw new WxgateError('user_denied', errMsg)
  return Object.assign(await decrypt<PhoneNumber>(sessions, send, { encryptedData, iv }), { verified: false })
}
