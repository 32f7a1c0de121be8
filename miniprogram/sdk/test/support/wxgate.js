import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAM = process.env.WXGATE_PROGRAM ?? fileURLToPath(new URL('../../../../target/debug/wxgate', import.meta.url))
const LISTENERS = [
  'GATEWAY__PUBLIC',
  'GATEWAY__INTERNAL',
  'GATEWAY__ADMIN',
  'SESSION_SERVICE__GRPC',
  'SESSION_SERVICE__ADMIN',
  'CRYPTO_SERVICE__GRPC',
  'CRYPTO_SERVICE__ADMIN',
  'FAKE_WECHAT',
]

/** Starts a real wxgate with its fake WeChat on free ports, for as long as the test `t` runs. */
export async function startWxgate(t, settings = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'wxgate-sdk-'))
  const env = { PATH: process.env.PATH, WXGATE_TELEMETRY__FILTER: 'warn' }
  for (const listener of LISTENERS) env[`WXGATE_${listener}__LISTEN`] = '127.0.0.1:0'
  for (const [name, value] of Object.entries(settings)) env[`WXGATE_${name}`] = value
  const child = spawn(PROGRAM, ['dev', '--data-dir', join(dir, 'data')], { cwd: dir, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  t.after(async () => {
    child.kill('SIGKILL')
    await gone
    rmSync(dir, { recursive: true, force: true })
  })
  const told = await welcome(child)
  return { gateway: address(told, 'auth-gateway'), internal: address(told, 'internal port'), wechat: new FakeWechat(address(told, 'fake-wechat')) }
}

function welcome(child) {
  return new Promise((resolve, reject) => {
    let told = ''
    const late = setTimeout(() => reject(new Error(`wxgate is not up after 30 s: ${told}`)), 30_000)
    const settle = (how, value) => {
      clearTimeout(late)
      how(value)
    }
    child.once('error', (error) => settle(reject, error))
    child.once('exit', (code) => settle(reject, new Error(`wxgate ended with ${code}: ${told}`)))
    child.stdout.setEncoding('utf8').on('data', (text) => {
      told += text
      if (told.includes('Try it')) settle(resolve, told)
    })
  })
}

const address = (told, name) => told.match(new RegExp(`${name} +(http://[^ ]+)`))[1]

/** The control API of the fake WeChat. */
class FakeWechat {
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
