import { createClient } from '../../dist/esm/index.js'
import { FakeWx } from './fake-wx.js'

const SECOND = 1000

/** The rates of login and refresh that docs/mini-program.md states, in calls a second for each 1,000 phones. */
export const STATED = {
  /** In any second of an outage in which all sessions end; here they end within the same minute. */
  peak: 120,
  /** On average over such an outage. */
  mean: 40,
  /** In any second after its end. */
  after: 60,
  /** In any second after a restart that lost all sessions, while phones still hold them. */
  lost: 100,
}

/**
 * Phones whose users all open the mini-program at `baseUrl` within so many milliseconds, and then `page` now and then,
 * until they `leave`. `phoneOf(n)` gives what carries the nth one's requests, and its codes.
 */
export function crowd({ phones, baseUrl, page, within, clock, phoneOf }) {
  const next = []
  const clients = Array.from({ length: phones }, (_, n) => {
    const client = createClient({ baseUrl, wx: new FakeWx({ clock, ...phoneOf(n) }), runtime: clock })
    const look = () => {
      client.request({ url: page }).catch(() => undefined)
      next[n] = clock.setTimeout(look, (20 + 20 * clock.random()) * SECOND)
    }
    next[n] = clock.setTimeout(look, within * clock.random())
    return client
  })
  const leave = () => {
    for (const timer of next) clock.clearTimeout(timer)
    for (const client of clients) client.hide()
  }
  return { clients, leave }
}

/** Calls of login and refresh in each whole second of [from, to); `asked` holds `{at, path}`. */
export function rates(asked, from, to) {
  const seconds = new Array(Math.floor((to - from) / SECOND)).fill(0)
  for (const { at, path } of asked) {
    const second = Math.floor((at - from) / SECOND)
    if (/login|refresh/.test(path) && second in seconds) seconds[second] += 1
  }
  return seconds
}

/** The arithmetic mean. */
export const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
