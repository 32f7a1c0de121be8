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

for (const language of ['mini-program.md', 'mini-program.zh-CN.md']) {
  test(`the ten lines of ${language} log in and show the user`, async () => {
    const example = files(read(`../../../docs/${language}`))
    const lines = Object.values(example).join('').split('\n').filter(Boolean)
    assert.ok(lines.length <= 10, `${lines.length} lines`)

    const clock = new ManualClock()
    const server = new FakeServer(clock)
    const wx = new FakeWx({ transport: server.transport, login: server.code, clock })
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
    made.app.onLaunch()
    const shown = new Promise((resolve) => made.page.onLoad.call({ setData: resolve }))
    await clock.advance(1_000)
    assert.equal((await shown).user.id, 'user-1')
    assert.equal(wx.logins, 1)
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
  const codes = [...source.matchAll(/new WxgateError\(\s*"([a-z_]+)"/g)].map(([, code]) => code)
  assert.ok(codes.length > 5)
  const known = page + read('../../../docs/API.md')
  for (const code of codes) assert.ok(known.includes(`\`${code}\``), code)
})
