// A real wxgate for the tests, on ports of its own.

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BUILT = fileURLToPath(new URL('../../../../target/debug/wxgate', import.meta.url))
/** Starting takes a second; a busy machine needs more. */
const PATIENCE_MS = 60_000

/**
 * Starts `wxgate dev`: WXGATE_BIN, or what `cargo build` made. Gives `{base, stop}`.
 * With PLAYGROUND the tests use the wxgate that runs there.
 */
export async function start() {
  if (process.env.PLAYGROUND) return { base: process.env.PLAYGROUND, stop: async () => undefined }
  const folder = mkdtempSync(join(tmpdir(), 'wxgate-playground-'))
  const ports = await freePorts(8)
  const config = join(folder, 'wxgate.toml')
  writeFileSync(config, settings(ports))
  const args = ['dev', '--config', config, '--data-dir', join(folder, 'data')]
  const wxgate = spawn(process.env.WXGATE_BIN ?? BUILT, args, {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // Tests that are broken off take their wxgate along.
  process.once('exit', () => wxgate.kill('SIGKILL'))
  process.once('SIGTERM', () => process.exit(1))
  let said = ''
  for (const stream of [wxgate.stdout, wxgate.stderr])
    stream.on('data', (chunk) => (said = (said + chunk).slice(-4000)))
  const ended = new Promise((resolve) =>
    wxgate.once('close', () => resolve('it ended')).once('error', ({ message }) => resolve(message)),
  )
  const stop = async () => {
    wxgate.kill('SIGTERM')
    const late = setTimeout(() => wxgate.kill('SIGKILL'), 15_000)
    await ended
    clearTimeout(late)
    rmSync(folder, { recursive: true, force: true })
  }
  const base = `http://127.0.0.1:${ports[0]}`
  try {
    await Promise.race([answers(`${base}/playground/config`), ended.then((why) => Promise.reject(new Error(why)))])
  } catch (error) {
    await stop()
    throw new Error(`wxgate does not serve the playground (${error.message}):\n${said}`)
  }
  return { base, stop }
}

/** Whatever begins with WXGATE_ is a setting to wxgate. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WXGATE_')))
}

async function answers(url) {
  const until = Date.now() + PATIENCE_MS
  for (let seen = 'no answer'; ;) {
    try {
      const answer = await fetch(url)
      if (answer.ok) return
      seen = `${answer.status} at ${url}`
      if (answer.status === 404) throw new Error(seen)
    } catch (error) {
      if (Date.now() > until || /404/.test(error.message)) throw error
    }
    if (Date.now() > until) throw new Error(seen)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function settings([gateway, internal, gatewayAdmin, session, sessionAdmin, crypto, cryptoAdmin, fake]) {
  const at = (port) => `{ listen = "127.0.0.1:${port}" }`
  return `
[gateway]
session_service = "http://127.0.0.1:${session}"
public = ${at(gateway)}
internal = ${at(internal)}
admin = ${at(gatewayAdmin)}
[session_service]
crypto_service = "http://127.0.0.1:${crypto}"
grpc = ${at(session)}
admin = ${at(sessionAdmin)}
[crypto_service]
grpc = ${at(crypto)}
admin = ${at(cryptoAdmin)}
[fake_wechat]
listen = "127.0.0.1:${fake}"
`
}

/** Ports that nobody has: all are held at once, so that they differ. */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer().once('error', reject)
          server.listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
