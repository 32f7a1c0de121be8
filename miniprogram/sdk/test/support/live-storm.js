import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { realClock } from './clock.js'
import { crowd, mean, rates } from './crowd.js'
import { startFakeWechat } from './fake-wechat.js'
import { overHttp } from './wire.js'
import { startMortalWxgate } from './wxgate.js'

const PHONES = 1000
const PAGE = '/v1/session'

/**
 * Real time, a real wxgate that keeps its sessions in memory: it is killed in the midst of the crowd, and when it comes back it
 * knows no session any more. Times in milliseconds.
 * Gives the rates of login and refresh: `mean` and `peak` in the outage, the highest `after` it; how many phones got
 * a page after it (`back`), and how many codes WeChat was asked about since.
 */
export async function storm(t, { within, killedAt, outage, after, settings }) {
  const wechat = await startFakeWechat(t)
  const wxgate = await startMortalWxgate(t, wechat, settings)
  const people = Array.from({ length: PHONES }, (_, n) => `oStorm${n}`)
  for (const openid of people) await wechat.user(openid)
  const asked = []
  const phoneOf = (n) => ({ transport: noting(asked, n), login: () => wechat.code(people[n]) })
  const { clients, leave } = crowd({ phones: PHONES, baseUrl: wxgate.gateway, page: PAGE, within, clock: realClock, phoneOf })
  t.after(leave)

  await sleep(killedAt)
  await everybodyIn(clients)
  await wxgate.kill()
  const began = Date.now()
  await sleep(outage)
  const before = await wechat.exchanges()
  await wxgate.start()
  const ended = Date.now()
  await sleep(after)
  leave()

  const during = rates(asked, began, ended)
  const served = asked.filter(({ at, path, status }) => at > ended && path === PAGE && status === 200)
  const back = new Set(served.map(({ phone }) => phone)).size
  const found = {
    mean: mean(during),
    peak: Math.max(...during),
    after: Math.max(...rates(asked, ended, ended + after)),
    back,
    exchanged: (await wechat.exchanges()) - before,
  }
  t.diagnostic(`in the outage ${found.mean.toFixed(1)} a second, at most ${found.peak}; after its end at most ${found.after}; ${back} are back`)
  return found
}

/** On a machine that is busy with other things the last logins come late. */
async function everybodyIn(clients) {
  const out = () => clients.filter((client) => client.state.status !== 'active').length
  for (let second = 0; out() && second < 60; second++) await sleep(1000)
  assert.equal(out(), 0, 'everybody has logged in before the outage')
}

/** Carries the requests of a phone, and notes when each was sent to where, and the status of the answer. */
function noting(asked, phone) {
  const carry = overHttp()
  return async (wire) => {
    const note = { phone, at: Date.now(), path: new URL(wire.url).pathname }
    asked.push(note)
    const answer = await carry(wire)
    note.status = answer.status
    return answer
  }
}
