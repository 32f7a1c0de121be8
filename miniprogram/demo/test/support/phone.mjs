import { FakeWx } from '../../../sdk/test/support/fake-wx.js'
import { overHttp } from '../../../sdk/test/support/wire.js'
import { realClock } from '../../../sdk/test/support/clock.js'

let people = 0

/** A `wx` with the calls that the demo's pages make besides the SDK's. Somebody whom the fake WeChat knows holds it. */
export async function phone(wxgate, { consent = false, model = 'iPhone 16' } = {}) {
  const openid = `oDemoTest${String(++people).padStart(4, '0')}`
  await wxgate.wechat.user(openid, { phone: '13800000001' })
  const wx = new FakeWx({ transport: overHttp(), login: () => wxgate.wechat.code(openid), clock: realClock })
  const opened = []
  return Object.assign(wx, {
    openid,
    opened,
    uploaded: '{"url":"https://example.com/mei.png"}',
    reLaunch: ({ url }) => opened.push(url),
    navigateTo: ({ url }) => opened.push(url),
    stopPullDownRefresh: () => opened.push('pulled'),
    getDeviceInfo: () => ({ model }),
    getSetting: ({ success }) => success({ authSetting: consent ? { 'scope.userInfo': true } : {} }),
    getUserInfo: ({ success, fail }) => wxgate.wechat.openData(openid, 'user_info').then(success, fail),
    uploadFile: ({ header, filePath, success }) => {
      opened.push(`upload ${filePath} ${header.Authorization.slice(0, 11)}`)
      success({ statusCode: 200, data: wx.uploaded })
    },
  })
}
