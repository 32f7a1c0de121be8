import { codeOf, WxgateError } from './error.js'
import { decrypt } from './open-data.js'
import type { Send } from './request.js'
import { assign } from './runtime.js'
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
 * keeps the number on the account. One that knows no phone numbers answers 404, and opens the data all the same.
 */
export async function phoneNumber(sessions: Sessions, send: Send, detail: PhoneNumberDetail): Promise<PhoneNumber> {
  const { code, encryptedData, iv, errMsg } = detail
  const sealed = encryptedData && iv && { encryptedData, iv }
  const data = code ? { code } : sealed
  if (!data) throw new WxgateError('user_denied', errMsg)
  try {
    // The server repeats its answer to a code, and data opens as often as one likes: asking again is safe.
    return (await send<PhoneNumber>({ url: '/v1/phone-number', method: 'POST', data, idempotent: true })).data
  } catch (error) {
    if (sealed && (error as WxgateError).status === 404) {
      return assign(await decrypt<PhoneNumber>(sessions, send, sealed), { verified: false })
    }
    if (codeOf(error) === 'decrypt_failed') await sessions.relogin() // the next tap fits
    throw error
  }
}
