import { saysOver, told } from './answer.js'
import { twice } from './backoff.js'
import { call } from './call.js'
import { isTransient } from './error.js'
import type { Runtime } from './runtime.js'
import type { Wx } from './wx.js'

/** Ends a token at the server. Works with one that has expired, and more than once. */
export async function revoke(wx: Wx, runtime: Runtime, base: string, token: string): Promise<void> {
  const ask = async () => told(await call(wx, runtime, { url: `${base}/v1/session`, method: 'DELETE', timeout: 10_000 }, token))
  try {
    await twice(ask, isTransient)
  } catch (error) {
    if (!saysOver(error)) throw error // it was over already
  }
}
