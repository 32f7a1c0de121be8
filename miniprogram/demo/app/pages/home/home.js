const config = require('../../config.js')
const fake = require('../../fake-wechat.js')
const { messageOf } = require('../../messages.js')
const { client, opened } = require('../../session.js')

/** 138****0001：页面上不完整显示手机号。Not the whole number on a page that others can see. */
function masked(number) {
  return number.length < 8 ? number : `${number.slice(0, 3)}****${number.slice(-4)}`
}

Component({
  data: { user: {}, opened: '', picture: '', phone: '', error: '', busy: false, fake: config.fakeWechat !== '' },

  lifetimes: {
    attached() {
      this.stop = client.onSessionChange((state) => this.show(state))
      this.show(client.state)
    },
    detached() {
      this.stop()
    },
  },

  methods: {
    show({ status, user }) {
      if (status !== 'active') {
        opened.nickName = ''
        wx.reLaunch({ url: '/pages/login/login' })
        return
      }
      this.setData({ user, opened: opened.nickName, picture: user.avatar_url || this.data.picture })
    },

    /** 选中的头像是临时文件，先传到自己的服务器。The chosen picture is a temporary file. */
    onAvatar(event) {
      const { avatarUrl } = event.detail
      this.setData({ picture: avatarUrl })
      if (!config.avatarUpload) return undefined
      return this.attempt(() => client.updateProfile({ avatarFile: avatarUrl }))
    },

    onSave(event) {
      return this.attempt(() => client.updateProfile({ nickname: event.detail.value.nickname }))
    },

    /** 新旧两种手机号按钮都走这里：有 code 用 code，没有就解密。Code or encrypted data: the SDK takes what there is. */
    onPhone(event) {
      return this.attempt(() => this.openPhone(event))
    },

    /** 没有真实的微信时，按钮的数据来自模拟微信。What the button would have given. */
    onFakePhone() {
      return this.attempt(async () => this.openPhone(await fake.phoneTap()))
    },

    async openPhone(event) {
      const { phoneNumber } = await client.getPhoneNumber(event)
      this.setData({ phone: masked(phoneNumber) })
    },

    onSessions() {
      wx.navigateTo({ url: '/pages/sessions/sessions' })
    },

    onLogout() {
      return this.attempt(() => client.logout())
    },

    onLogoutEverywhere() {
      return this.attempt(() => client.logout({ everywhere: true }))
    },

    async attempt(work) {
      this.setData({ busy: true, error: '' })
      try {
        await work()
      } catch (error) {
        this.setData({ error: messageOf(error) })
      } finally {
        this.setData({ busy: false })
      }
    },
  },
})
