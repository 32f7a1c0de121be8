// 整个小程序只有这一个客户端。The one client of this mini-program.
const config = require('./config.js')
const { createClient } = require('./sdk/index.js')
const fake = require('./fake-wechat.js')

/** 把头像临时文件传到你自己的服务器。Puts the temporary file of a picture on a server of yours. */
function uploadAvatar(filePath) {
  return new Promise((resolve, reject) => {
    client.token().then((token) =>
      wx.uploadFile({
        url: config.avatarUpload,
        filePath,
        name: 'file',
        header: { Authorization: `Bearer ${token}` },
        success: ({ statusCode, data }) => (statusCode === 200 ? resolve(JSON.parse(data).url) : reject(new Error(`HTTP ${statusCode}`))),
        fail: ({ errMsg }) => reject(new Error(errMsg)),
      }),
      reject,
    )
  })
}

const client = createClient({
  baseUrl: config.baseUrl,
  services: config.avatarUpload ? [config.avatarUpload] : [],
  device: wx.getDeviceInfo ? wx.getDeviceInfo().model.slice(0, 64) : undefined,
  uploadAvatar,
  wx: config.fakeWechat ? fake.loginBy() : wx,
})

/** getUserInfo 解密出的昵称,只在内存里。What the old authorisation told, until the app ends. */
const opened = { nickName: '' }

module.exports = { client, opened }
