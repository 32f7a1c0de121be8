import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from './support/clock.js'
import { away } from './support/fake-server.js'
import { passing, scene } from './support/scene.js'

const SECOND = 1000
const MINUTE = 60 * SECOND
const LIVES = 60
const HOURS = 3

/** The ways in which a call can go wrong, each with its weight. */
const FAULTS = [
  [70, () => undefined],
  [8, () => new Error('reset before it arrived')],
  [6, () => away(2)],
  [3, () => ({ status: 502, body: '<html>' })],
  [3, () => ({ status: 504, body: '{"code":"deadline_exceeded"}' })],
]

/** A phone, a user and a network for which nothing can be counted upon. */
class Life {
  constructor(seed) {
    this.clock = new ManualClock({ seed, grain: 50 })
    Object.assign(this, scene({ clock: this.clock }))
    this.pending = { requests: 0 }
    this.logins = { now: 0 }
    this.most = 0
    this.bad = 0
    this.server.outage = () => (this.chance(this.bad) ? this.fault() : undefined)
    this.wx.transport = (wire) => this.carry(wire)
  }

  chance(of) {
    return this.clock.random() < of
  }

  fault() {
    const total = FAULTS.reduce((sum, [weight]) => sum + weight, 0)
    let at = this.clock.random() * total
    for (const [weight, make] of FAULTS) if ((at -= weight) < 0) return make()
    return undefined
  }

  /** There, and back again; what was done there can stay unknown here. */
  async carry(wire) {
    const { logins } = this
    const login = wire.url.endsWith('/v1/login')
    if (login) this.most = Math.max(this.most, ++logins.now)
    try {
      await this.pass(this.clock.random() * 2 * SECOND)
      const answer = await this.server.transport(wire)
      await this.pass(this.clock.random() * 2 * SECOND)
      if (this.chance(this.bad * 0.15)) throw new Error('the answer was lost')
      return answer
    } finally {
      if (login) logins.now -= 1
    }
  }

  pass(milliseconds) {
    return new Promise((resolve) => this.clock.setTimeout(resolve, milliseconds))
  }

  /** What somebody does next. */
  async step() {
    const dice = this.clock.random()
    if (dice < 0.7) this.request(this.chance(0.3) ? 'POST' : 'GET')
    else if (dice < 0.76) this.wx.hide()
    else if (dice < 0.84) this.wx.show()
    else if (dice < 0.88) this.server.endAll()
    else if (dice < 0.92) this.bad = this.chance(0.5) ? 0 : this.clock.random()
    else if (dice < 0.94) this.restart()
    else if (dice < 0.95) this.client.login({ fresh: true }).catch(() => undefined)
    await this.clock.advance(this.chance(0.05) ? this.clock.random() * 50 * MINUTE : this.clock.random() * MINUTE)
  }

  request(method) {
    this.wx.show() // whoever taps something sees it
    const { pending } = this
    pending.requests += 1
    const settled = () => {
      pending.requests -= 1
    }
    this.client.request({ url: '/orders', method }).then(settled, settled)
  }

  /** WeChat ends the app and starts it again: what the old one still waits for never comes. */
  restart() {
    this.client.hide()
    this.wx.forget()
    this.client = this.start()
    this.pending = { requests: 0 }
    this.logins = { now: 0 }
  }
}

test(`${LIVES} times ${HOURS} hours of bad luck: one login at a time, nobody is taken for a thief, nothing hangs`, { timeout: 120_000 }, async (t) => {
  let [logins, requests] = [0, 0]
  for (let seed = 1; seed <= LIVES; seed++) {
    const life = new Life(seed)
    const end = life.clock.now() + HOURS * 60 * MINUTE
    while (life.clock.now() < end) await life.step()
    life.bad = 0
    life.wx.show()
    await life.clock.advance(3 * MINUTE)
    assert.equal(life.pending.requests, 0, `seed ${seed}: ${life.pending.requests} requests hang`)
    assert.equal(life.server.thefts, 0, `seed ${seed}: taken for a thief`)
    assert.ok(life.most <= 1, `seed ${seed}: ${life.most} logins at once`)
    await passing(life.clock, life.client.request({ url: '/orders' }), 30 * SECOND)
    assert.equal(life.client.state.status, 'active', `seed ${seed}`)
    logins += life.server.count('/v1/login')
    requests += life.server.count('/orders')
  }
  t.diagnostic(`${requests} requests, ${logins} logins`)
})
