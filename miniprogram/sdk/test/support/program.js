import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const BUILT = fileURLToPath(new URL('../../../../target/debug/', import.meta.url))
/** How long a program may take until it is up, in milliseconds. */
const PATIENCE = 30_000

/** The program of this name: that of the environment, or the one just built. */
export const programOf = (name) => process.env[`${name.toUpperCase().replace('-', '_')}_PROGRAM`] ?? BUILT + name

/** Starts a program, and waits until what it prints has `ready` in it. Gives what it printed, and how to kill it. */
export async function startProgram(name, args, { ready, env, cwd }) {
  const child = spawn(programOf(name), args, { cwd, env: { PATH: process.env.PATH, NO_COLOR: '1', ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  const kill = async () => {
    child.kill('SIGKILL')
    await gone
  }
  process.once('exit', kill) // should the tests end before they are done
  try {
    return { told: await heard(child, name, ready), kill }
  } catch (error) {
    await kill()
    throw error
  }
}

function heard(child, name, ready) {
  return new Promise((resolve, reject) => {
    let told = ''
    const late = setTimeout(() => settle(reject, new Error(`${name} is not up after ${PATIENCE} ms: ${told}`)), PATIENCE)
    const settle = (how, value) => {
      clearTimeout(late)
      how(value)
    }
    child.once('error', (error) => settle(reject, error))
    child.once('exit', (code) => settle(reject, new Error(`${name} ended with ${code}: ${told}`)))
    child.stdout.setEncoding('utf8').on('data', (text) => {
      told += text
      if (told.includes(ready)) settle(resolve, told)
    })
  })
}
