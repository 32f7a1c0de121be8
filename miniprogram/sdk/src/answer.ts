import { WxgateError } from './error.js'
import type { WxResponse } from './wx.js'

/** `Retry-After` in seconds: it is either seconds or a date (RFC 9110, section 10.2.3). */
function retryAfter(header: Record<string, unknown>, now: number): number | undefined {
  // The case of header names differs from phone to phone.
  const name = Object.keys(header).find((key) => key.toLowerCase() === 'retry-after')
  if (!name) return undefined
  const text = header[name] as string
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000
  return seconds >= 0 ? seconds : undefined
}

/** The members of a body, which may have come as text. */
function members(data: unknown): Record<string, unknown> {
  try {
    return Object(typeof data === 'string' ? JSON.parse(data) : data)
  } catch {
    return {}
  }
}

/** What wxgate answers below 400: JSON, or 204. What a portal or a proxy says instead is no answer. */
export function told<T>({ statusCode, data }: WxResponse): T {
  if (statusCode !== 204 && Object(data) !== data) throw new WxgateError('bad_answer')
  return data as T
}

/** An answer of 400 and above, as an error. */
export function refusal({ statusCode, data, header }: WxResponse, now: number): WxgateError {
  const { code, detail, trace_id } = members(data)
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return new WxgateError(
    text(code) || `http_${statusCode}`,
    text(detail),
    statusCode,
    retryAfter(Object(header), now),
    text(trace_id),
    data,
  )
}

const OVER = ['session_invalid', 'session_expired', 'session_revoked', 'http_401']

/** Whether a refusal says that the session is over. A 401 with a code of somebody else's does not. */
export function saysOver(error: unknown): error is WxgateError {
  return error instanceof WxgateError && error.status === 401 && OVER.includes(error.code)
}
