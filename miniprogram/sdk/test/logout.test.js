import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settled } from './support/clock.js'
import { away } from './support/fake-server.js'
import { passing, scene } from './support/scene.js'

test('after a logout nothing logs in again until the app asks for it, not even after a restart', async () => {
  const { clock, client, start, server, wx } = scene()
  await passing(clock, client.login())
  await passing(clock, client.logout())
  assert.equal(server.asked.at(-1).method, 'DELETE')
  for (const it of [client, start()]) {
    assert.deepEqual(it.state, { status: 'logged_out' })
    await assert.rejects(it.request({ url: '/orders' }), { code: 'logged_out' })
  }
  await clock.advance(3_600_000)
  assert.equal(wx.logins, 1)
  await passing(clock, client.login())
  assert.equal(client.state.status, 'active')
})

test('a logout counts here although the server is away, and says so', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  server.outage = () => away(1)
  await assert.rejects(passing(clock, client.logout()), { code: 'store_unavailable' })
  assert.equal(client.state.status, 'logged_out')
})

test('a logout everywhere that did not reach the server can be tried again', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  server.outage = () => away(60)
  await assert.rejects(passing(clock, client.logout({ everywhere: true })), { code: 'store_unavailable' })
  assert.equal(client.state.status, 'active')
  server.outage = undefined
  await passing(clock, client.logout({ everywhere: true }))
  assert.equal(client.state.status, 'logged_out')
})

test('a login that is overtaken by a logout gives no session, and its token is ended', async () => {
  const { clock, client, server } = scene({ server: { latency: 200 } })
  const login = client.login()
  await settled()
  const logout = client.logout()
  await assert.rejects(passing(clock, login), { code: 'logged_out' })
  await passing(clock, logout)
  await clock.advance(1_000)
  const ended = server.asked.filter(({ method }) => method === 'DELETE')
  assert.equal(ended.length, 1)
  assert.equal(client.state.status, 'logged_out')
})

test('a login right after a logout does not get the one that was overtaken', async () => {
  const { clock, client } = scene({ server: { latency: 200 } })
  const first = client.login().catch((error) => error.code)
  await settled()
  client.logout()
  const second = client.login()
  await passing(clock, second)
  assert.equal(await first, 'logged_out')
  assert.equal(client.state.status, 'active')
})

test('a logout does not wait for a login or a refresh that cannot go on while the app is hidden', async () => {
  for (const age of [0, 25 * 60_000, 60 * 60_000]) {
    const { clock, client, server, wx } = scene()
    await passing(clock, client.login())
    wx.hide()
    await clock.advance(age)
    const under = (age ? client.request({ url: '/orders' }) : client.login({ fresh: true })).catch((error) => error)
    await clock.advance(100)
    await passing(clock, client.logout(), 1_000)
    assert.equal(server.asked.at(-1).method, 'DELETE')
    wx.show()
    await passing(clock, under)
    await clock.advance(60_000)
    assert.deepEqual(client.state, { status: 'logged_out' })
  }
})

test('two logins right after a logout are one', async () => {
  const { clock, client, wx } = scene({ server: { latency: 200 } })
  client.login().catch(() => undefined)
  await settled()
  client.logout()
  await passing(clock, Promise.all([client.login(), client.login()]))
  assert.equal(wx.logins, 2)
})

test('a logout between an earlier one and the login after it counts', async () => {
  const { clock, client } = scene({ server: { latency: 200 } })
  client.login().catch(() => undefined)
  await settled()
  client.logout()
  const between = client.login()
  client.logout()
  await assert.rejects(passing(clock, between), { code: 'logged_out' })
  await clock.advance(1_000)
  assert.equal(client.state.status, 'logged_out')
})

test('a logout whose answer was lost is asked for again, once', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  const path = '/v1/session'
  server.outage = (asked) => (asked.path === path && asked.count === 1 ? new Error('lost') : undefined)
  await passing(clock, client.logout())
  assert.equal(server.count(path), 2)
  await passing(clock, client.login())
  server.outage = (asked) => (asked.path === path ? new Error('lost') : undefined)
  await assert.rejects(passing(clock, client.logout()), { code: 'network' })
  assert.equal(server.count(path), 4)
})

test('a logout of a session that is over already went well', async () => {
  const { clock, client, server } = scene()
  await passing(clock, client.login())
  server.outage = ({ path }) => (path === '/v1/session' ? { status: 401, body: '{"code":"session_expired"}' } : undefined)
  await passing(clock, client.logout())
  assert.deepEqual(client.state, { status: 'logged_out' })
})

test('a refusal of the user that comes after their logout does not take its place', async () => {
  const { clock, client, server } = scene({ server: { latency: 200 } })
  await passing(clock, client.login())
  server.blocked = true
  const login = client.login({ fresh: true }).catch((error) => error.code)
  await clock.advance(100)
  await passing(clock, client.logout())
  assert.equal(await passing(clock, login), 'user_blocked')
  assert.deepEqual(client.state, { status: 'logged_out' })
})

test('a code that was refused is not replaced by another after a logout', async () => {
  let answer
  const { clock, client, server, wx } = scene()
  server.outage = ({ path }) => (path === '/v1/login' ? new Promise((resolve) => (answer = resolve)) : undefined)
  const login = client.login().catch((error) => error.code)
  await settled()
  await passing(clock, client.logout())
  answer({ status: 401, body: '{"code":"login_code_rejected"}' })
  await passing(clock, login)
  assert.equal(wx.logins, 1)
})

test('a login that fails in passing is not tried again after a logout', async () => {
  for (const fails of ['/v1/login', '/v1/session/refresh']) {
    const { clock, client, server } = scene()
    await passing(clock, client.login())
    server.outage = ({ path }) => (path === fails ? away(2) : undefined)
    const before = server.count(fails)
    const under = (fails === '/v1/login' ? client.login({ fresh: true }) : Promise.resolve()).catch((error) => error.code)
    for (let second = 0; second < 20 * 60 && server.count(fails) === before; second++) await clock.advance(1_000)
    const asked = server.count(fails)
    assert.equal(asked, before + 1)
    await passing(clock, client.logout())
    server.outage = undefined
    await passing(clock, under)
    await clock.advance(120_000)
    assert.equal(server.count(fails), asked)
    assert.deepEqual(client.state, { status: 'logged_out' })
  }
})

for (const [name, path, leave] of [
  ['a logout everywhere', '/v1/sessions', (client) => client.logout({ everywhere: true })],
  ['an erasure', '/v1/user', (client) => client.eraseUser()],
]) {
  const REVOKED = { status: 401, body: '{"code":"session_revoked"}' }
  const DONE = { status: 204 }
  /** Somebody logged in, whose leaving waits for the answer. */
  const leavingScene = async (server) => {
    const it = scene({ server })
    await passing(it.clock, it.client.login())
    it.server.outage = (asked) => (asked.path === path ? new Promise((resolve) => (it.answer = resolve)) : asked.path === '/poll' ? REVOKED : undefined)
    it.left = leave(it.client)
    await it.clock.advance(100)
    return it
  }
  const code = (promise) => promise.then(() => 'done', (error) => error.code)

  test(`${name} lets no other request log in again meanwhile, however many there are`, async () => {
    const { clock, client, wx, left, answer } = await leavingScene()
    const others = Array.from({ length: 12 }, () => code(client.request({ url: '/poll' })))
    others.push(code(client.login({ fresh: true })))
    await clock.advance(100)
    answer(DONE)
    await passing(clock, left)
    assert.deepEqual(new Set(await passing(clock, Promise.all(others))), new Set(['logged_out']))
    await clock.advance(60_000)
    assert.equal(wx.logins, 1)
    assert.deepEqual(client.state, { status: 'logged_out' })
  })

  test(`${name} that fails lets the others go on`, async () => {
    const { clock, client, server, left, answer } = await leavingScene()
    const poll = code(client.request({ url: '/poll' }))
    await clock.advance(100)
    server.outage = undefined
    answer({ status: 500 })
    assert.equal(await passing(clock, code(left)), 'http_500')
    assert.equal(await passing(clock, poll), 'done')
    assert.equal(client.state.status, 'active')
  })

  test(`${name} logs in itself where the session is over, though nine requests wait for the outcome`, async () => {
    const { clock, client, server, wx, left, answer } = await leavingScene()
    const polls = Array.from({ length: 9 }, () => code(client.request({ url: '/poll' })))
    await clock.advance(100)
    server.outage = undefined
    answer(REVOKED)
    await passing(clock, left)
    assert.deepEqual(new Set(await passing(clock, Promise.all(polls))), new Set(['logged_out']))
    assert.equal(wx.logins, 2)
  })

  test(`${name} is not overtaken by a login that was under way`, async () => {
    const { clock, client, server, wx } = scene()
    await passing(clock, client.login())
    server.latency = ({ pathname }) => (pathname === '/v1/login' ? 2_000 : 0)
    const login = code(client.login({ fresh: true }))
    await settled()
    await passing(clock, leave(client))
    await login
    assert.equal(wx.logins, 2)
    assert.deepEqual(server.asked.filter((asked) => asked.path !== '/v1/session').slice(-2).map((asked) => asked.path), ['/v1/login', path])
    assert.deepEqual(client.state, { status: 'logged_out' })
  })

  test(`${name} asked for twice is done once`, async () => {
    const { clock, client, server, wx, left, answer } = await leavingScene()
    const again = code(leave(client))
    await clock.advance(100)
    answer(DONE)
    await passing(clock, left)
    assert.equal(await passing(clock, again), 'logged_out')
    assert.deepEqual([wx.logins, server.count(path)], [1, 1])
  })

  test(`${name} of a session that has ended by the clock logs in for itself, and ends that`, async () => {
    const { clock, client, server, wx } = scene()
    await passing(clock, client.login())
    client.hide()
    await clock.advance(60 * 60_000)
    const left = leave(client)
    client.show()
    await passing(clock, left)
    assert.deepEqual([wx.logins, server.count(path)], [2, 1])
    assert.deepEqual(client.state, { status: 'logged_out' })
  })

  test(`${name} is not undone by a refresh that falls due meanwhile`, async () => {
    const { clock, server, wx, left, answer } = await leavingScene({ refreshIn: 20 })
    server.endAll() // it has been done, and only the answer is not here yet
    await clock.advance(30_000)
    assert.deepEqual([wx.logins, server.count('/v1/session/refresh')], [1, 0])
    answer(DONE)
    await passing(clock, left)
    await clock.advance(60_000)
    assert.deepEqual([wx.logins, server.count('/v1/session/refresh')], [1, 0])
  })
}
