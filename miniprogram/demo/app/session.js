// 整个小程序只有这一个客户端。The one client of this mini-program.
const config = require('./config.js')
const { createClient } = require('./sdk/index.js')
const fake = require('./fake-wechat.js')

/** 响应里的地址；不是 {"url": "…"} 就抛错。The address in the answer. */
function addressIn({ statusCode, data }) {
  if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`)
  const url = parsed(data).url
  if (typeof url !== 'string') throw new Error('头像服务器的响应里没有 url')
  return url
}

function parsed(text) {
  try {
    return JSON.parse(text) || {}
  } catch (_) {
    return {}
  }
}

/** 把头像临时文件传到你自己的服务器。Puts the temporary file of a picture on a server of yours. */
async function uploadAvatar(filePath) {
  const header = { Authorization: `Bearer ${await client.token()}` }
  const answer = await new Promise((resolve, reject) =>
    wx.uploadFile({
      url: config.avatarUpload,
      filePath,
      name: 'file',
      header,
      success: resolve,
      fail: ({ errMsg }) => reject(new Error(errMsg)),
    }),
  )
  return addressIn(answer)
}

const client = createClient({
  baseUrl: config.baseUrl,
  services: config.avatarUpload ? [config.avatarUpload] : [],
  device: wx.getDeviceInfo ? wx.getDeviceInfo().model.slice(0, 64) : undefined,
  uploadAvatar,
  wx: config.fakeWechat ? fake.loginBy() : wx,
})

/** getUserInfo 解密出的昵称，只在内存里。What the old authorisation told, until the app ends. */
const opened = { nickName: '' }

module.exports = { client, opened }
