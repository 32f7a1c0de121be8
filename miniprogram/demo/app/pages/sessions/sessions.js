const { messageOf } = require('../../messages.js')
const { client } = require('../../session.js')

const two = (number) => (number < 10 ? `0${number}` : `${number}`)

/** 2026-11-25 18:05，手机的时区。In the time zone of the phone. */
function local(time) {
  const at = new Date(time)
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`
}

Component({
  data: { sessions: [], error: '', busy: false },

  lifetimes: {
    attached() {
      this.load()
    },
  },

  methods: {
    onPullDownRefresh() {
      return this.load().then(() => wx.stopPullDownRefresh())
    },

    load() {
      return this.attempt(() => this.fetch())
    },

    async fetch() {
      const sessions = await client.sessions()
      const row = ({ id, current, device, last_used_at }) => ({
        id,
        current,
        device: device || '未命名设备',
        lastUsed: local(last_used_at),
      })
      this.setData({ sessions: sessions.map(row) })
    },

    onEnd(event) {
      return this.attempt(async () => {
        await client.endSession(event.currentTarget.dataset.id)
        await this.fetch()
      })
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
