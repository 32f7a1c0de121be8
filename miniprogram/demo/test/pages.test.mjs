// The demo's pages with WeChat's miniprogram-simulate, a fake wx and a real wxgate.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { startWxgate } from '../../sdk/test/support/wxgate.js'
import { phone } from './support/phone.mjs'
import { launch, open, putAway, until } from './support/screen.mjs'

describe('the demo', { timeout: 90_000 }, () => {
  const ends = []
  let wxgate
  before(async () => {
    wxgate = await startWxgate({ after: (end) => ends.push(end) })
  })
  after(() => Promise.all(ends.map((end) => end())))

  let app
  const real = () => ({ baseUrl: wxgate.gateway, fakeWechat: '' })
  afterEach(putAway)

  test('logs in at launch, and the login page gives way', async () => {
    const wx = await phone(wxgate)
    app = launch(wx, real())
    open('login')
    await until(() => wx.opened.includes('/pages/home/home'))
    assert.equal(wx.logins, 1)
    assert.equal(app.client.state.status, 'active')
  })

  test('who logged out stays so until they tap the button', async () => {
    const wx = await phone(wxgate)
    launch(wx, real())
    await until(() => wx.storage.has('wxgate.session'))
    await loggedIn(wx)
    const home = open('home')
    home.act('.logout', 'tap')
    await until(() => wx.opened.includes('/pages/login/login'))

    app = launch(wx, real())
    const login = open('login')
    assert.equal(app.client.state.status, 'logged_out')
    const before = wx.logins
    login.act('.login', 'tap')
    await until(() => app.client.state.status === 'active')
    assert.equal(wx.logins, before + 1)
  })

  test('the getUserInfo button asks first, then logs in, then opens the data', async () => {
    const wx = await phone(wxgate)
    await loggedOut(wx)
    app = launch(wx, real())
    const login = open('login')
    login.act('.info', 'getuserinfo', { errMsg: 'getUserInfo:fail auth deny' })
    await login.shows(/你没有授权/)
    assert.equal(app.client.state.status, 'logged_out')
    login.act('.info', 'getuserinfo', { errMsg: 'getUserInfo:ok' })
    await until(() => wx.opened.includes('/pages/home/home'))
    assert.equal(wx.count('POST', '/v1/open-data/decrypt'), 1)
    await open('home').shows(/微信给出的昵称 WeChat says: \S/)
  })

  test('data that does not open is told on the login page, which stays until the user goes on', async () => {
    const wx = await phone(wxgate)
    await loggedOut(wx)
    const stranger = await phone(wxgate)
    wx.getUserInfo = stranger.getUserInfo
    app = launch(wx, real())
    const login = open('login')
    login.act('.info', 'getuserinfo', { errMsg: 'getUserInfo:ok' })
    await login.shows(/数据已过期，请再点一次/)
    assert.equal(app.client.state.status, 'active')
    assert.deepEqual(wx.opened, [])
    login.act('.login', 'tap')
    await until(() => wx.opened.includes('/pages/home/home'))
  })

  test('what a call of WeChat itself fails with is shown', async () => {
    const wx = await phone(wxgate)
    await loggedOut(wx)
    wx.getUserInfo = ({ fail }) => fail({ errMsg: 'getUserInfo:fail api scope is not declared' })
    launch(wx, real())
    const login = open('login')
    login.act('.info', 'getuserinfo', { errMsg: 'getUserInfo:ok' })
    await login.shows(/出错了：getUserInfo:fail api scope is not declared/)
  })

  test('who has consented before is not asked again', async () => {
    const wx = await phone(wxgate, { consent: true })
    await loggedOut(wx)
    launch(wx, real())
    const login = open('login')
    await login.shows(/已授权，直接登录/)
    login.act('.info', 'tap')
    await until(() => wx.opened.includes('/pages/home/home'))
  })

  test('a failed login says why, in words for users', async () => {
    const wx = await phone(wxgate)
    await wxgate.wechat.user(wx.openid, { blocked: true })
    app = launch(wx, real())
    const login = open('login')
    await until(() => app.client.state.status === 'blocked')
    login.act('.login', 'tap')
    await login.shows(/该账号暂时无法登录/)
  })

  test('nickname and picture are saved', async () => {
    const wx = await phone(wxgate)
    app = launch(wx, { ...real(), avatarUpload: 'https://example.com/upload' })
    await app.client.login()
    const home = open('home')
    await home.shows(/还没有昵称/)
    home.act('.profile', 'submit', { value: { nickname: '阿梅' } })
    await home.shows(/阿梅/)
    home.act('.avatar-button', 'chooseavatar', { avatarUrl: 'wxfile://tmp_1.png' })
    await until(() => app.client.state.user.avatar_url === 'https://example.com/mei.png')
    assert.deepEqual(wx.opened, ['upload wxfile://tmp_1.png Bearer wxs_'])
  })

  test('a picture server whose answer has no address is told of, and the page goes on', async () => {
    const wx = await phone(wxgate)
    app = launch(wx, { ...real(), avatarUpload: 'https://example.com/upload' })
    await app.client.login()
    const home = open('home')
    for (const answer of ['<html>', '{}', 'null']) {
      wx.uploaded = answer
      home.act('.avatar-button', 'chooseavatar', { avatarUrl: 'wxfile://tmp_1.png' })
      await home.shows(/出错了：头像服务器的响应里没有 url/)
    }
    home.act('.profile', 'submit', { value: { nickname: '阿梅' } })
    await home.shows(/阿梅/)
  })

  test('the phone number is opened, by code or the old way, and shown in part', async () => {
    for (const withCode of [true, false]) {
      const wx = await phone(wxgate)
      app = launch(wx, real())
      await app.client.login()
      const home = open('home')
      const { detail } = await wxgate.wechat.phoneTap(wx.openid, { withCode })
      home.act('.get-phone', 'getphonenumber', detail)
      await home.shows(/138\*\*\*\*0001/)
      assert.doesNotMatch(home.text, /13800000001/)
    }
  })

  test('a user who does not share their number reads that, and nothing breaks', async () => {
    const wx = await phone(wxgate)
    app = launch(wx, real())
    await app.client.login()
    const home = open('home')
    home.act('.get-phone', 'getphonenumber', { errMsg: 'getPhoneNumber:fail user deny' })
    await home.shows(/你没有授权/)
  })

  test('other sessions are listed and ended, this one cannot be', async () => {
    const wx = await phone(wxgate, { model: '华为 Mate 70' })
    app = launch(wx, real())
    await app.client.login()
    const other = launch(Object.assign(await phone(wxgate), { codes: wx.codes }), real())
    await other.client.login()
    app = launch(wx, real())
    const page = open('sessions')
    await page.shows(/华为 Mate 70本机.*iPhone 16/)
    assert.equal(page.all('.end').length, 1)
    page.act('.end', 'tap')
    await until(() => page.all('.session').length === 1)
    assert.equal((await app.client.sessions()).length, 1)
  })

  test('logging out everywhere ends the other phone too', async () => {
    const wx = await phone(wxgate)
    const second = launch(Object.assign(await phone(wxgate), { codes: wx.codes }), real())
    await second.client.login()
    const token = await second.client.token()
    app = launch(wx, real())
    await app.client.login()
    open('home').act('.everywhere', 'tap')
    await until(() => wx.opened.includes('/pages/login/login'))
    const verdict = await fetch(`${wxgate.internal}/verify`, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(verdict.status, 401)
  })

  test('all of it works without a WeChat account, with the fake WeChat of wxgate dev', async () => {
    const wx = await phone(wxgate)
    wx.login = () => assert.fail('the real wx.login is not asked')
    app = launch(wx, { baseUrl: wxgate.gateway, fakeWechat: wxgate.wechat.base })
    await app.client.login()
    const home = open('home')
    home.act('.get-phone', 'tap')
    await home.shows(/1\d\d\*\*\*\*\d{4}/)
    const { id } = app.client.state.user
    await app.client.login({ fresh: true })
    assert.equal(app.client.state.user.id, id)
  })

  test('a fake WeChat that was started anew is not taken for a refusal, and a login makes somebody new', async () => {
    const wx = await phone(wxgate)
    app = launch(wx, { baseUrl: wxgate.gateway, fakeWechat: wxgate.wechat.base })
    await app.client.login()
    const { id } = app.client.state.user
    const home = open('home')
    wx.setStorageSync('demo.openid', 'oForgotten')
    home.act('.get-phone', 'tap')
    await home.shows(/出错了：.*404/)
    await app.client.login({ fresh: true })
    assert.notEqual(app.client.state.user.id, id)
  })

  test('a failing fake WeChat does not make somebody new', async () => {
    const wx = await phone(wxgate)
    app = launch(wx, { baseUrl: wxgate.gateway, fakeWechat: wxgate.wechat.base })
    await app.client.login()
    const openid = wx.getStorageSync('demo.openid')
    const { request } = wx
    wx.request = (options) => (options.data?.openid ? options.success({ statusCode: 500 }) : request.call(wx, options))
    await assert.rejects(app.client.login({ fresh: true }), { code: 'wx_login_failed' })
    assert.equal(wx.getStorageSync('demo.openid'), openid)
  })

  /** Lets the login of the launch finish. */
  async function loggedIn(wx) {
    app = launch(wx, real())
    await app.client.login()
  }

  /** Leaves a phone whose user has logged out. */
  async function loggedOut(wx) {
    await loggedIn(wx)
    await app.client.logout()
    wx.opened.length = 0
    wx.calls.length = 0
  }
})
