import { createClient } from '../../dist/esm/index.js'
import { ManualClock } from './clock.js'
import { FakeServer } from './fake-server.js'
import { FakeWx } from './fake-wx.js'

/** A phone, a server and a clock, all in memory. */
export function scene({ server: manners, wx: habits, clock = new ManualClock(), ...options } = {}) {
  const server = new FakeServer(clock, manners)
  const wx = new FakeWx({ transport: server.transport, login: server.code, clock, ...habits })
  const start = () => createClient({ baseUrl: 'https://api.example.com', wx, runtime: clock, ...options })
  return { clock, server, wx, start, client: start() }
}

/** Lets time pass until the promise has settled, at most so much. */
export async function passing(clock, promise, most = 120_000) {
  let over = false
  const landed = promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  )
  landed.then(() => (over = true))
  for (let passed = 0; !over; passed += 100) {
    if (passed > most) throw new Error(`still waiting after ${most} ms`)
    await clock.advance(100)
  }
  const outcome = await landed
  if ('error' in outcome) throw outcome.error
  return outcome.value
}
