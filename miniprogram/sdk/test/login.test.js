import assert from 'node:assert/strict'
import { test } from 'node:test'
import { away } from './support/fake-server.js'
import { settled } from './support/clock.js'
import { passing, scene } from './support/scene.js'

const sent = (server) => server.asked.filter(({ path }) => path === '/v1/login').map(({ wire }) => JSON.parse(wire.body))

test('a login whose answer was lost is asked for again with the same code and nonce', async () => {
  const { clock, client, server, wx } = scene()
  server.outage = ({ path, count }) => (path === '/v1/login' && count === 1 ? new Error('lost') : undefined)
  await passing(clock, client.login())
  const [first, second] = sent(server)
  assert.deepEqual(second, first)
  assert.equal(wx.logins, 1)
})

test('each wx.login has its own nonce', async () => {
  const { clock, client, server } = scene()
  for (let n = 0; n < 5; n++) await passing(clock, client.login({ fresh: true }))
  const nonces = sent(server).map(({ nonce }) => nonce)
  assert.equal(new Set(nonces).size, 5)
  for (const nonce of nonces) assert.match(nonce, /^[!-~]{20,128}$/)
})

test('a code that was not spent is sent again, one that may be is not sent for long', async () => {
  const { clock, client, server, wx } = scene()
  const overloaded = { status: 503, body: '{"code":"overloaded"}', headers: { 'retry-after': '1' } }
  server.outage = ({ path }) => (path === '/v1/login' ? overloaded : undefined)
  await assert.rejects(passing(clock, client.login()), { code: 'overloaded' })
  await clock.advance(120_000)
  server.outage = undefined
  await passing(clock, client.login())
  assert.equal(wx.logins, 1)

  server.outage = ({ path }) => (path === '/v1/login' ? new Error('lost') : undefined)
  await assert.rejects(passing(clock, client.login({ fresh: true })), { code: 'network' })
  await clock.advance(60_000)
  server.outage = undefined
  await passing(clock, client.login({ fresh: true }))
  assert.equal(wx.logins, 3)
})

test('a login whose store was away once is asked for again with the same code', async () => {
  const { clock, client, server, wx } = scene()
  server.outage = ({ path, count }) => (path === '/v1/login' && count === 1 ? away(1) : undefined)
  await passing(clock, client.login())
  const [first, second] = sent(server)
  assert.deepEqual(second, first)
  assert.equal(wx.logins, 1)
})

test('a code that was spent before the store went away is given up after two refusals', async () => {
  const { clock, client, server, wx } = scene()
  // For 30 s the server repeats its answer to this code and nonce, though the store is back.
  server.outage = ({ path }) => (path === '/v1/login' && sent(server).at(-1).code === 'code-1' ? away(1) : undefined)
  await passing(clock, client.login(), 10_000)
  const [first, second, third, ...more] = sent(server)
  assert.deepEqual(second, first)
  assert.notEqual(third.code, first.code)
  assert.notEqual(third.nonce, first.nonce)
  assert.deepEqual(more, [])
  assert.equal(wx.logins, 2)
})

test('the two refusals that give a code up need not come in a row', async () => {
  const { clock, client, server, wx } = scene()
  const answers = [undefined, away(1), new Error('lost'), away(1)]
  server.outage = ({ path, count }) => (path === '/v1/login' ? answers[count] : undefined)
  const drawnAt = clock.now()
  await assert.rejects(passing(clock, client.login()), { code: 'store_unavailable' })
  await clock.advance(10_000) // for so long nothing is sent after three failures
  assert.ok(clock.now() < drawnAt + 20_000, 'the code could be sent again')
  await passing(clock, client.login())
  assert.equal(new Set(sent(server).slice(0, 3).map(({ code }) => code)).size, 1)
  assert.equal(wx.logins, 2)
})

test('a code that WeChat served from a cache is replaced by a new one, once', async () => {
  const stale = scene({ wx: { login: undefined } })
  let given = 0
  stale.wx.codes = async () => (++given === 1 ? 'an-old-code' : stale.server.code())
  await passing(stale.clock, stale.client.login())
  assert.equal(given, 2)

  const hopeless = scene()
  hopeless.wx.codes = async () => 'an-old-code'
  await assert.rejects(passing(hopeless.clock, hopeless.client.login()), { code: 'login_code_rejected', status: 401 })
  assert.equal(hopeless.wx.logins, 2)
})

test('a blocked user is not logged in again until the app asks for it', async () => {
  const { clock, client, server, wx } = scene()
  await passing(clock, client.login())
  server.blocked = true
  server.endAll()
  await assert.rejects(passing(clock, client.request({ url: '/orders' })), { code: 'user_blocked' })
  assert.equal(client.state.status, 'blocked')
  await assert.rejects(passing(clock, client.login(), 200), { code: 'user_blocked' })
  for (let n = 0; n < 5; n++) await assert.rejects(client.request({ url: '/orders' }), { code: 'user_blocked' })
  await clock.advance(3_600_000)
  wx.hide()
  wx.show()
  await clock.advance(3_600_000)
  assert.equal(wx.logins, 3)
  server.blocked = false
  await passing(clock, client.login())
  assert.equal(client.state.status, 'active')
})

test('whether a block still stands is asked once after a start', async () => {
  const { clock, client, start, server, wx } = scene()
  server.blocked = true
  await assert.rejects(passing(clock, client.login()), { code: 'user_blocked' })
  const again = start()
  assert.deepEqual(again.state, { status: 'none' })
  for (let n = 0; n < 3; n++) await assert.rejects(passing(clock, again.request({ url: '/orders' })), { code: 'user_blocked' })
  assert.equal(wx.logins, 2)
  server.blocked = false
  await passing(clock, start().request({ url: '/orders' }))
})

test('a login that takes the place of a session ends it', async () => {
  const { clock, client, server } = scene()
  const ended = () => server.asked.filter(({ method }) => method === 'DELETE').map(({ wire }) => wire.headers.authorization)
  await passing(clock, client.login())
  const first = await client.token()
  await passing(clock, client.login({ fresh: true }))
  await clock.advance(1_000)
  assert.deepEqual(ended(), [`Bearer ${first}`])
  assert.equal((await passing(clock, client.request({ url: '/orders' }))).data.token, await client.token())
})

test('a login that takes the place of a session that is over leaves it alone', async () => {
  for (const over of [(it) => it.clock.advance(60 * 60_000), (it) => it.server.endAll()]) {
    const it = scene()
    const { clock, client, server, wx } = it
    await passing(clock, client.login())
    client.hide()
    await over(it)
    client.show()
    await passing(clock, client.request({ url: '/orders' }))
    await clock.advance(1_000)
    assert.equal(wx.logins, 2)
    assert.equal(server.asked.filter(({ method }) => method === 'DELETE').length, 0)
  }
})

test('logins that are asked for at once are one, and so are those of data that does not open', async () => {
  const { clock, client, server, wx } = scene({ server: { latency: 200 } })
  await passing(clock, client.login())
  await passing(clock, Promise.all(Array.from({ length: 4 }, () => client.login({ fresh: true }))))
  assert.deepEqual([wx.logins, server.count('/v1/login')], [2, 2])
  server.outage = ({ path, count }) => (path === '/v1/open-data/decrypt' && count <= 9 ? { status: 422, body: '{"code":"decrypt_failed"}' } : undefined)
  const data = () => ({ encryptedData: 'AAAA', iv: 'BBBB' })
  await passing(clock, Promise.all(Array.from({ length: 9 }, () => client.decrypt(data))))
  assert.deepEqual([wx.logins, server.count('/v1/login')], [3, 3])
})

test('a login that is asked for is a login, though a refresh falls due beside it', async () => {
  const { clock, client, server, wx } = scene()
  await passing(clock, client.login())
  client.hide()
  await clock.advance(20 * 60_000)
  client.show()
  const both = Promise.all([client.login({ fresh: true }), client.request({ url: '/orders' })])
  await passing(clock, both)
  assert.equal(wx.logins, 2)
})

test('a change of the session is told once, a refresh is none', async () => {
  const { clock, client } = scene()
  const told = []
  const stop = client.onSessionChange(({ status, user }) => told.push([status, user && user.nickname]))
  await passing(clock, client.login())
  await clock.advance(60 * 60_000)
  await passing(clock, client.updateProfile({ nickname: '阿梅' }))
  await passing(clock, client.logout())
  stop()
  await passing(clock, client.login())
  assert.deepEqual(told, [
    ['active', ''],
    ['active', '阿梅'],
    ['logged_out', undefined],
  ])
})

test('errors carry what the server said', async () => {
  const { clock, client, server } = scene()
  server.outage = ({ path }) => (path === '/v1/login' ? away(90) : undefined)
  const error = await passing(clock, client.login()).catch((caught) => caught)
  assert.equal(error.name, 'WxgateError')
  assert.equal(error.code, 'store_unavailable')
  assert.equal(error.status, 503)
  assert.equal(error.retryAfter, 90)
  assert.equal(error.traceId, 't1')
})

test('a server that asks for patience is left alone, and requests say so at once', async () => {
  const { clock, client, server } = scene()
  server.outage = ({ path }) => (path === '/v1/login' ? away(90) : undefined)
  for (let n = 0; n < 50; n++) {
    await assert.rejects(passing(clock, client.request({ url: '/orders' })), { code: 'store_unavailable' })
  }
  assert.equal(server.count('/v1/login'), 1)
  server.outage = undefined
  await clock.advance(95_000)
  await passing(clock, client.request({ url: '/orders' }))
})

test('a misconfigured server is not asked three times in a row', async () => {
  const { clock, client, server } = scene()
  server.outage = ({ path }) => (path === '/v1/login' ? { status: 503, body: '{"code":"wechat_misconfigured"}' } : undefined)
  await assert.rejects(passing(clock, client.login()), { code: 'wechat_misconfigured' })
  assert.equal(server.count('/v1/login'), 1)
})

test('a login that is cut in the background goes on when the app is shown', async () => {
  const { clock, client, server, wx } = scene()
  let hang = true
  server.outage = ({ path }) => (path === '/v1/login' && hang ? new Promise(() => {}) : undefined)
  const login = client.login()
  await settled()
  wx.hide()
  await clock.advance(9_000)
  hang = false
  await clock.advance(600_000)
  assert.equal(server.count('/v1/login'), 1)
  wx.show()
  await passing(clock, login)
  assert.equal(client.state.status, 'active')
})

test('a framework that gives promises besides calling back leaves no rejection unhandled', async () => {
  const { clock, client, server } = scene({ wx: { promises: true } })
  server.outage = ({ path, count }) => (path === '/orders' && count === 1 ? new Error('lost') : undefined)
  await passing(clock, client.request({ url: '/orders' }))
})

test('a gate that is shut does not stay so because the clock was set back', async () => {
  const { clock, client, server } = scene()
  server.outage = ({ path }) => (path === '/v1/login' ? away(90) : undefined)
  await assert.rejects(passing(clock, client.login()), { code: 'store_unavailable' })
  server.outage = undefined
  clock.set(clock.now() - 86_400_000)
  await clock.advance(95_000)
  await passing(clock, client.login(), 5_000)
})

test('after a success the waits begin small again', async () => {
  const { clock, client, server } = scene()
  for (let n = 0; n < 12; n++) {
    let lost = false
    server.outage = ({ path }) => (path === '/v1/login' && !lost ? ((lost = true), new Error('lost')) : undefined)
    await passing(clock, client.login({ fresh: true }), 2_500)
  }
})

test('an answer that is not wxgate\'s gives no session, and another try', async () => {
  const page = { status: 200, body: '<html>Welcome to our Wi-Fi</html>' }
  const { clock, client, server, wx } = scene()
  server.outage = ({ path, count }) => (path === '/v1/login' && count === 1 ? page : undefined)
  await passing(clock, client.login())
  assert.equal(client.state.status, 'active')
  assert.equal(wx.logins, 2)

  server.outage = ({ path }) => (path === '/v1/session/refresh' ? page : undefined)
  await clock.advance(22 * 60_000)
  server.outage = undefined
  await passing(clock, client.request({ url: '/orders' }))
  assert.equal(server.count('/v1/login'), 2)
})

test('a grant that would be refreshed without end is none', async () => {
  for (const refresh_in of [0, -5, 0.001, null, 'abc', undefined]) {
    const body = JSON.stringify({ session_rd: 'wxs_x', expires_in: 1800, refresh_in, user: {} })
    const { clock, client, server } = scene()
    server.outage = ({ path, count }) => (path === '/v1/login' && count === 1 ? { status: 200, body } : undefined)
    await passing(clock, client.login())
    assert.equal(server.count('/v1/login'), 2, String(refresh_in))
  }
})

test('a client that the server does not understand does not ask at each request', async () => {
  const { clock, client, server, wx } = scene({ appid: 'wx-unknown' })
  server.outage = ({ path }) => (path === '/v1/login' ? { status: 400, body: '{"code":"invalid_request"}' } : undefined)
  const began = clock.now()
  for (let n = 0; n < 200; n++) {
    await assert.rejects(passing(clock, client.request({ url: '/orders' })), { code: 'invalid_request' })
  }
  assert.ok(wx.logins < 10 + (clock.now() - began) / 5_000, `${wx.logins} logins in ${clock.now() - began} ms`)
})
