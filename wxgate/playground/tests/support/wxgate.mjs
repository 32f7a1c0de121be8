// A real wxgate for the tests, on ports of its own.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts, run } from './program.mjs'

const BUILT = fileURLToPath(new URL('../../../../target/debug/wxgate', import.meta.url))

/** Why tests that end servers are left out, where they are. */
export const NOT_OURS = process.env.PLAYGROUND && 'the wxgate of PLAYGROUND is not for the tests to end'

/**
 * Starts `wxgate dev` with these arguments too: WXGATE_BIN, or what `cargo build` made. Gives `{base, stop, restart}`.
 * With PLAYGROUND the tests use the wxgate that runs there.
 */
export async function start(...more) {
  if (process.env.PLAYGROUND) return { base: process.env.PLAYGROUND, stop: async () => undefined }
  const folder = mkdtempSync(join(tmpdir(), 'wxgate-playground-'))
  const ports = await freePorts(8)
  const base = `http://127.0.0.1:${ports[0]}`
  const config = join(folder, 'wxgate.toml')
  writeFileSync(config, settings(ports))
  const args = ['dev', '--config', config, '--data-dir', join(folder, 'data'), ...more]
  const options = { cwd: folder, env: environment() }
  const begin = () => run(process.env.WXGATE_BIN ?? BUILT, args, options, () => answers(`${base}/playground/config`))
  let wxgate = await begin()
  return {
    base,
    async stop() {
      await wxgate.stop()
      rmSync(folder, { recursive: true, force: true })
    },
    /** The same wxgate in a new process: it has forgotten what it kept in memory. */
    async restart() {
      await wxgate.stop()
      wxgate = await begin()
    },
  }
}

/** What the services say of the switches they know: `{down, faults}`. */
export async function standing(base) {
  const told = async (path) => (await fetch(`${base}/playground/${path}`)).json()
  const [{ down }, faults] = await Promise.all([told('store'), told('fake/faults')])
  return { down, faults }
}

/** Turns those switches off. */
export async function calm(base) {
  const headers = { 'content-type': 'application/json' }
  for (const [path, body] of [
    ['store', { down: false }],
    ['fake/faults', []],
  ]) {
    const { ok, status } = await fetch(`${base}/playground/${path}`, { method: 'PUT', headers, body: JSON.stringify(body) })
    if (!ok) throw new Error(`${status} of ${path}`)
  }
}

/** Whatever begins with WXGATE_ is a setting to wxgate. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WXGATE_')))
}

async function answers(url) {
  const { ok, status } = await fetch(url)
  if (!ok) throw Object.assign(new Error(`${status} at ${url}`), { final: status === 404 })
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
