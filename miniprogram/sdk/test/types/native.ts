// A native mini-program in TypeScript: what WeChat's own typings say must fit, without a cast.
import { createClient, WxgateError, type Client, type SessionState, type User, type Wx } from '../../dist/esm/index.js'

const real: Wx = wx
const client: Client = createClient({
  baseUrl: 'https://api.example.com',
  wx: real,
  uploadAvatar: (path) =>
    new Promise((resolve, reject) =>
      wx.uploadFile({ url: 'https://api.example.com/pictures', filePath: path, name: 'file', success: (done) => resolve(done.data), fail: reject }),
    ),
})

interface Order {
  id: string
}

export async function orders(): Promise<Order[]> {
  const { data, statusCode } = await client.request<Order[]>({ url: '/orders', method: 'GET', data: { page: 1 } })
  return statusCode === 200 ? data : []
}

// @ts-expect-error wx.request has no PATCH
client.request({ url: '/orders', method: 'PATCH' })
// @ts-expect-error where wxgate is must be said
createClient({})

Page({
  async onPhone(event: WechatMiniprogram.ButtonGetPhoneNumber) {
    const { phoneNumber, verified } = await client.getPhoneNumber(event)
    this.setData({ phoneNumber, verified })
  },
  async onAvatar(event: WechatMiniprogram.CustomEvent<{ avatarUrl: string }>) {
    const user: User = await client.updateProfile({ avatarFile: event.detail.avatarUrl })
    this.setData({ user })
  },
  async onSteps() {
    const steps = await client.decrypt<{ stepInfoList: { timestamp: number; step: number }[] }>(() => wx.getWeRunData())
    this.setData({ today: steps.stepInfoList[0]?.step })
  },
  async onInfo() {
    await client.decrypt(() => wx.getUserInfo({ withCredentials: true }))
  },
})

export function reason(error: unknown): string {
  return error instanceof WxgateError ? `${error.code} ${error.status ?? ''} ${error.retryAfter ?? ''}` : String(error)
}

const stop: () => void = client.onSessionChange((state: SessionState) => {
  const status: 'none' | 'active' | 'logged_out' | 'blocked' = state.status
  void status
})
stop()
