import assert from 'node:assert/strict'
import { test } from 'node:test'
import { away } from './support/fake-server.js'
import { passing, scene } from './support/scene.js'

const MINUTE = 60_000

test('the session is refreshed before 20 minutes are over, again and again, without a request', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  await clock.advance(17 * MINUTE)
  assert.equal(server.count('/v1/session/refresh'), 0)
  await clock.advance(43 * MINUTE)
  assert.equal(server.count('/v1/session/refresh'), 3)
  assert.equal(server.count('/v1/login'), 1)
})

test('phones that logged in together do not refresh together', async () => {
  const times = []
  for (let seed = 1; seed <= 20; seed++) {
    const { ManualClock } = await import('./support/clock.js')
    const { clock, client, server } = scene({ clock: new ManualClock({ seed }) })
    await passing(clock, client.login())
    await clock.advance(21 * MINUTE)
    times.push(server.asked.find(({ path }) => path === '/v1/session/refresh').at)
  }
  assert.ok(Math.max(...times) - Math.min(...times) > MINUTE)
})

test('a hidden app asks for nothing, and catches up when it is shown', async () => {
  const { clock, client, server, wx } = scene()
  await passing(clock, client.login())
  wx.hide()
  await clock.advance(25 * MINUTE)
  assert.equal(server.count('/v1/session/refresh'), 0)
  wx.show()
  await clock.advance(1_000)
  assert.equal(server.count('/v1/session/refresh'), 1)
  assert.equal(server.count('/v1/login'), 1)
})

test('an app that was hidden until its session ended logs in silently when it is shown', async () => {
  const { clock, client, server, wx } = scene()
  await passing(clock, client.login())
  wx.hide()
  await clock.advance(600 * MINUTE)
  wx.show()
  await clock.advance(1_000)
  assert.equal(server.count('/v1/session/refresh'), 0)
  assert.equal(server.count('/v1/login'), 2)
})

test('show and hide do the same where wx has no life cycle of its own', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  client.hide()
  await clock.advance(25 * MINUTE)
  client.show()
  await clock.advance(1_000)
  assert.equal(server.count('/v1/session/refresh'), 1)
})

test('a refresh whose answer was lost is asked again with the same token', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  server.outage = ({ path, count }) => (path === '/v1/session/refresh' && count === 1 ? new Error('lost') : undefined)
  await clock.advance(21 * MINUTE)
  const tokens = server.asked.filter(({ path }) => path === '/v1/session/refresh').map(({ wire }) => wire.headers.authorization)
  assert.equal(tokens.length, 2)
  assert.equal(tokens[0], tokens[1])
  assert.equal(server.count('/v1/login'), 1)
})

test('while a refresh fails, requests go on with the token that still lasts', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  server.outage = ({ path }) => (path.startsWith('/v1/') ? away(2) : undefined)
  await clock.advance(25 * MINUTE)
  await passing(clock, client.request({ url: '/orders' }))
  assert.equal(client.state.status, 'active')
  assert.ok(server.count('/v1/session/refresh') < 30, `${server.count('/v1/session/refresh')} in 5 minutes`)
})

test('a profile that was changed during a refresh stays changed', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  let isUnderWay = false
  server.latency = ({ pathname }) => (pathname === '/v1/session/refresh' ? ((isUnderWay = true), 5_000) : 0)
  for (let second = 0; second < 20 * 60 && !isUnderWay; second++) await clock.advance(1_000)
  assert.equal(server.count('/v1/session/refresh'), 0)
  await passing(clock, client.updateProfile({ nickname: '阿梅' }), 1_000)
  await clock.advance(10_000)
  assert.equal(server.count('/v1/session/refresh'), 1)
  assert.equal(client.state.user.nickname, '阿梅')
})

test('a session that ended elsewhere is replaced by a login when it is to be refreshed', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  server.endAll()
  await clock.advance(21 * MINUTE)
  const [, refused, login] = server.asked
  assert.deepEqual([refused.path, login.path], ['/v1/session/refresh', '/v1/login'])
  assert.ok(login.at - refused.at < 100, 'at once')
  assert.equal(client.state.status, 'active')
})

test('an app that is started again goes on with the session that it had', async () => {
  const { clock, client, start, server } = scene()
  await passing(clock, client.login())
  const again = start()
  assert.equal(again.state.user.id, 'user-1')
  await passing(clock, again.request({ url: '/orders' }))
  assert.equal(server.count('/v1/login'), 1)
})

test('a session of another server is not sent to this one', async () => {
  const { clock, client, wx, server } = scene()
  await passing(clock, client.login())
  const { createClient } = await import('../dist/esm/index.js')
  const other = createClient({ baseUrl: 'https://test.example.com', wx, runtime: clock })
  assert.equal(other.state.status, 'none')
  await passing(clock, other.request({ url: '/orders' }))
  assert.equal(server.count('/v1/login'), 2)
})

test('storage that fails or holds rubbish costs a login, not the app', async () => {
  const { clock, wx, start } = scene()
  wx.storageBroken = true
  const client = start()
  await passing(clock, client.login())
  await passing(clock, client.request({ url: '/orders' }))
  wx.storageBroken = false
  for (const rubbish of ['', 'x', 7, null, [], {}, { base: 'https://api.example.com', status: 'active', session: { token: 1 } }]) {
    wx.setStorageSync('wxgate.session', rubbish)
    assert.equal(start().state.status, 'none', JSON.stringify(rubbish))
  }
})

test('a token that storage would not take does not leave the one before behind', async () => {
  const { clock, client, wx } = scene()
  await passing(clock, client.login())
  wx.setStorageSync = () => {
    throw new Error('setStorage:fail exceed storage max size')
  }
  await passing(clock, client.login({ fresh: true }))
  assert.equal(wx.storage.size, 0)
})

test('a clock that is set back makes the phone refresh, not wait for a day', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  clock.set(clock.now() - 86_400_000)
  await passing(clock, client.request({ url: '/orders' }))
  await clock.advance(1_000)
  assert.equal(server.count('/v1/session/refresh'), 1)
  await passing(clock, client.request({ url: '/orders' }))
  await clock.advance(1_000)
  assert.equal(server.count('/v1/session/refresh'), 1)
})

test('a refresh that can never succeed is not asked for in a loop', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  server.outage = ({ path }) => (path === '/v1/session/refresh' ? { status: 400, body: '{"code":"invalid_request"}' } : undefined)
  await clock.advance(29 * MINUTE)
  assert.ok(server.count('/v1/session/refresh') < 25, `${server.count('/v1/session/refresh')} in 10 minutes`)
})

test('while a new login is under way, requests wait for it instead of going out with the old token', async () => {
  for (const first of ['request', 'refresh']) {
    const { clock, client, server, wx } = scene({ server: { latency: 2_000 } })
    await passing(clock, client.login())
    server.endAll()
    if (first === 'request') {
      client.request({ url: '/first' })
    } else {
      wx.hide()
      await clock.advance(21 * MINUTE)
      wx.show()
    }
    await clock.advance(3_000) // refused after two seconds, and now on the way to a login
    await passing(clock, client.request({ url: '/second' }))
    assert.equal(server.count('/second'), 1, first)
  }
})

test('a clock that is set back or forth does not end the session', async () => {
  for (const by of [-86_400_000, 86_400_000]) {
    const { clock, client, server } = scene()
    await passing(clock, client.login())
    clock.set(clock.now() + by)
    await passing(clock, client.request({ url: '/orders' }))
    await clock.advance(60 * MINUTE)
    await passing(clock, client.request({ url: '/orders' }))
    assert.equal(client.state.status, 'active')
    assert.ok(server.asked.length < 15, `${server.asked.length} calls`)
  }
})

test('an interval longer than a timer can be does not turn into a loop', async () => {
  const { clock, client, server } = scene({ server: { refreshIn: 40 * 86_400, expiresIn: 50 * 86_400 } })
  await passing(clock, client.login())
  await clock.advance(35 * 86_400_000)
  assert.equal(server.count('/v1/session/refresh'), 0)
  await clock.advance(10 * 86_400_000)
  assert.equal(server.count('/v1/session/refresh'), 1)
})
