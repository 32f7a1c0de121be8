// Against a real wxgate with its fake WeChat.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { realClock } from './support/clock.js'
import { person, phoneOf } from './support/phone.js'
import { startService } from './support/service.js'
import { startWxgate } from './support/wxgate.js'

describe('with a real wxgate', { timeout: 60_000 }, () => {
  const ends = []
  let wxgate
  let service
  before(async () => {
    const suite = { after: (end) => ends.push(end) }
    wxgate = await startWxgate(suite)
    service = await startService(suite, wxgate)
  })
  after(() => Promise.all(ends.map((end) => end())))

  test('the first request logs in, and the service knows whose it is', async () => {
    const openid = await person(wxgate)
    const { client } = phoneOf(openid, wxgate, { services: [service] })
    const { data } = await client.request({ url: `${service}/orders` })
    assert.equal(data.openid, openid)
    assert.equal(client.state.user.is_new, true)
  })

  test('an app that is started again needs no login', async () => {
    const { client, start, wx } = phoneOf(await person(wxgate), wxgate)
    await client.login()
    assert.equal((await start().sessions()).length, 1)
    assert.equal(wx.logins, 1)
  })

  test('a login whose answer is lost gives one session all the same', async () => {
    let lost = 0
    const lose = ({ url }) => url.endsWith('/v1/login') && ++lost === 1
    const { client, wx } = phoneOf(await person(wxgate), wxgate, { lose })
    const exchanged = await wxgate.wechat.exchanges()
    await client.login()
    assert.equal(wx.count('POST', '/v1/login'), 2)
    assert.equal(await wxgate.wechat.exchanges(), exchanged + 1)
    assert.equal((await client.sessions()).length, 1)
  })

  test('a refresh whose answer is lost keeps the session', async () => {
    let lost = 0
    const lose = ({ url }) => url.endsWith('/refresh') && ++lost <= 2
    const time = shifted()
    const { client, wx } = phoneOf(await person(wxgate), wxgate, { lose, runtime: time })
    await client.login()
    const [before] = await client.sessions()
    time.shift(21 * 60_000)
    await client.sessions()
    await until(() => wx.count('POST', '/v1/session/refresh') === 3)
    const [after, ...others] = await client.sessions()
    assert.equal(after.id, before.id)
    assert.deepEqual(others, [])
    assert.equal(wx.logins, 1)
  })

  test('a tap on the phone number button works the first time although a login comes between', async () => {
    const openid = await person(wxgate, { phone: '13800000001' })
    const { client, wx } = phoneOf(openid, wxgate)
    await client.login()
    for (const withCode of [true, false]) {
      const tap = await wxgate.wechat.phoneTap(openid, { withCode })
      await client.login({ fresh: true }) // WeChat has made a new session_key meanwhile
      const number = await client.getPhoneNumber(tap)
      assert.equal(number.phoneNumber, '13800000001')
      assert.equal(number.countryCode, '86')
      assert.equal(number.verified, withCode)
    }
    assert.equal(wx.logins, 3)
    assert.equal(wx.count('POST', '/v1/phone-number'), 2)
    assert.equal(wx.count('POST', '/v1/open-data/decrypt'), 0)
  })

  test('a tap that comes when the session has just ended works the first time', async () => {
    const openid = await person(wxgate, { phone: '13800000002' })
    const first = phoneOf(openid, wxgate)
    const second = phoneOf(openid, wxgate)
    await first.client.login()
    const tap = await wxgate.wechat.phoneTap(openid, { withCode: false })
    const [{ id }] = await second.client.sessions()
    await second.client.endSession(id)
    const number = await first.client.getPhoneNumber(tap)
    assert.equal(number.purePhoneNumber, '13800000002')
    assert.equal(first.wx.logins, 2)
  })

  test('a refusal of the user is told as one', async () => {
    const { client } = phoneOf(await person(wxgate), wxgate)
    const denied = { detail: { errMsg: 'getPhoneNumber:fail user deny' } }
    await assert.rejects(client.getPhoneNumber(denied), { code: 'user_denied', message: 'getPhoneNumber:fail user deny' })
  })

  test('data is fetched after the login, so it opens for a user who was never seen before', async () => {
    const openid = await person(wxgate, { nickname: '阿梅' })
    const { client } = phoneOf(openid, wxgate)
    let fetched = 0
    const info = await client.decrypt(() => {
      fetched += 1
      return wxgate.wechat.openData(openid, 'user_info')
    })
    assert.equal(info.openId, openid)
    assert.equal(fetched, 1)
  })

  test('data that does not open is fetched once more after a new login', async () => {
    const openid = await person(wxgate)
    const { client, wx } = phoneOf(openid, wxgate)
    let fetched = 0
    const steps = await client.decrypt(async () => {
      const data = await wxgate.wechat.openData(openid, 'we_run')
      return ++fetched === 1 ? { ...data, iv: 'AAAAAAAAAAAAAAAAAAAAAA==', encryptedData: `${data.encryptedData.slice(0, -24)}${'A'.repeat(22)}==` } : data
    })
    assert.ok(steps.stepInfoList.length > 0)
    assert.equal(fetched, 2)
    assert.equal(wx.logins, 2)
  })

  test('data of a tap that does not open is refused, and the next tap fits', async () => {
    const openid = await person(wxgate)
    const { client, wx } = phoneOf(openid, wxgate)
    await client.login()
    const tap = await wxgate.wechat.phoneTap(openid, { withCode: false })
    tap.detail.iv = 'AAAAAAAAAAAAAAAAAAAAAA=='
    tap.detail.encryptedData = `${'A'.repeat(42)}==`.slice(0, 44)
    await assert.rejects(client.getPhoneNumber(tap), { code: 'decrypt_failed', status: 422 })
    assert.equal(wx.logins, 2)
    await client.getPhoneNumber(await wxgate.wechat.phoneTap(openid, { withCode: false }))
    assert.equal(wx.count('POST', '/v1/open-data/decrypt'), 0)
  })

  test('a code of the button gives its own user the number as often as asked, and nobody else', async () => {
    const [mine, other] = [await person(wxgate, { phone: '13800000003' }), await person(wxgate)]
    const { client, wx } = phoneOf(mine, wxgate)
    const stolen = await wxgate.wechat.phoneTap(other)
    await assert.rejects(client.getPhoneNumber(stolen), { code: 'phone_code_rejected', status: 422 })
    const tap = await wxgate.wechat.phoneTap(mine)
    const number = await client.getPhoneNumber(tap)
    assert.deepEqual(await client.getPhoneNumber(tap), number)
    assert.deepEqual(number, { phoneNumber: '13800000003', purePhoneNumber: '13800000003', countryCode: '86', verified: true })
    assert.equal(wx.logins, 1)
  })

  test('a user whom WeChat blocks is logged in by nobody', async () => {
    const openid = await person(wxgate, { blocked: true })
    const { client, wx } = phoneOf(openid, wxgate, { services: [service] })
    for (let n = 0; n < 3; n++) {
      await assert.rejects(client.request({ url: `${service}/orders` }), { code: 'user_blocked' })
    }
    assert.equal(wx.logins, 1)
    await wxgate.wechat.user(openid, { blocked: false })
    await client.login()
    assert.equal(client.state.status, 'active')
  })

  test('nickname and picture are changed, the picture by way of the app\'s own upload', async () => {
    const uploaded = []
    const uploadAvatar = async (path) => {
      uploaded.push(path)
      return 'https://example.com/mei.png'
    }
    const { client } = phoneOf(await person(wxgate), wxgate, { uploadAvatar })
    await client.login()
    await client.updateProfile({ avatarFile: 'wxfile://tmp_1.png' })
    const user = await client.updateProfile({ nickname: '阿梅' })
    assert.deepEqual([user.nickname, user.avatar_url], ['阿梅', 'https://example.com/mei.png'])
    assert.deepEqual(uploaded, ['wxfile://tmp_1.png'])
    assert.equal(client.state.user.nickname, '阿梅')
  })

  test('a session that another phone ends is replaced silently', async () => {
    const openid = await person(wxgate)
    const here = phoneOf(openid, wxgate, { device: '华为' })
    const there = phoneOf(openid, wxgate, { device: 'iPhone', services: [service] })
    await here.client.login()
    await there.client.login()
    const list = await here.client.sessions()
    assert.deepEqual(list.map(({ device, current }) => [device, current]), [['华为', true], ['iPhone', false]])
    await here.client.endSession(list[1].id)
    assert.equal((await there.client.request({ url: `${service}/orders` })).data.openid, openid)
    assert.equal(there.wx.logins, 2)
    assert.equal(here.wx.logins, 1)
  })

  test('a logout ends the session here and there; everywhere ends them all', async () => {
    const openid = await person(wxgate)
    const [first, second] = [phoneOf(openid, wxgate), phoneOf(openid, wxgate)]
    await first.client.login()
    await second.client.login()
    await first.client.logout()
    assert.equal((await second.client.sessions()).length, 1)
    const token = await second.client.token()
    await second.client.logout({ everywhere: true })
    const verdict = await fetch(`${wxgate.internal}/verify`, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(verdict.status, 401)
    await assert.rejects(second.client.sessions(), { code: 'logged_out' })
  })

  test('an erased user is somebody new the next time', async () => {
    const { client } = phoneOf(await person(wxgate), wxgate)
    const { user: before } = await client.login()
    await client.eraseUser()
    assert.equal(client.state.status, 'logged_out')
    const { user: after } = await client.login()
    assert.notEqual(after.id, before.id)
    assert.equal(after.is_new, true)
  })
})

describe('with a real wxgate whose sessions last two seconds', { timeout: 60_000 }, () => {
  test('100 requests when the session has ended cause one login', async (t) => {
    const settings = { SESSION__TTL: '2s', SESSION__REFRESH_AFTER: '1500ms', SESSION__GRACE: '200ms' }
    const wxgate = await startWxgate(t, settings)
    const service = await startService(t, wxgate)
    // The phone's clock stands still: it takes the session to be alive, and every request meets a 401.
    const stopped = { ...realClock, now: () => 1_800_000_000_000 }
    for (const runtime of [stopped, realClock]) {
      const { client, wx } = phoneOf(await person(wxgate), wxgate, { services: [service], runtime })
      t.after(() => client.hide())
      await client.login()
      client.hide() // no refresh in the meantime
      const authorization = `Bearer ${await client.token()}`
      await until(async () => (await fetch(`${wxgate.internal}/verify`, { headers: { authorization } })).status === 401)
      client.show()
      const exchanged = await wxgate.wechat.exchanges()
      const all = await Promise.all(Array.from({ length: 100 }, () => client.request({ url: `${service}/orders` })))
      assert.equal(all.length, 100)
      assert.equal(wx.logins, 2)
      assert.equal(await wxgate.wechat.exchanges(), exchanged + 1)
    }
  })
})

describe('with a real wxgate that asks WeChat about encrypted phone numbers', { timeout: 60_000 }, () => {
  test('WeChat vouches for the number of a tap without a code too', async (t) => {
    const wxgate = await startWxgate(t, { WECHAT__CHECK_ENCRYPTED_DATA: 'text' })
    const openid = await person(wxgate, { phone: '13800000004' })
    const { client, wx } = phoneOf(openid, wxgate)
    t.after(() => client.hide())
    await client.login()
    const number = await client.getPhoneNumber(await wxgate.wechat.phoneTap(openid, { withCode: false }))
    assert.deepEqual(number, { phoneNumber: '13800000004', purePhoneNumber: '13800000004', countryCode: '86', verified: true })
    assert.equal(wx.count('POST', '/v1/open-data/decrypt'), 0)
  })
})

/** A clock that can be put forward. */
function shifted() {
  let by = 0
  return {
    ...realClock,
    now: () => Date.now() + by,
    shift: (milliseconds) => (by += milliseconds),
  }
}

async function until(condition) {
  for (let tries = 0; tries < 400; tries++) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  assert.fail('it did not come about within 10 s')
}
