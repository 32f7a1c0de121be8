import { codeOf, invalid } from './error.js'
import type { Send } from './request.js'
import { assign } from './runtime.js'
import type { Sessions } from './sessions.js'

/** What WeChat's client API hands out: of `wx.getUserInfo`, `wx.getWeRunData`, buttons and the like. */
export interface OpenData {
  encryptedData: string
  iv: string
  rawData?: string
  signature?: string
}

/** Open data, or what fetches it. A function is the better choice: it can be called again. */
export type OpenDataSource = OpenData | (() => OpenData | Promise<OpenData>)

/**
 * Has open data opened. The order is login, fetch, send: data that was fetched before a login may be sealed with
 * a key that the server never saw. Data that cannot be fetched again is sent at once; where it does not open, a
 * new login makes the next fit.
 */
export async function decrypt<T>(sessions: Sessions, send: Send, source: OpenDataSource): Promise<T> {
  const fetched = typeof source === 'function'
  if (fetched) await sessions.obtain()
  try {
    return await open<T>(send, fetched ? await source() : source)
  } catch (error) {
    if (codeOf(error) !== 'decrypt_failed' || !(await sessions.relogin()) || !fetched) throw error
    return open<T>(send, await source())
  }
}

async function open<T>(send: Send, { encryptedData, iv, rawData, signature }: OpenData): Promise<T> {
  if (!encryptedData || !iv) throw invalid('no encryptedData or iv')
  const data = assign({ encryptedData, iv }, rawData && signature ? { rawData, signature } : {})
  const answer = await send<{ data: T }>({ url: '/v1/open-data/decrypt', method: 'POST', data, idempotent: true })
  return answer.data.data
}
