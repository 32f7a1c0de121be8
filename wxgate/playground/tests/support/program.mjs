// Programs that the tests run, and that end with them.

import { spawn } from 'node:child_process'
import { createServer } from 'node:net'

/** Starting takes a second; a busy machine needs more. */
const PATIENCE_MS = 60_000
/** A program that was asked to end has this long. */
const GRACE_MS = 15_000

// Tests that are broken off take their programs along.
process.once('SIGTERM', () => process.exit(1))

/**
 * Starts a program, and waits until `ready` no longer throws. Gives `{stop(signal)}`.
 * An error of `ready` that is `final` is not waited out.
 */
export async function run(command, args, options, ready) {
  const program = begin(command, args, options)
  try {
    await until(ready, program)
  } catch (error) {
    await program.stop()
    throw new Error(`${command} does not start (${error.message}):\n${program.said()}`)
  }
  return program
}

function begin(command, args, options) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said = (said + chunk).slice(-4000)))
  let over
  const ended = new Promise((resolve) =>
    child.once('close', () => resolve('it ended')).once('error', ({ message }) => resolve(message)),
  ).then((why) => {
    over = why
    process.off('exit', kill)
  })
  return {
    /** Why it runs no longer. */
    over: () => over,
    said: () => said,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const late = setTimeout(kill, GRACE_MS)
      await ended
      clearTimeout(late)
    },
  }
}

async function until(ready, program) {
  for (const late = Date.now() + PATIENCE_MS; ;) {
    if (program.over()) throw new Error(program.over())
    try {
      return await ready()
    } catch (error) {
      if (error.final || Date.now() > late) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Ports that nobody has: all are held at once, so that they differ. */
export async function freePorts(count) {
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
