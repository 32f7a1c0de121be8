import { WxgateError } from './error.js'
import type { Runtime } from './runtime.js'

/** What `success` of `wx.request` gives: for every HTTP status, refusals too. */
export interface WxResponse {
  /** The HTTP status. */
  statusCode: number
  /** The body: parsed where it is JSON, else text. */
  data: unknown
  /** Response headers. The case of their names differs from phone to phone. */
  header?: object
}

/** What `fail` of any `wx` call gives. */
export interface WxFailure {
  /** Such as `request:fail timeout`. */
  errMsg?: string
  /** WeChat's number of the failure, newer versions. */
  errno?: number
}

/** What this SDK passes to `wx.request`. */
export interface WxRequest {
  url: string
  method: HttpMethod
  data?: string | object | ArrayBuffer
  header: Record<string, string>
  timeout?: number
  success(answer: WxResponse): void
  fail(failure: WxFailure): void
}

/** What this SDK passes to `wx.login`. */
export interface WxLogin {
  timeout?: number
  success(answer: { code: string }): void
  fail(failure: WxFailure): void
}

/** The methods that `wx.request` knows. There is no PATCH. */
export type HttpMethod = 'OPTIONS' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'TRACE' | 'CONNECT'

/** The part of `wx` that this SDK uses. `Taro` and `uni` have it too. */
export interface Wx {
  request(options: WxRequest): unknown
  login(options: WxLogin): unknown
  getStorageSync(key: string): unknown
  setStorageSync(key: string, value: unknown): void
  removeStorageSync(key: string): void
  /** Where it is missing, call the client's `show()` and `hide()` from the app's life cycle. */
  onAppShow?(listener: () => void): void
  onAppHide?(listener: () => void): void
}

declare const wx: Wx | undefined

/** The `wx` of the mini-program that this runs in. */
export function surroundingWx(): Wx | undefined {
  return typeof wx === 'undefined' ? undefined : wx
}

/** Silence for so much longer than a call was given, in milliseconds, is taken for its failure. */
const MERCY = 5_000

/** The callbacks of one call. */
export interface Callbacks<T> {
  success(answer: T): void
  fail(failure?: WxFailure): void
}

/**
 * Gives what a call of `wx` succeeds with. Rejects with `code` when it fails, or says nothing for longer than `timeout`
 * milliseconds: some phones forget to call back, and everything would wait for ever.
 */
export async function ask<T>(
  runtime: Runtime,
  code: string,
  timeout: number,
  start: (callbacks: Callbacks<T>) => unknown,
): Promise<T> {
  let timer: unknown
  try {
    return await new Promise<T>((success, reject) => {
      const fail = ({ errMsg }: WxFailure = {}) => reject(new WxgateError(code, errMsg))
      timer = runtime.setTimeout(fail, timeout + MERCY)
      // Some frameworks return a promise although callbacks were given: nobody hears its rejection.
      const returned = Object(start({ success, fail }))
      if (returned.catch) returned.catch(() => undefined)
    })
  } finally {
    runtime.clearTimeout(timer)
  }
}
