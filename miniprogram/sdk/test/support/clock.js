/** A clock that goes only when told to, and chance from a seed: what the SDK takes as `runtime`. */
export class ManualClock {
  #now
  #timers = new Map()
  #made = 0
  #seed

  constructor({ now = 1_800_000_000_000, seed = 1 } = {}) {
    this.#now = now
    this.#seed = seed
    this.now = () => this.#now
    this.random = () => this.#random()
    this.setTimeout = (work, milliseconds) => this.#set(work, milliseconds)
    this.clearTimeout = (timer) => this.#timers.delete(timer)
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
    this.#timers.set(++this.#made, { at: this.#now + milliseconds, work })
    return this.#made
  }

  /** Lets so much time pass, timer by timer; what they set off comes to rest in between. */
  async advance(milliseconds) {
    const end = this.#now + milliseconds
    await settled()
    for (;;) {
      let next
      for (const [id, timer] of this.#timers) {
        if (timer.at <= end && (!next || timer.at < next.timer.at)) next = { id, timer }
      }
      if (!next) break
      this.#timers.delete(next.id)
      this.#now = Math.max(this.#now, next.timer.at)
      next.timer.work()
      await settled()
    }
    this.#now = end
  }

  /** Somebody sets the phone's clock; timers do not notice. */
  set(now) {
    const by = now - this.#now
    this.#now = now
    for (const timer of this.#timers.values()) timer.at += by
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
