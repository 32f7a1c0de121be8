import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from './support/clock.js'
import { crowd, mean, rates, STATED } from './support/crowd.js'
import { away, FakeServer } from './support/fake-server.js'

const PHONES = 1000
const SECOND = 1000
const MINUTE = 60 * SECOND

for (const [name, refusal] of [
  ['that asks everybody for two seconds of patience', away(2)],
  ['that does not answer at all', new Error('connection refused')],
]) {
  test(`1,000 phones do not storm a server ${name}`, { timeout: 120_000 }, async (t) => {
    const clock = new ManualClock({ grain: 20 })
    const server = new FakeServer(clock, { expiresIn: 240, refreshIn: 160 })
    const phoneOf = () => ({ transport: server.transport, login: server.code })
    crowd({ phones: PHONES, baseUrl: 'https://api.example.com', page: '/orders', within: MINUTE, clock, phoneOf })
    await clock.advance(3 * MINUTE)
    const began = clock.now()
    server.outage = () => refusal
    await clock.advance(8 * MINUTE) // every session ends in it
    server.outage = undefined
    const ended = clock.now()
    await clock.advance(1.5 * MINUTE)

    const during = rates(server.asked, began, ended)
    const after = Math.max(...rates(server.asked, ended, clock.now()))
    const peak = Math.max(...during)
    t.diagnostic(`in the outage ${mean(during).toFixed(1)} a second, at most ${peak}; after its end at most ${after}`)
    assert.ok(peak <= STATED.peak, `${peak} in one second`)
    assert.ok(mean(during) <= STATED.mean, `${mean(during)} a second`)
    assert.ok(after <= STATED.after, `${after} in one second`)
    const good = server.asked.filter(({ at, path }) => path === '/orders' && at > clock.now() - 30 * SECOND).length
    assert.ok(good > PHONES * 0.7, `${good} pages in the last 30 s`)
  })
}
