import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settled } from './support/clock.js'
import { passing, scene } from './support/scene.js'

const NUMBER = { phoneNumber: '13800000001', purePhoneNumber: '13800000001', countryCode: '86' }
const TAP = { detail: { errMsg: 'getPhoneNumber:ok', code: 'phone-code', encryptedData: 'AAAA', iv: 'BBBB' } }
/** What a base library before 2.21.2 gives. */
const OLD_TAP = { detail: { errMsg: 'getPhoneNumber:ok', encryptedData: 'AAAA', iv: 'BBBB' } }
const REFUSED = { status: 422, body: '{"code":"decrypt_failed"}' }
const ok = (members) => ({ status: 200, body: JSON.stringify(members) })

/** A server whose answers to these two paths are planned. */
function desk(answers) {
  const it = scene()
  it.server.outage = ({ path, count }) => answers[path] && answers[path](count)
  return it
}

test('a server that redeems codes is given the code alone, and vouches for the number', async () => {
  const { clock, client, server } = desk({ '/v1/phone-number': () => ok({ ...NUMBER, verified: true }) })
  assert.deepEqual(await passing(clock, client.getPhoneNumber(TAP)), { ...NUMBER, verified: true })
  assert.deepEqual(JSON.parse(server.asked.at(-1).wire.body), { code: 'phone-code' })
  assert.equal(server.count('/v1/open-data/decrypt'), 0)
})

test('a code whose answer was lost is sent again', async () => {
  const { clock, client, server } = desk({
    '/v1/phone-number': (count) => (count === 1 ? new Error('lost') : ok({ ...NUMBER, verified: true })),
  })
  await passing(clock, client.getPhoneNumber(TAP))
  assert.equal(server.count('/v1/phone-number'), 2)
})

test('a tap without a code goes the same way, and the server says whether WeChat vouched for the number', async () => {
  for (const verified of [false, true]) {
    const { clock, client, server } = desk({ '/v1/phone-number': () => ok({ ...NUMBER, verified }) })
    assert.deepEqual(await passing(clock, client.getPhoneNumber(OLD_TAP)), { ...NUMBER, verified })
    assert.deepEqual(JSON.parse(server.asked.at(-1).wire.body), { encryptedData: 'AAAA', iv: 'BBBB' })
    assert.equal(server.count('/v1/open-data/decrypt'), 0)
  }
})

test('data of a tap whose answer was lost is sent again', async () => {
  const { clock, client, server } = desk({
    '/v1/phone-number': (count) => (count === 1 ? new Error('lost') : ok({ ...NUMBER, verified: false })),
  })
  await passing(clock, client.getPhoneNumber(OLD_TAP))
  assert.equal(server.count('/v1/phone-number'), 2)
})

test('data that does not open is sent once, and a login makes the next tap fit', async () => {
  const { clock, client, server, wx } = desk({ '/v1/phone-number': () => REFUSED })
  await assert.rejects(passing(clock, client.getPhoneNumber(OLD_TAP)), { code: 'decrypt_failed', status: 422 })
  assert.equal(server.count('/v1/phone-number'), 1)
  assert.equal(wx.logins, 2)
})

test('data that does not open after a logout logs nobody in', async () => {
  for (const [path, use] of [
    ['/v1/phone-number', (client) => client.getPhoneNumber(OLD_TAP)],
    ['/v1/open-data/decrypt', (client) => client.decrypt({ encryptedData: 'AAAA', iv: 'BBBB' })],
    ['/v1/open-data/decrypt', (client) => client.decrypt(() => ({ encryptedData: 'AAAA', iv: 'BBBB' }))],
  ]) {
    let answer
    const { clock, client, wx } = desk({ [path]: () => new Promise((resolve) => (answer = resolve)) })
    await passing(clock, client.login())
    const used = use(client).catch((error) => error)
    await clock.advance(100)
    await passing(clock, client.logout())
    answer(REFUSED)
    await passing(clock, used)
    await clock.advance(1_000)
    assert.equal(wx.logins, 1)
    assert.deepEqual(client.state, { status: 'logged_out' })
  }
})

test('where the login after data that did not open fails, the data is what is told', async () => {
  for (const use of [
    (client) => client.getPhoneNumber(OLD_TAP),
    (client) => client.decrypt({ encryptedData: 'AAAA', iv: 'BBBB' }),
    (client) => client.decrypt(() => ({ encryptedData: 'AAAA', iv: 'BBBB' })),
  ]) {
    const { clock, client, wx } = desk({
      '/v1/phone-number': () => REFUSED,
      '/v1/open-data/decrypt': () => REFUSED,
      '/v1/login': (count) => (count === 1 ? undefined : { status: 400, body: '{"code":"invalid_request"}' }),
    })
    await passing(clock, client.login())
    await assert.rejects(passing(clock, use(client)), { code: 'decrypt_failed', status: 422 })
    assert.equal(wx.logins, 2)
  }
})

test('a logout while a login waits to make the next tap fit is not undone', async () => {
  const answers = {}
  const { clock, client, wx } = desk({
    '/v1/phone-number': () => REFUSED,
    '/v1/login': (count) => (count === 1 ? undefined : new Promise((resolve) => (answers.login = resolve))),
  })
  await passing(clock, client.login())
  const tapped = client.getPhoneNumber(OLD_TAP).catch((error) => error)
  const login = client.login({ fresh: true }).catch((error) => error)
  await clock.advance(100)
  const left = client.logout()
  await settled()
  answers.login({ status: 400, body: '{"code":"invalid_request"}' })
  await passing(clock, Promise.all([left, login, tapped]))
  await clock.advance(60_000)
  assert.equal(wx.logins, 2)
  assert.deepEqual(client.state, { status: 'logged_out' })
})

test('data that does not open is told at once after a logout, whatever waits for the app to be shown', async () => {
  let answer
  const { clock, client, wx } = desk({ '/v1/phone-number': () => new Promise((resolve) => (answer = resolve)) })
  await passing(clock, client.login())
  const tapped = client.getPhoneNumber(OLD_TAP).catch((error) => error.code)
  await clock.advance(100)
  wx.hide()
  client.login({ fresh: true }).catch(() => undefined)
  await settled()
  await passing(clock, client.logout())
  answer(REFUSED)
  assert.equal(await passing(clock, tapped, 1_000), 'decrypt_failed')
})

test('a login after data that did not open waits for a logout that is under way', async () => {
  const answers = {}
  const { clock, client, wx } = desk({
    '/v1/phone-number': () => REFUSED,
    '/v1/sessions': () => new Promise((resolve) => (answers.left = resolve)),
  })
  await passing(clock, client.login())
  const left = client.logout({ everywhere: true })
  await clock.advance(100)
  const tapped = client.getPhoneNumber(OLD_TAP).catch((error) => error.code)
  await clock.advance(1_000)
  answers.left({ status: 204 })
  await passing(clock, Promise.all([left, tapped]))
  assert.equal(wx.logins, 1)
  assert.deepEqual(client.state, { status: 'logged_out' })
})

test('a block that comes while a login waits to make the next tap fit is not asked about again', async () => {
  const answers = {}
  const { clock, client, wx } = desk({
    '/v1/phone-number': () => new Promise((resolve) => (answers.phone = resolve)),
    '/orders': () => ({ status: 401, body: '{"code":"session_revoked"}' }),
    '/v1/login': (count) => (count === 1 ? undefined : new Promise((resolve) => (answers.login = resolve))),
  })
  await passing(clock, client.login())
  const tapped = client.getPhoneNumber(OLD_TAP).catch((error) => error.code)
  await clock.advance(100)
  const asked = client.request({ url: '/orders' }).catch((error) => error.code)
  await clock.advance(100)
  answers.phone(REFUSED)
  await clock.advance(100)
  answers.login({ status: 403, body: '{"code":"user_blocked"}' })
  assert.deepEqual(await passing(clock, Promise.all([asked, tapped])), ['user_blocked', 'decrypt_failed'])
  assert.equal(wx.logins, 2)
})

test('no other refusal of the data is got round by the other path', async () => {
  for (const [status, code] of [[429, 'decrypt_budget_exhausted'], [400, 'invalid_argument'], [422, 'decrypt_failed']]) {
    const { clock, client, server } = desk({ '/v1/phone-number': () => ({ status, body: JSON.stringify({ code }) }) })
    await assert.rejects(passing(clock, client.getPhoneNumber(OLD_TAP)), { code, status })
    assert.equal(server.count('/v1/open-data/decrypt'), 0)
  }
})

test('a proxy that does not pass phone numbers on is told as one', async () => {
  for (const tap of [TAP, OLD_TAP]) {
    const { clock, client, server } = desk({ '/v1/phone-number': () => ({ status: 404, body: '{"code":"not_found"}' }) })
    await assert.rejects(passing(clock, client.getPhoneNumber(tap)), { code: 'not_found', status: 404 })
    assert.equal(server.count('/v1/open-data/decrypt'), 0)
  }
})

test('a mini-program whose phone numbers are used up does not blame the user', async () => {
  const { client } = scene()
  const detail = { errMsg: 'getPhoneNumber:fail jsapi has no quota', errno: 1400001 }
  await assert.rejects(client.getPhoneNumber({ detail }), { code: 'no_quota', message: detail.errMsg })
})

test('a refused code is the answer: the data is not tried behind its back', async () => {
  const { clock, client, server } = desk({ '/v1/phone-number': () => ({ status: 401, body: '{"code":"login_code_rejected"}' }) })
  await assert.rejects(passing(clock, client.getPhoneNumber(TAP)), { code: 'login_code_rejected' })
  assert.equal(server.count('/v1/open-data/decrypt'), 0)
  assert.equal(server.count('/v1/login'), 1)
})
