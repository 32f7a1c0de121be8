// 只在演示里用：wx.login 和按钮的数据来自 `wxgate dev` 的模拟微信。接入真实的微信时这个文件不起作用。
// For the demo alone: codes and encrypted data come from the fake WeChat of `wxgate dev`.
const config = require('./config.js')

const KEY = 'demo.openid'

function ask(path, data) {
  return new Promise((resolve, reject) =>
    wx.request({
      url: config.fakeWechat + path,
      method: 'POST',
      data,
      success: ({ statusCode, data: answer }) =>
        statusCode === 200 ? resolve(answer) : reject(Object.assign(new Error(`${path}: ${statusCode}`), { status: statusCode })),
      fail: ({ errMsg }) => reject(new Error(errMsg)),
    }),
  )
}

/** 模拟微信重启后谁都不认识了（404）；其他失败不能因此换人。It forgets everybody when it ends; other failures are failures. */
function known(openid) {
  return ask('/_fake/login-code', { openid }).catch((error) => (error.status === 404 ? undefined : Promise.reject(error)))
}

/** 一次 wx.login：第一次时模拟微信会造一个新用户。Somebody new the first time, the same person from then on. */
async function code() {
  const openid = wx.getStorageSync(KEY)
  const answer = (openid && (await known(openid))) || (await ask('/_fake/login-code', {}))
  wx.setStorageSync(KEY, answer.openid)
  return answer.code
}

/** 一个 wx，只有 login 是假的。A `wx` of which only `login` is fake. */
function loginBy() {
  const login = ({ success, fail }) => {
    code().then(
      (made) => success({ code: made }),
      (error) => fail({ errMsg: `login:fail ${error.message}` }),
    )
  }
  return {
    login,
    request: (options) => wx.request(options),
    getStorageSync: (key) => wx.getStorageSync(key),
    setStorageSync: (key, value) => wx.setStorageSync(key, value),
    removeStorageSync: (key) => wx.removeStorageSync(key),
  }
}

/** getPhoneNumber、getUserInfo 给出的加密数据。What buttons and calls of WeChat hand out. */
function openData(kind) {
  return ask('/_fake/open-data', { openid: wx.getStorageSync(KEY), kind })
}

/** 点手机号按钮：新旧两种数据都有。A tap on the phone number button: a code, and the encrypted data. */
async function phoneTap() {
  const sealed = await openData('phone')
  const { code: phoneCode } = await ask('/_fake/phone-code', { openid: wx.getStorageSync(KEY) })
  return { detail: Object.assign({ errMsg: 'getPhoneNumber:ok', code: phoneCode }, sealed) }
}

module.exports = { loginBy, openData, phoneTap }
