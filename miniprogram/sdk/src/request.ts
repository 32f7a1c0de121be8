import { resolve } from './addresses.js'
import { saysOver } from './answer.js'
import { delay } from './backoff.js'
import { call } from './call.js'
import { isTransient, type WxgateError } from './error.js'
import { assign, sleep, type Runtime } from './runtime.js'
import type { Sessions } from './sessions.js'
import { createSlots } from './slots.js'
import type { Visibility } from './visibility.js'
import type { HttpMethod, Wx, WxResponse } from './wx.js'

/** A request of the logged-in user's. */
export interface RequestOptions {
  /** A path at `baseUrl`, or an absolute address under it or under one of `services`. */
  url: string
  /** `GET` when left out. There is no PATCH in mini-programs. */
  method?: HttpMethod
  /** As for `wx.request`. */
  data?: string | object | ArrayBuffer
  header?: Record<string, string>
  /** Milliseconds; 60 s when left out. */
  timeout?: number
  /**
   * How often to repeat it when the server is away: 2 when left out. A POST is repeated only if the server
   * says that it did not do it, by a 503 with `Retry-After`; unless `idempotent` says that it may be.
   */
  retries?: number
  /** Whether doing it twice is as good as doing it once. */
  idempotent?: boolean
}

/** An answer below 400, as `wx.request` gives it. */
export interface Response<T> {
  statusCode: number
  data: T
  header: Record<string, string>
}

/** Sends a request with the session's token; as a `leaver` it waits behind no others. */
export type Send = <T>(options: RequestOptions, leaver?: boolean) => Promise<Response<T>>

/** Sends a request of the SDK's own, and gives the members of wxgate's answer. */
export type Ask = <T>(options: RequestOptions, leaver?: boolean) => Promise<T>

/** No wait between two tries is longer, in milliseconds. */
const PATIENCE = 10_000
/** Failures that may be repeated before successes have to pay for more: repeating must not add to an outage. */
const BUDGET = 5
/** What a success pays. */
const PAY = 0.2

/** What sends requests: nine at once, each once more when its session was over. */
export function createSend(
  wx: Wx,
  runtime: Runtime,
  sessions: Sessions,
  allowed: readonly string[],
  whenShown: Visibility['whenShown'],
): Send {
  const inSlot = createSlots()
  let budget = BUDGET

  /** Waits for the next try; throws the error when there shall be none. */
  const pause = async (options: RequestOptions, failures: number, error: unknown) => {
    const { retries = 2 } = options
    if (!isTransient(error) || !mayRepeat(options, error)) throw error
    const wait = delay(failures, error, runtime.random)
    if (failures > retries || budget < 1 || wait > PATIENCE) throw error
    budget--
    await sleep(runtime, wait)
    await whenShown()
  }

  /** What fails on the way to a session has been tried often enough there. */
  const persist = async (options: RequestOptions, url: string, leaver?: boolean): Promise<WxResponse> => {
    const { data, header, timeout, method = 'GET' } = options
    let session = await sessions.obtain(leaver)
    let replaced = false
    for (let failures = 0; ; ) {
      try {
        return await call(wx, runtime, { url, method, data, header, timeout }, session.bearer)
      } catch (error) {
        if (!saysOver(error)) {
          await pause(options, ++failures, error)
          session = await sessions.obtain(leaver)
        } else if (replaced && sessions.distrust(session.bearer)) {
          throw error
        } else {
          replaced = true
          session = await sessions.supersede(session.bearer, error, leaver)
        }
      }
    }
  }

  return async <T>(options: RequestOptions, leaver?: boolean) => {
    const url = resolve(options.url, allowed)
    const answer = await (leaver ? persist(options, url, leaver) : inSlot(() => persist(options, url)))
    budget = Math.min(BUDGET, budget + PAY)
    return assign({}, answer, { header: Object(answer.header) }) as Response<T>
  }
}

function mayRepeat({ idempotent, method }: RequestOptions, { code, status = 0, retryAfter }: WxgateError): boolean {
  const isRefused = status === 503 && retryAfter !== undefined
  return isRefused || ((code === 'network' || (status > 501 && status < 505)) && (idempotent || method !== 'POST'))
}
