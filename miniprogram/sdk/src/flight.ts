/** One piece of work at a time. */
export interface Flight<T> {
  /** Who comes while work is under way gets its result. */
  share(work: () => Promise<T>): Promise<T>
  /** Resolves when nothing is under way, however that ended. */
  landed(): Promise<unknown>
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
    landed: async () => current && current.catch(() => undefined),
  }
}
