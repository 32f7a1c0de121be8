import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeWechat } from './fake-wechat.js'
import { startProgram } from './program.js'

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
/** The app that every fake WeChat knows. */
const APP = '[[apps]]\nappid = "wxfa4e0fa4e0fa4e01"\nsecret = "0fa4e0fa4e0fa4e0fa4e0fa4e0fa4e00"\n'

/** Starts a real wxgate with its fake WeChat on free ports, for as long as the test `t` runs. */
export async function startWxgate(t, settings = {}) {
  const { told } = await launcher(t)([], settings)
  return { gateway: address(told, 'auth-gateway'), internal: address(told, 'internal port'), wechat: new FakeWechat(address(told, 'fake-wechat')) }
}

/** Starts a real wxgate over a fake WeChat that outlives it: `kill` ends it at once, `start` brings it back to its address. */
export async function startMortalWxgate(t, wechat, settings = {}) {
  const launch = launcher(t, { 'wxgate.toml': APP })
  const start = (more) => launch(['--wechat', 'real'], { WECHAT__BASE_URL: wechat.base, ...settings, ...more })
  let running = await start()
  const gateway = address(running.told, 'auth-gateway')
  return {
    gateway,
    kill: () => running.kill(),
    start: async () => {
      running = await start({ GATEWAY__PUBLIC__LISTEN: new URL(gateway).host })
    },
  }
}

/** What starts wxgate in a folder of its own; the last one started and the folder go with the test. */
function launcher(t, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'wxgate-sdk-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  let running
  t.after(async () => {
    if (running) await running.kill()
    rmSync(folder, { recursive: true, force: true })
  })
  return async (args, settings) => {
    running = await launch(folder, args, settings)
    return running
  }
}

function launch(folder, args, settings) {
  const env = { WXGATE_TELEMETRY__FILTER: 'warn' }
  for (const listener of LISTENERS) env[`WXGATE_${listener}__LISTEN`] = '127.0.0.1:0'
  for (const [name, value] of Object.entries(settings)) env[`WXGATE_${name}`] = value
  return startProgram('wxgate', ['dev', '--data-dir', join(folder, 'data'), ...args], { ready: 'users and keys', cwd: folder, env })
}

const address = (told, name) => told.match(new RegExp(`${name} +(http://[^ ]+)`))[1]
