// Programs that the tests run, and that end with them.

import { spawn } from 'node:child_process'
import { createServer } from 'node:net'

/** Starting takes a second; a busy machine needs more. */
const PATIENCE_MS = 60_000
/** A program that was asked to end has this long. */
const GRACE_MS = 15_000
/** Between the ports that `cargo test` uses, buses of Redis Clusters among them, and those that systems give away. */
const LOWEST = 32_000
const HIGHEST = 32_700
/** More than the programs of one process of the tests have. */
const BLOCK = 50
/** This process's ports, when it has asked for any. */
let mine

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

/**
 * Ports that nobody has, and nobody takes: not the next program that asks the system for any, nor a connection while
 * the program behind one is down.
 */
export async function freePorts(count) {
  mine ??= block()
  const left = await mine
  const ports = []
  while (ports.length < count) {
    const port = left.shift()
    if (!port) throw new Error('this process has no ports left')
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

/** A block of ports of which no other process of the tests takes any: the first is held as long as this one lives. */
async function block() {
  for (let first = LOWEST; first < HIGHEST; first += BLOCK) {
    const server = await listen(first)
    if (!server) continue
    server.unref()
    return Array.from({ length: BLOCK - 1 }, (_, index) => first + 1 + index)
  }
  throw new Error(`all ports from ${LOWEST} on are taken`)
}

async function isFree(port) {
  const server = await listen(port)
  if (server) await new Promise((resolve) => server.close(resolve))
  return Boolean(server)
}

/** A server there, unless there is one. */
function listen(port) {
  return new Promise((resolve, reject) => {
    const refused = (error) => (error.code === 'EADDRINUSE' ? resolve() : reject(error))
    const server = createServer((socket) => socket.destroy()).once('error', refused)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
