import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { buildSync } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = (file) => readFileSync(join(root, 'dist', file), 'utf8')

/** What a fake `wx` of ten lines lets one see: a login and a request. */
const USE = `
async function use({ createClient, WxgateError }) {
  const seen = []
  const wx = {
    request: ({ url, header, success }) => {
      seen.push(url + ' ' + (header.Authorization || ''))
      const login = { session_rd: 'token', expires_in: 1800, refresh_in: 1200, user: { id: 'u1' } }
      setTimeout(() => success({ statusCode: 200, data: url.endsWith('login') ? login : 'orders', header: {} }), 0)
    },
    login: ({ success }) => setTimeout(() => success({ code: 'code' }), 0),
    getStorageSync: () => '',
    setStorageSync: () => {},
    removeStorageSync: () => {},
  }
  const client = createClient({ baseUrl: 'https://api.example.com', wx })
  const { data } = await client.request({ url: '/orders' })
  const refused = await client.request({ url: 'https://elsewhere.example.com/' }).catch((error) => error)
  client.hide()
  return JSON.stringify([data, client.state.user.id, refused instanceof WxgateError && refused.code, seen])
}`
const USED = JSON.stringify([
  'orders',
  'u1',
  'foreign_url',
  ['https://api.example.com/v1/login ', 'https://api.example.com/orders Bearer token'],
])

test('the whole SDK has less than 10 KB when minified', (t) => {
  for (const format of ['esm', 'cjs']) {
    const { outputFiles } = buildSync({ entryPoints: [join(root, `dist/${format}/index.js`)], minify: true, write: false, format, target: 'es2017' })
    const bytes = outputFiles[0].contents.length
    t.diagnostic(`${format}: ${bytes} bytes`)
    assert.ok(bytes < 10 * 1024, `${format}: ${bytes} bytes`)
  }
})

test('it has no dependencies', () => {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  assert.deepEqual([dependencies, peerDependencies], [undefined, undefined])
  assert.doesNotMatch(dist('cjs/index.js'), /\brequire\(/)
  assert.doesNotMatch(dist('esm/index.js'), /\bimport\b/)
})

test('it needs nothing but the language, two timers and wx', async () => {
  const module = { exports: {} }
  const bare = vm.createContext({ module, exports: module.exports, setTimeout, clearTimeout })
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'console', 'globalThis']) vm.runInContext(`delete this.${name}`, bare)
  vm.runInContext(dist('cjs/index.js'), bare)
  assert.equal(await vm.runInContext(`${USE}; use(module.exports)`, bare), USED)
})

test('in a mini-program it finds wx by itself', async () => {
  const module = { exports: {} }
  const requests = []
  const wx = { getStorageSync: () => '', request: (options) => requests.push(options), login: ({ success }) => success({ code: 'c' }) }
  vm.runInContext(dist('cjs/index.js'), vm.createContext({ module, exports: module.exports, setTimeout, clearTimeout, wx }))
  const client = module.exports.createClient({ baseUrl: 'https://api.example.com' })
  const login = client.login()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(requests[0].url, 'https://api.example.com/v1/login')
  requests[0].success({ statusCode: 200, data: { session_rd: 'token', expires_in: 1800, refresh_in: 1200, user: { id: 'u1' } } })
  assert.equal((await login).user.id, 'u1')
  client.hide()
  assert.throws(() => {
    const bare = { exports: {} }
    vm.runInContext(dist('cjs/index.js'), vm.createContext({ module: bare, exports: bare.exports, setTimeout, clearTimeout }))
    bare.exports.createClient({ baseUrl: 'https://api.example.com' })
  }, { code: 'invalid_argument' })
})

test('the packed tarball serves import, require and TypeScript', { timeout: 60_000 }, (t) => {
  const scratch = mkdtempSync(join(tmpdir(), 'wxgate-packed-'))
  t.after(() => rmSync(scratch, { recursive: true, force: true }))
  const run = (command, ...args) => execFileSync(command, args, { cwd: scratch, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  const [packed] = JSON.parse(run('npm', 'pack', root, '--json', '--ignore-scripts'))
  const files = packed.files.map(({ path }) => path)
  assert.deepEqual(files.filter((file) => !/^dist\/|^(package\.json|README\.md|LICENSE)$/.test(file)), [])
  writeFileSync(join(scratch, 'package.json'), '{ "private": true }')
  run('npm', 'install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', `./${packed.filename}`)

  writeFileSync(join(scratch, 'esm.mjs'), `import * as sdk from 'wxgate-miniprogram'\n${USE}\nconsole.log(await use(sdk))`)
  writeFileSync(join(scratch, 'cjs.cjs'), `const sdk = require('wxgate-miniprogram')\n${USE}\nuse(sdk).then(console.log)`)
  assert.equal(run(process.execPath, 'esm.mjs').trim(), USED)
  assert.equal(run(process.execPath, 'cjs.cjs').trim(), USED)

  const typed = `import { createClient, type Client } from 'wxgate-miniprogram'\nexport const client: Client = createClient({ baseUrl: 'https://a' })\n`
  for (const name of ['esm.mts', 'cjs.cts']) writeFileSync(join(scratch, name), typed)
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  for (const [module, file] of [['nodenext', 'esm.mts'], ['nodenext', 'cjs.cts'], ['commonjs', 'cjs.cts']]) {
    const resolution = module === 'commonjs' ? ['--moduleResolution', 'bundler'] : []
    run(process.execPath, tsc, '--noEmit', '--strict', '--types', '', '--lib', 'es2018', '--module', module, ...resolution, file)
  }

  // What WeChat's developer tools copy to miniprogram_npm: a folder with index.js, as require() of CommonJS.
  const { miniprogram } = JSON.parse(readFileSync(join(scratch, 'node_modules/wxgate-miniprogram/package.json'), 'utf8'))
  const built = join(scratch, 'node_modules/wxgate-miniprogram', miniprogram, 'index.js')
  writeFileSync(join(scratch, 'built.cjs'), `const sdk = require(${JSON.stringify(built)})\n${USE}\nuse(sdk).then(console.log)`)
  assert.equal(run(process.execPath, 'built.cjs').trim(), USED)
})
