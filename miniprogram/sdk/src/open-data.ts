import { codeOf, invalid } from './error.js'
import type { Ask } from './request.js'
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
export async function decrypt<T>(sessions: Sessions, ask: Ask, source: OpenDataSource): Promise<T> {
  const fetched = typeof source === 'function'
  if (fetched) await sessions.obtain()
  try {
    return await open<T>(ask, fetched ? await source() : source)
  } catch (error) {
    if (codeOf(error) !== 'decrypt_failed' || !(await sessions.relogin()) || !fetched) throw error
    return open<T>(ask, await source())
  }
}

async function open<T>(ask: Ask, { encryptedData, iv, rawData, signature }: OpenData): Promise<T> {
  if (!encryptedData || !iv) throw invalid('no data')
  const data = assign({ encryptedData, iv }, rawData && signature ? { rawData, signature } : {})
  return (await ask<{ data: T }>({ url: '/v1/open-data/decrypt', method: 'POST', data, idempotent: true })).data
}
