// The part of `wx` that the SDK uses, made for a browser: one object per phone.

import { fake } from './server.js'

/**
 * A phone's `wx`. `person()` is the openid of who holds it, if known; `met(openid)` tells who it turned out to be;
 * `told(exchange)` is called when a request goes out and again when it ends; `loses()` says whether to lose an answer.
 */
export function createWx({ phone, storage, person, met, told, loses }) {
  const shows = []
  const hides = []
  const { note, takeNotes } = createNotes()

  const login = async ({ success, fail }) => {
    const begun = now()
    try {
      const { code, openid } = await fake.loginCode(person())
      met(openid)
      note('wx.login', 'login', begun)
      success({ code, errMsg: 'login:ok' })
    } catch (error) {
      fail({ errMsg: `login:fail ${error.message}` })
    }
  }

  const request = async (options) => {
    const { url, method = 'GET', success, fail } = options
    const { pathname } = new URL(url)
    const exchange = { phone, method, path: pathname, startUs: now() * 1000, notes: takeNotes(aboutOf(pathname)) }
    told(exchange)
    try {
      const answer = await sent(options)
      Object.assign(exchange, {
        status: answer.statusCode,
        code: answer.statusCode < 400 ? undefined : answer.data?.code,
        requestId: answer.header['x-request-id'],
      })
      if (!loses()) return success(answer)
      exchange.lost = true
      fail({ errMsg: 'request:fail' })
    } catch (error) {
      exchange.failed = true
      fail({ errMsg: error.name === 'TimeoutError' ? 'request:fail timeout' : 'request:fail' })
    } finally {
      exchange.durationUs = now() * 1000 - exchange.startUs
      told(exchange)
    }
  }

  return {
    login,
    request,
    note,
    getStorageSync: (key) => storage.get(key) ?? '',
    setStorageSync: (key, value) => storage.set(key, value),
    removeStorageSync: (key) => storage.remove(key),
    onAppShow: (listener) => shows.push(listener),
    onAppHide: (listener) => hides.push(listener),
    /** The phone is looked at, or put away. */
    visible: (shown) => (shown ? shows : hides).forEach((listener) => listener()),
  }
}

/** What happened between a phone and WeChat, until the request that it leads to takes the notes along. */
function createNotes() {
  let notes = []
  return {
    note(name, about, begun) {
      notes.push({ name, about, startUs: begun * 1000, durationUs: (now() - begun) * 1000 })
    },
    takeNotes(about) {
      const taken = notes.filter((each) => each.about === about)
      notes = notes.filter((each) => each.about !== about)
      return taken
    },
  }
}

/** The browser's time in milliseconds since 1970, finer than Date.now(). */
export function now() {
  return performance.timeOrigin + performance.now()
}

function aboutOf(path) {
  if (path === '/v1/login') return 'login'
  return path === '/v1/phone-number' || path === '/v1/open-data/decrypt' ? 'phone' : 'none'
}

/** As `wx.request`: every status is a success, JSON is parsed, cookies do not exist. */
async function sent({ url, method, data, header = {}, timeout = 60_000 }) {
  const signal = AbortSignal.timeout(timeout)
  const body = typeof data === 'object' ? JSON.stringify(data) : data
  const headers = body === undefined ? header : { 'content-type': 'application/json', ...header }
  const answer = await fetch(url, { method, body, headers, signal, cache: 'no-store', credentials: 'omit' })
  const text = await answer.text()
  return { statusCode: answer.status, data: parsed(text), header: Object.fromEntries(answer.headers) }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
