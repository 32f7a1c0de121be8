const config = require('../../config.js')
const fake = require('../../fake-wechat.js')
const { messageOf } = require('../../messages.js')
const { client, opened } = require('../../session.js')

/** wx.getUserInfo，登录之后才取，密文才对得上服务器保存的 session_key。Fetched after the login, so that it fits its key. */
function userInfo() {
  if (config.fakeWechat) return fake.openData('user_info')
  return new Promise((success, fail) => wx.getUserInfo({ withCredentials: true, success, fail }))
}

Component({
  data: { busy: false, error: '', authorised: false },

  lifetimes: {
    attached() {
      // 启动时的登录可能还没完成；完成后直接进入。The login of the launch may still be under way.
      // 按钮的操作还没完成时不跳转，否则页面会在解密途中被销毁。A button's work ends here first: leaving would end the page.
      this.stop = client.onSessionChange(({ status }) => status === 'active' && !this.data.busy && this.enter())
      if (client.state.status === 'active') this.enter()
      else this.checkSetting()
    },
    detached() {
      this.stop()
    },
  },

  methods: {
    /** 已经授权过的用户不用再点授权按钮。Who has consented before need not be asked again. */
    checkSetting() {
      wx.getSetting({
        success: ({ authSetting }) => this.setData({ authorised: authSetting['scope.userInfo'] === true }),
      })
    },

    onLogin() {
      return this.attempt(() => client.login())
    },

    /** 用户点了授权按钮：同意才继续。The user has answered WeChat's question. */
    onUserInfo(event) {
      if (event.detail.errMsg !== 'getUserInfo:ok') {
        this.setData({ error: messageOf({ code: 'user_denied' }) })
        return undefined
      }
      return this.onAuthorised()
    },

    /** 先登录，再取数据，再解密：这个顺序不能反。Log in, fetch, decrypt: in this order. */
    onAuthorised() {
      return this.attempt(async () => {
        await client.login()
        opened.nickName = (await client.decrypt(userInfo)).nickName
      })
    },

    async attempt(work) {
      this.setData({ busy: true, error: '' })
      try {
        await work()
        this.enter()
      } catch (error) {
        this.setData({ error: messageOf(error) })
      } finally {
        this.setData({ busy: false })
      }
    },

    enter() {
      if (this.entered) return
      this.entered = true
      wx.reLaunch({ url: '/pages/home/home' })
    },
  },
})
