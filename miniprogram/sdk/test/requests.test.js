import assert from 'node:assert/strict'
import { test } from 'node:test'
import { away } from './support/fake-server.js'
import { passing, scene } from './support/scene.js'

const MINUTE = 60_000

test('requests that begin together share one login', async () => {
  const { clock, client, server, wx } = scene()
  const answers = Array.from({ length: 100 }, (_, n) => client.request({ url: `/orders/${n}` }))
  const all = await passing(clock, Promise.all(answers))
  assert.equal(all.length, 100)
  assert.equal(server.count('/v1/login'), 1)
  assert.equal(wx.logins, 1)
})

test('more than ten requests at once pass where the eleventh would fail', async () => {
  const { clock, client } = scene({ wx: { overflow: 'fail' }, server: { latency: 50 } })
  const all = Array.from({ length: 40 }, (_, n) => client.request({ url: `/orders/${n}` }))
  assert.equal((await passing(clock, Promise.all(all))).length, 40)
})

test('a login does not wait behind requests that hang', async () => {
  const { clock, client, server, wx } = scene({ wx: { overflow: 'fail' } })
  await passing(clock, client.login())
  server.outage = ({ path }) => (path === '/hang' ? new Promise(() => {}) : undefined)
  for (let n = 0; n < 30; n++) client.request({ url: '/hang', timeout: 600_000, retries: 0 }).catch(() => {})
  await passing(clock, client.login({ fresh: true }))
  assert.equal(wx.logins, 2)
})

test('a 401 causes one login and one more try', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  server.endAll()
  const { data } = await passing(clock, client.request({ url: '/orders', method: 'POST', data: { n: 1 } }))
  assert.equal(data.path, '/orders')
  assert.equal(server.count('/v1/login'), 2)
  assert.equal(server.count('/orders'), 2)
})

test('a request that was refused with an old token goes out with the new one, without a login', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  let letGo
  const held = new Promise((resolve) => (letGo = resolve))
  const refuse = { status: 401, body: '{"code":"session_expired"}' }
  server.outage = ({ path, count }) => (path === '/slow' && count === 1 ? held.then(() => refuse) : undefined)
  const slow = client.request({ url: '/slow' })
  await passing(clock, client.login({ fresh: true }))
  letGo()
  await passing(clock, slow)
  assert.equal(server.count('/v1/login'), 2)
  const [first, second] = server.asked.filter(({ path }) => path === '/slow').map(({ wire }) => wire.headers.authorization)
  assert.notEqual(first, second)
})

test('a request that two logins in a row overtake goes out with the last token, and is done once', async () => {
  const { clock, client, server, wx } = scene()
  await passing(clock, client.login())
  server.latency = ({ pathname }) => (pathname === '/orders' ? 900 : 100)
  const asked = client.request({ url: '/orders', method: 'POST' })
  for (const wait of [900, 0]) {
    await passing(clock, client.login({ fresh: true }))
    await clock.advance(wait)
  }
  assert.equal((await passing(clock, asked)).data.token, await client.token())
  assert.equal(server.count('/orders'), 3)
  assert.equal(wx.logins, 3)
})

test('a 401 with a code that is not of wxgate is the service\'s own affair', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  server.outage = ({ path }) => (path === '/orders' ? { status: 401, body: '{"code":"coupon_used"}' } : undefined)
  await assert.rejects(passing(clock, client.request({ url: '/orders' })), { code: 'coupon_used', status: 401 })
  assert.equal(server.count('/v1/login'), 1)
})

test('a service that refuses every token does not cause a login for each request', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  server.outage = ({ path }) => (path === '/orders' ? { status: 401, body: 'no' } : undefined)
  for (let n = 0; n < 20; n++) {
    await assert.rejects(passing(clock, client.request({ url: '/orders' })), { code: 'http_401' })
  }
  assert.equal(server.count('/v1/login'), 2)
  await clock.advance(2 * MINUTE)
  server.outage = undefined
  server.endAll()
  await passing(clock, client.request({ url: '/orders' }))
})

test('a read is repeated while the server is away, a write only when the server says it was not done', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  const failing = (answer) => (server.outage = ({ path, count }) => (path === '/orders' && count % 2 ? answer : undefined))
  const tries = async (options) => {
    const before = server.count('/orders')
    await passing(clock, client.request({ url: '/orders', ...options })).catch(() => undefined)
    return server.count('/orders') - before
  }
  failing({ status: 502 })
  assert.equal(await tries({}), 2)
  assert.equal(await tries({ method: 'POST' }), 1)
  await tries({}) // an even count again
  failing(new Error('reset'))
  assert.equal(await tries({ method: 'PUT', retries: 0 }), 1)
  await tries({ retries: 0 })
  assert.equal(await tries({ method: 'POST', idempotent: true }), 2)
  failing(away(1))
  assert.equal(await tries({ method: 'POST' }), 2)
})

test('of the answers, 502, 503 and 504 are repeated and no others', async () => {
  for (const [status, tries] of [[500, 1], [501, 1], [502, 3], [503, 3], [504, 3], [505, 1], [507, 1], [511, 1]]) {
    const { clock, client, server } = scene()
    await passing(clock, client.login())
    server.outage = ({ path }) => (path === '/orders' ? { status } : undefined)
    await assert.rejects(passing(clock, client.request({ url: '/orders' })), { status })
    assert.equal(server.count('/orders'), tries, `${status}`)
  }
})

test('Retry-After is waited for, in seconds or as a date, whatever the case of its name', async () => {
  for (const headerCase of ['lower', 'Title']) {
    for (const asDate of [false, true]) {
      const { clock, client, server } = scene({ wx: { headerCase } })
      await passing(clock, client.login())
      const value = asDate ? new Date(clock.now() + 4_000).toUTCString() : '4'
      server.outage = ({ path, count }) => (path === '/orders' && count === 1 ? away(value) : undefined)
      await passing(clock, client.request({ url: '/orders' }))
      const [first, second] = server.asked.filter(({ path }) => path === '/orders')
      assert.ok(second.at - first.at >= (asDate ? 3_000 : 4_000), `${second.at - first.at} ms`)
    }
  }
})

test('in a long outage repeating ends: a request costs about one try', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  server.outage = ({ path }) => (path === '/orders' ? { status: 503 } : undefined)
  for (let n = 0; n < 50; n++) {
    await assert.rejects(passing(clock, client.request({ url: '/orders' })), { status: 503 })
  }
  assert.ok(server.count('/orders') <= 60, `${server.count('/orders')} tries of 50 requests`)
})

test('a refusal for longer than anybody waits leaves the budget of repeats alone', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  server.outage = ({ path }) => (path === '/orders' ? away(60) : undefined)
  for (let n = 0; n < 20; n++) await assert.rejects(passing(clock, client.request({ url: '/orders' })), { status: 503 })
  assert.equal(server.count('/orders'), 20)
  server.outage = ({ path, count }) => (path === '/orders' && count === 21 ? away(1) : undefined)
  await passing(clock, client.request({ url: '/orders' }))
})

test('the token goes to the configured addresses and nowhere else', async () => {
  const { clock, client, wx } = scene({ services: ['https://shop.example.com/api/'] })
  await passing(clock, client.login())
  for (const url of ['https://api.example.com/orders', 'https://shop.example.com/api/orders', '/orders']) {
    await passing(clock, client.request({ url }))
  }
  const before = wx.calls.length
  for (const url of [
    'https://api.example.com.evil.net/',
    'https://api.example.com@evil.net/',
    'https://api.example.com:443@evil.net/',
    'https://api.example.com\\@evil.net/',
    'http://api.example.com/',
    'https://shop.example.com/',
    'https://shop.example.com/apiary',
    'orders',
    '',
  ]) {
    await assert.rejects(client.request({ url }), { code: 'foreign_url' }, url)
  }
  assert.equal(wx.calls.length, before)
})

test('an Authorization of the caller\'s does not take the place of the session\'s', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.request({ url: '/orders', header: { authorization: 'Basic x', 'X-Mine': 'y' } }))
  const { wire } = server.asked.at(-1)
  assert.match(wire.headers.authorization, /^Bearer token-/)
  assert.equal(wire.headers['x-mine'], 'y')
})

test('a request that is cut in the background is repeated when the app is shown', async () => {
  const { clock, client, server, wx } = scene()
  await passing(clock, client.login())
  server.outage = ({ path, count }) => (path === '/orders' && count === 1 ? new Promise(() => {}) : undefined)
  const orders = client.request({ url: '/orders' })
  await clock.advance(100)
  wx.hide()
  await clock.advance(600_000)
  assert.equal(server.count('/orders'), 1)
  wx.show()
  await passing(clock, orders)
  assert.equal(server.count('/orders'), 2)
})
