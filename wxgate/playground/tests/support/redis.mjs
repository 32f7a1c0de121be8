// A real Redis for the tests, that can be killed and comes back with what it had.

import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts, run } from './program.mjs'

/** Starts `redis-server`, which writes down what it is given. Gives `{url, kill, restart, stop}`. */
export async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'wxgate-playground-redis-'))
  const [port] = await freePorts(1)
  const args = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--appendonly', 'yes', '--save', '']
  const begin = () => run('redis-server', args, {}, () => answers(port))
  let redis = await begin()
  return {
    url: `redis://127.0.0.1:${port}`,
    kill: () => redis.stop('SIGKILL'),
    /** On the same port, with what the last one wrote down. */
    async restart() {
      redis = await begin()
    },
    async stop() {
      await redis.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Throws until the server has read what it wrote down. */
function answers(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const refuse = (why) => reject(new Error(why))
    socket.setTimeout(1000, () => socket.destroy(new Error('no answer')))
    socket.once('error', reject).once('close', () => refuse('it hung up'))
    socket.once('data', (said) => {
      socket.end()
      if (String(said) === '+PONG\r\n') resolve()
      else refuse(String(said))
    })
  })
}
