/**
 * Requests under way at once. WeChat lets ten through and older versions fail the eleventh; one is kept free
 * for login and refresh, which everything else waits for.
 */
const SLOTS = 9

/** Lets nine pieces of work run at once, the others wait in order. */
export function createSlots(): <T>(work: () => Promise<T>) => Promise<T> {
  let free = SLOTS
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
