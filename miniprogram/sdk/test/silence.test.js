// What wx or the way to the server should not do, and does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from './support/clock.js'
import { passing, scene } from './support/scene.js'

test('a wx.login that never calls back is given up, and asked again', async () => {
  const { clock, client, wx } = scene()
  const login = wx.login.bind(wx)
  wx.login = () => undefined
  const first = client.login()
  await clock.advance(14_000)
  wx.login = login
  assert.equal((await passing(clock, first)).status, 'active')
})

test('a request that never calls back is given up, and the ones behind it go on', async () => {
  for (const silent of ['/v1/login', '/orders']) {
    const { clock, client, wx } = scene()
    const request = wx.request.bind(wx)
    wx.request = (options) => (options.url.endsWith(silent) ? undefined : request(options))
    const asked = client.request({ url: '/orders', retries: 0 }).catch((error) => error.code)
    assert.equal(await passing(clock, asked), 'network')
    wx.request = request
    await passing(clock, client.request({ url: '/orders' }))
  }
})

test('an answer that is a little late still counts', async () => {
  const { clock, client, wx } = scene()
  await passing(clock, client.login())
  const late = { statusCode: 200, data: 'late', header: {} }
  for (const timeout of [undefined, 3_000]) {
    wx.request = ({ success }) => void clock.setTimeout(() => success(late), (timeout ?? 60_000) + 2_000)
    assert.equal((await passing(clock, client.request({ url: '/orders', timeout, retries: 0 }))).data, 'late')
  }
})

test('a failure that says nothing is a failure', async () => {
  const { clock, client, wx } = scene()
  await passing(clock, client.login())
  wx.request = ({ fail }) => void setImmediate(fail)
  await assert.rejects(passing(clock, client.request({ url: '/orders', retries: 0 })), { code: 'network' })
})

test('no timer is left of a call that was answered', async () => {
  let timers = 0
  const clock = new ManualClock()
  const counted = {
    ...clock,
    setTimeout: (work, milliseconds) => (timers++, clock.setTimeout(work, milliseconds)),
    clearTimeout: (timer) => (timer === undefined || timers--, clock.clearTimeout(timer)),
  }
  const { client } = scene({ clock, runtime: counted })
  await passing(clock, client.login())
  const before = timers
  for (let n = 0; n < 5; n++) await passing(clock, client.request({ url: '/orders' }))
  assert.equal(timers, before)
})

const PORTAL = { status: 200, body: '<html>Welcome to our Wi-Fi</html>' }
const NOTHING = { status: 200, body: 'null' }

for (const [name, path, use, after] of [
  ['a logout everywhere', '/v1/sessions', (client) => client.logout({ everywhere: true }), 'active'],
  ['an erasure', '/v1/user', (client) => client.eraseUser(), 'active'],
  ['a logout', '/v1/session', (client) => client.logout(), 'logged_out'],
  ['the end of another session', '/v1/sessions/s1', (client) => client.endSession('s1'), 'active'],
  ['the list of sessions', '/v1/sessions', (client) => client.sessions(), 'active'],
  ['a phone number', '/v1/phone-number', (client) => client.getPhoneNumber({ detail: { code: 'c' } }), 'active'],
  ['open data', '/v1/open-data/decrypt', (client) => client.decrypt({ encryptedData: 'AAAA', iv: 'BBBB' }), 'active'],
  ['a change of the profile', '/v1/user/profile', (client) => client.updateProfile({ nickname: 'x' }), 'active'],
]) {
  test(`${name} is not done when somebody else than wxgate says so`, async () => {
    for (const answer of [PORTAL, NOTHING]) {
      const { clock, client, server } = scene()
      const { user } = await passing(clock, client.login())
      server.outage = (asked) => (asked.path === path ? answer : undefined)
      await assert.rejects(passing(clock, use(client)), { code: 'bad_answer' })
      assert.deepEqual(client.state, after === 'active' ? { status: 'active', user } : { status: after })
    }
  })
}
