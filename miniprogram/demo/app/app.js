const { client } = require('./session.js')

App({
  // 启动时就登录：之后微信加密的数据（手机号等）才能用服务器保存的 session_key 解密。
  // Log in at launch: what WeChat encrypts later then fits the key that the server has.
  onLaunch() {
    if (client.state.status === 'logged_out') return // 用户自己退出的，等他再点登录
    client.login().catch(() => undefined) // 登录页会显示原因；每个请求都会再试
  },

  // 续期循环（约 20 分钟一次）只在小程序显示时运行，回到前台时补上。
  // The refresh loop runs while the app is shown, and catches up when it comes back.
  onShow() {
    client.show()
  },
  onHide() {
    client.hide()
  },
})
