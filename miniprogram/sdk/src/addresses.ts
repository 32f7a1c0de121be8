import { invalid, WxgateError } from './error.js'

/** An address without what follows it, such as `/`. */
export function trimmed(address: string): string {
  if (!/^https?:\/\/[^/?#@\\]+/.test(address)) {
    throw invalid('no address')
  }
  return address.replace(/\/+$/, '')
}

/** The whole address of a `/path` at the first of `allowed`, or an absolute one under any of them. */
export function resolve(url: string, allowed: readonly string[]): string {
  if (url[0] === '/') return allowed[0] + url
  // What follows must not prolong the host: https://api.example.com.evil.net, https://api.example.com@evil.net.
  if (allowed.some((base) => url.startsWith(base) && /^([/?#]|$)/.test(url.slice(base.length)))) return url
  throw new WxgateError('foreign_url')
}
