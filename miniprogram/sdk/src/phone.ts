import { codeOf, WxgateError } from './error.js'
import type { Ask } from './request.js'
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
  /** Whether WeChat itself vouched for it: always by a code, and for encrypted data where the server asks WeChat. */
  verified: boolean
}

/**
 * The number behind a tap. The server is given the code, or what old base libraries give, the encrypted data; it
 * keeps the number on the account.
 */
export async function phoneNumber(sessions: Sessions, ask: Ask, detail: PhoneNumberDetail): Promise<PhoneNumber> {
  const { code, encryptedData, iv, errMsg, errno } = detail
  const data = code ? { code } : encryptedData && iv && { encryptedData, iv }
  // 1400001: the user agreed, but the mini-program's phone numbers are used up.
  if (!data) throw new WxgateError(errno === 1400001 ? 'no_quota' : 'user_denied', errMsg)
  try {
    // The server repeats its answer to a code, and data opens as often as one likes: asking again is safe.
    return await ask<PhoneNumber>({ url: '/v1/phone-number', method: 'POST', data, idempotent: true })
  } catch (error) {
    if (codeOf(error) === 'decrypt_failed') await sessions.relogin() // the next tap fits
    throw error
  }
}
