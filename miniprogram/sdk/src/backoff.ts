import type { WxgateError } from './error.js'
import { sleep, type Runtime } from './runtime.js'

/** The longest that chance adds to a wait, in milliseconds. */
const CEILING = 60_000
/** The shortest wait. */
const FLOOR = 500
/** No `Retry-After` is believed for longer than this. */
const BELIEVED = 3_600_000

/**
 * How long to wait after so many failures in a row: what the server asks for, and on top of it a time by
 * chance that doubles its range each time ("full jitter"), since the server asks everybody for the same.
 */
export function delay(failures: number, { retryAfter = 0 }: WxgateError, random: () => number): number {
  const range = Math.min(CEILING, 1000 * 2 ** failures)
  return Math.min(BELIEVED, retryAfter * 1000) + Math.max(FLOOR, random() * range)
}

/** Does the work, and once more after a failure that `passes`. */
export function twice<T>(work: () => Promise<T>, passes: (error: unknown) => boolean): Promise<T> {
  return work().catch((error) => {
    if (passes(error)) return work()
    throw error
  })
}

/** Stands before login and refresh: after a failure it is shut for a while, for everybody in this client. */
export interface Gate {
  /** Milliseconds until it opens. */
  wait(): number
  /** After a success. */
  open(): void
  /** After a failure that may pass. */
  shut(error: WxgateError): void
  /** Waits until it opens; where that takes longer than `patience`, rejects with the last failure at once. */
  pass(patience: number): Promise<void>
}

/** A gate that is open. */
export function createGate(runtime: Runtime): Gate {
  let failures = 0
  let shutAt = 0
  let shutFor = 0
  let last: WxgateError
  const wait = () => {
    const since = runtime.now() - shutAt
    return since < 0 ? 0 : Math.max(0, shutFor - since) // below 0 the clock was set back
  }
  return {
    wait,
    open: () => {
      failures = shutFor = 0
    },
    shut: (error) => {
      last = error
      shutFor = delay(++failures, error, runtime.random)
      shutAt = runtime.now()
    },
    pass: async (patience) => {
      if (wait() > patience) throw last
      if (wait()) await sleep(runtime, wait())
    },
  }
}
