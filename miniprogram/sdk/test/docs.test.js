import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { ManualClock } from './support/clock.js'
import { FakeServer } from './support/fake-server.js'
import { FakeWx } from './support/fake-wx.js'

const require = createRequire(import.meta.url)
const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8')

/** The files of the first example, by name. */
function files(page) {
  const [, block] = page.match(/```js\n([\s\S]*?)```/)
  const parts = block.split(/^\/\/ (.*\.js)$/m).slice(1)
  return Object.fromEntries(parts.flatMap((part, n) => (n % 2 ? [[parts[n - 1], part]] : [])))
}

/** The mini-program of the ten lines, started anew on a phone. */
function start(example, wx, clock) {
  const sdk = require('../dist/cjs/index.js')
  const createClient = (options) => sdk.createClient({ ...options, wx, runtime: clock })
  const made = {}
  const load = (name) => {
    const module = { exports: {} }
    const requires = (path) => (path === 'wxgate-miniprogram' ? { createClient } : (made.client ??= load('client.js')))
    const call = (kind) => (options) => (made[kind] = options)
    new Function('require', 'module', 'App', 'Page', example[name])(requires, module, call('app'), call('page'))
    return module.exports
  }
  load('app.js')
  load('pages/index/index.js')
  const data = {}
  const page = { ...made.page, setData: (change) => Object.assign(data, change) }
  made.app.onLaunch()
  page.onLoad()
  return { page, data, client: made.client }
}

for (const language of ['mini-program.md', 'mini-program.zh-CN.md']) {
  const example = files(read(`../../../docs/${language}`))
  const phone = () => {
    const clock = new ManualClock()
    const server = new FakeServer(clock)
    return { clock, server, wx: new FakeWx({ transport: server.transport, login: server.code, clock }) }
  }

  test(`the ten lines of ${language} log in and show the user`, async () => {
    const lines = Object.values(example).join('').split('\n').filter(Boolean)
    assert.ok(lines.length <= 10, `${lines.length} lines`)
    const { clock, wx } = phone()
    const { data } = start(example, wx, clock)
    await clock.advance(1_000)
    assert.equal(data.user.id, 'user-1')
    assert.equal(wx.logins, 1)
  })

  test(`the ten lines of ${language} leave a user alone who has logged out, until they tap`, async () => {
    const { clock, wx } = phone()
    const first = start(example, wx, clock)
    await clock.advance(1_000)
    first.client.logout()
    await clock.advance(1_000)
    const { page, data, client } = start(example, wx, clock)
    await clock.advance(1_000)
    assert.deepEqual([client.state.status, data, wx.logins], ['logged_out', {}, 1])
    page.onLogin()
    await clock.advance(1_000)
    assert.deepEqual([data.user.id, wx.logins], ['user-1', 2])
  })

  test(`the ten lines of ${language} say why when there is no login`, async () => {
    const { clock, server, wx } = phone()
    server.blocked = true
    const { data } = start(example, wx, clock)
    await clock.advance(1_000)
    assert.deepEqual(data, { code: 'user_blocked' })
  })
}

test('both languages have the same headings, tables and examples', () => {
  const shape = (page) => ({
    headings: page.match(/^##? /gm).length,
    rows: page.match(/^\| /gm).length,
    fences: page.match(/^```/gm).length,
    codes: [...page.matchAll(/^\| `([^`]+)`/gm)].map(([, code]) => code),
  })
  assert.deepEqual(shape(read('../../../docs/mini-program.zh-CN.md')), shape(read('../../../docs/mini-program.md')))
})

test('every error code of the SDK is explained', () => {
  const page = read('../../../docs/mini-program.md')
  const source = read('../dist/esm/index.js')
  const codes = ['network', ...[...source.matchAll(/"([a-z]+_[a-z_]+)"/g)].map(([, code]) => code)]
  assert.ok(codes.length > 10)
  const known = page + read('../../../docs/API.md')
  for (const code of codes) assert.ok(known.includes(`\`${code}\``), code)
})
