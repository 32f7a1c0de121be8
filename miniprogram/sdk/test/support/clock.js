import { Timers } from './timers.js'

/** A clock that goes only when told to, and chance from a seed: what the SDK takes as `runtime`. */
export class ManualClock {
  #now
  #timers = new Timers()
  #grain
  #seed

  /** Timers ring at whole multiples of `grain` milliseconds, late rather than early. */
  constructor({ now = 1_800_000_000_000, seed = 1, grain = 1 } = {}) {
    this.#grain = grain
    this.#now = now
    this.#seed = seed
    this.now = () => this.#now
    this.random = () => this.#random()
    this.setTimeout = (work, milliseconds) => this.#set(work, milliseconds)
    this.clearTimeout = (timer) => this.#timers.cancel(timer)
  }

  /** Mulberry32: small, even, repeatable. */
  #random() {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0
    let t = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  #set(work, milliseconds) {
    if (!(milliseconds >= 0 && milliseconds < 2 ** 31)) throw new Error(`no timer lasts ${milliseconds} ms`)
    return this.#timers.add(Math.ceil((this.#now + milliseconds) / this.#grain) * this.#grain, work)
  }

  /** Lets so much time pass, timer by timer; what they set off comes to rest in between. */
  async advance(milliseconds) {
    const end = this.#now + milliseconds
    await settled()
    for (let at = this.#timers.next(); at <= end; at = this.#timers.next()) {
      this.#now = Math.max(this.#now, at)
      for (const work of this.#timers.take(at)) work()
      await settled()
    }
    this.#now = end
  }

  /** Somebody sets the phone's clock; timers do not notice. */
  set(now) {
    const by = now - this.#now
    this.#now = now
    this.#timers.shift(by)
  }
}

/** Everything that can go on without time has gone on. */
export async function settled() {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** The real clock, in the same form. A refresh that is due in 20 minutes does not keep the tests from ending. */
export const realClock = {
  now: () => Date.now(),
  random: () => Math.random(),
  setTimeout: (work, milliseconds) => {
    const timer = setTimeout(work, milliseconds)
    return milliseconds > 30_000 ? timer.unref() : timer
  },
  clearTimeout: (timer) => clearTimeout(timer),
}
