/** Time and chance. Tests put their own in place of the phone's. */
export interface Runtime {
  /** Milliseconds since 1970. */
  now(): number
  /** At least 0, less than 1. */
  random(): number
  setTimeout(work: () => void, milliseconds: number): unknown
  clearTimeout(timer: unknown): void
}

// Every mini-program framework has these two; no types of a browser or of Node come into this package for them.
declare function setTimeout(work: () => void, milliseconds: number): unknown
declare function clearTimeout(timer: unknown): void

/** The phone's clock and chance. */
export const phone: Runtime = {
  now: Date.now,
  random: Math.random,
  setTimeout: (work, milliseconds) => setTimeout(work, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer),
}

/** The language's own, under a name that minifiers shorten. */
export const assign = Object.assign

/** Resolves after so many milliseconds. */
export function sleep(runtime: Runtime, milliseconds: number): Promise<void> {
  return new Promise((resolve) => runtime.setTimeout(resolve, milliseconds))
}

/** A word that nobody else chose: ties the repetitions of one login together. It is no secret. */
export function nonce({ now, random }: Runtime): string {
  return [now(), random()].map((part) => part.toString(36)).join('-')
}
