import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../dist/esm/index.js'
import { ManualClock } from './support/clock.js'
import { away, FakeServer } from './support/fake-server.js'
import { FakeWx } from './support/fake-wx.js'

const PHONES = 1000
const SECOND = 1000
const MINUTE = 60 * SECOND

// The stated rates of login and refresh, in calls a second, for each 1,000 phones on whose screens the mini-program is.
/** At any time: here all their sessions end within the same minute of the outage. */
const PEAK = 120
/** On average over the outage, and in any second after its end. */
const MEAN = 40
const AFTER = 60

/** Phones whose users all open the mini-program within a minute, and then a page now and then. */
function crowd(clock, server) {
  return Array.from({ length: PHONES }, () => {
    const wx = new FakeWx({ transport: server.transport, login: server.code, clock })
    const client = createClient({ baseUrl: 'https://api.example.com', wx, runtime: clock })
    const page = () => {
      client.request({ url: '/orders' }).catch(() => undefined)
      clock.setTimeout(page, (20 + 20 * clock.random()) * SECOND)
    }
    clock.setTimeout(page, MINUTE * clock.random())
    return client
  })
}

/** Calls of login and refresh in each second of [from, to). */
function rates(server, from, to) {
  const seconds = new Array(Math.floor((to - from) / SECOND)).fill(0)
  for (const { at, path } of server.asked) {
    const second = Math.floor((at - from) / SECOND)
    if (/login|refresh/.test(path) && second in seconds) seconds[second] += 1
  }
  return seconds
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length

for (const [name, refusal] of [
  ['that asks everybody for two seconds of patience', away(2)],
  ['that does not answer at all', new Error('connection refused')],
]) {
  test(`1,000 phones do not storm a server ${name}`, { timeout: 120_000 }, async (t) => {
    const clock = new ManualClock({ grain: 20 })
    const server = new FakeServer(clock, { expiresIn: 240, refreshIn: 160 })
    const clients = crowd(clock, server)
    await clock.advance(3 * MINUTE)
    const began = clock.now()
    server.outage = () => refusal
    await clock.advance(8 * MINUTE) // every session ends in it
    server.outage = undefined
    const ended = clock.now()
    await clock.advance(1.5 * MINUTE)

    const during = rates(server, began, ended)
    const after = Math.max(...rates(server, ended, clock.now()))
    const peak = Math.max(...during)
    t.diagnostic(`in the outage ${mean(during).toFixed(1)} a second, at most ${peak}; after its end at most ${after}`)
    assert.ok(peak <= PEAK, `${peak} in one second`)
    assert.ok(mean(during) <= MEAN, `${mean(during)} a second`)
    assert.ok(after <= AFTER, `${after} in one second`)
    assert.ok(clients.every((client) => client.state.status === 'active'))
    const good = server.asked.filter(({ at, path }) => path === '/orders' && at > clock.now() - 30 * SECOND).length
    assert.ok(good > PHONES * 0.7, `${good} pages in the last 30 s`)
  })
}
