import { refusal } from './answer.js'
import { assign, type Runtime } from './runtime.js'
import { ask, type HttpMethod, type Wx, type WxResponse } from './wx.js'

/** That of `wx.request`, in milliseconds. */
const TIMEOUT = 60_000

/** One HTTP call. */
export interface Call {
  url: string
  method: HttpMethod
  data?: string | object | ArrayBuffer | undefined
  header?: Record<string, string> | undefined
  /** Milliseconds. */
  timeout?: number | undefined
}

/**
 * Makes one call, with a token where there is one.
 * Rejects with `network` when no answer comes, with the refusal when it is one.
 */
export async function call(wx: Wx, runtime: Runtime, what: Call, token?: string): Promise<WxResponse> {
  const answer = await ask<WxResponse>(runtime, 'network', what.timeout || TIMEOUT, (callbacks) =>
    wx.request(present(assign({}, what, { header: withToken(what.header, token) }, callbacks))),
  )
  if (answer.statusCode >= 400) throw refusal(answer, runtime.now())
  return answer
}

/** Leaves out members that are undefined: they trip some versions of the base library. */
export function present<T extends object>(members: T): Present<T> {
  const kept: Partial<T> = {}
  for (const name in members) if (members[name] !== undefined) kept[name] = members[name]
  return kept as Present<T>
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function withToken(header: Record<string, string> = {}, token: string | undefined): Record<string, string> {
  if (token === undefined) return header
  const sent: Record<string, string> = { Authorization: `Bearer ${token}` }
  for (const name in header) if (name.toLowerCase() !== 'authorization') sent[name] = header[name] as string
  return sent
}
