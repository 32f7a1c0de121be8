import { setTimeout as sleep } from 'node:timers/promises'
import { realClock } from './clock.js'
import { crowd, mean, rates } from './crowd.js'
import { startFakeWechat } from './fake-wechat.js'
import { overHttp } from './wire.js'
import { startMortalWxgate } from './wxgate.js'

const PHONES = 1000

/**
 * Real time, a real wxgate that keeps its sessions in memory: it is killed in the midst of the crowd, and when it comes back it
 * knows no session any more. Times in milliseconds.
 * Gives the rates of login and refresh: `mean` and `peak` in the outage, the highest `after` it; how many phones are `back`, and how
 * many codes WeChat was asked about for that.
 */
export async function storm(t, { within, killedAt, outage, after, settings }) {
  const wechat = await startFakeWechat(t)
  const wxgate = await startMortalWxgate(t, wechat, settings)
  const people = Array.from({ length: PHONES }, (_, n) => `oStorm${n}`)
  for (const openid of people) await wechat.user(openid)
  const asked = []
  const phoneOf = (n) => ({ transport: noting(asked), login: () => wechat.code(people[n]) })
  const { clients, leave } = crowd({ phones: PHONES, baseUrl: wxgate.gateway, page: '/v1/session', within, clock: realClock, phoneOf })
  t.after(leave)

  await sleep(killedAt)
  await wxgate.kill()
  const began = Date.now()
  await sleep(outage)
  const before = await wechat.exchanges()
  await wxgate.start()
  const ended = Date.now()
  await sleep(after)
  leave()

  const during = rates(asked, began, ended)
  const back = clients.filter((client) => client.state.status === 'active').length
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

/** Carries requests, and notes when each was sent to where. */
function noting(asked) {
  const carry = overHttp()
  return (wire) => {
    asked.push({ at: Date.now(), path: new URL(wire.url).pathname, wire })
    return carry(wire)
  }
}
