// 部署时只需要改这里。What a deployment changes.
module.exports = {
  /** wxgate 的地址；正式版必须是 https，并且在小程序管理后台的 request 合法域名里。Where wxgate is. */
  baseUrl: 'http://127.0.0.1:8080',

  /**
   * 本机模拟微信的地址：不需要小程序账号就能走完全部流程。接入真实的微信时改成 ''。
   * The fake WeChat of `wxgate dev`: all of this works without an account. '' for the real WeChat.
   */
  fakeWechat: 'http://127.0.0.1:8090',

  /**
   * 接收头像文件的地址，响应 {"url": "https://…"}；wxgate 不保存文件。
   * Where pictures are uploaded to; wxgate keeps no files. '' means that the picture is only shown here.
   */
  avatarUpload: '',
}
