import { startProgram } from './program.js'

/** Starts a fake WeChat alone, on a free port, for as long as the test `t` runs. */
export async function startFakeWechat(t) {
  const { told, kill } = await startProgram('fake-wechat', ['--listen', '127.0.0.1:0'], { ready: 'address=' })
  t.after(kill)
  return new FakeWechat(`http://${told.match(/address=([\d.:]+)/)[1]}`)
}

/** The control API of the fake WeChat. */
export class FakeWechat {
  constructor(base) {
    this.base = base
  }

  /** A user, made or changed. */
  user(openid, wish = {}) {
    return this.#ask('PUT', `/_fake/users/${openid}`, wish)
  }

  /** What `wx.login` gives this user. */
  async code(openid) {
    return (await this.#ask('POST', '/_fake/login-code', { openid })).code
  }

  /** What the phone number button gives, as an event. */
  async phoneTap(openid, { withCode = true } = {}) {
    const sealed = await this.#ask('POST', '/_fake/open-data', { openid, kind: 'phone' })
    const code = withCode ? (await this.#ask('POST', '/_fake/phone-code', { openid })).code : undefined
    return { detail: { errMsg: 'getPhoneNumber:ok', code, ...sealed } }
  }

  /** What `wx.getUserInfo` and the like give. */
  openData(openid, kind) {
    return this.#ask('POST', '/_fake/open-data', { openid, kind })
  }

  /** How many codes the server has redeemed. */
  async exchanges() {
    const calls = await this.#ask('GET', '/_fake/calls')
    return calls.filter(({ path }) => path === '/sns/jscode2session').length
  }

  async #ask(method, path, body) {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(this.base + path, { method, headers, body: body && JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer.status === 204 ? undefined : answer.json()
  }
}
