/** One piece of work at a time. */
export interface Flight<T> {
  /** Who comes while work is under way gets its result. */
  share(work: () => Promise<T>): Promise<T>
  /** While work is under way: what resolves when it is not, however that ended. */
  landed(): Promise<unknown> | undefined
}

/** Nothing under way yet. */
export function createFlight<T>(): Flight<T> {
  let current: Promise<T> | undefined
  const landed = () => {
    current = undefined
  }
  return {
    share: (work) => {
      if (!current) {
        current = work()
        current.then(landed, landed)
      }
      return current
    },
    landed: () => current && current.catch(() => undefined),
  }
}
