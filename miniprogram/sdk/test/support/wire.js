/** The methods of `wx.request`: there is no PATCH. */
export const METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT']

/** What goes over the wire for these options of `wx.request`. */
export function asWire({ url, method = 'GET', data, header = {} }) {
  const headers = { 'content-type': 'application/json' }
  for (const [name, value] of Object.entries(header)) {
    if (typeof value !== 'string') throw new TypeError(`header ${name} is no text`)
    if (name.toLowerCase() !== 'referer') headers[name.toLowerCase()] = value
  }
  if (data === undefined) return { url, method, headers }
  if (method === 'GET') return { url: withQuery(url, data), method, headers }
  return { url, method, headers, body: typeof data === 'string' ? data : JSON.stringify(data) }
}

function withQuery(url, data) {
  const query = Object.entries(data).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  return query.length ? `${url}${url.includes('?') ? '&' : '?'}${query.join('&')}` : url
}

/** What `success` gets: the body parsed where it can be, header names as this phone writes them. */
export function asAnswer({ status, headers = {}, body = '' }, headerCase) {
  const spelt = (name) => (headerCase === 'lower' ? name.toLowerCase() : name.replace(/(^|-)[a-z]/g, (c) => c.toUpperCase()))
  const header = Object.fromEntries(Object.entries(headers).map(([name, value]) => [spelt(name), value]))
  return { statusCode: status, data: parsed(body.replace(/^\uFEFF/, '')), header, cookies: [], errMsg: 'request:ok' }
}

function parsed(body) {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

/** Carries requests to a real server. `lose` says whose answers get lost on the way. */
export function overHttp({ lose = () => false } = {}) {
  return async ({ url, method, headers, body }) => {
    const answer = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(20_000) })
    const text = await answer.text()
    if (lose({ url, method })) throw new Error('socket hang up')
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: text }
  }
}
