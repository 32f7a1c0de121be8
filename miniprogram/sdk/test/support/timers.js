/** Timers by the millisecond at which they ring. */
export class Timers {
  #heap = []
  #slots = new Map()

  add(at, work) {
    const timer = { work }
    if (!this.#slots.has(at)) {
      this.#slots.set(at, [])
      this.#push(at)
    }
    this.#slots.get(at).push(timer)
    return timer
  }

  cancel(timer) {
    if (timer) timer.work = undefined
  }

  /** When the next one rings; never, if there is none. */
  next() {
    return this.#heap.length ? this.#heap[0] : Infinity
  }

  /** The work of all that ring then. Some may be cancelled by what rings before them. */
  *take(at) {
    this.#pop()
    const due = this.#slots.get(at)
    this.#slots.delete(at)
    for (const { work } of due) if (work) yield work
  }

  /** The clock was set: each rings so much later by it. */
  shift(by) {
    const slots = [...this.#slots]
    this.#slots.clear()
    this.#heap = []
    for (const [at, timers] of slots) {
      this.#slots.set(at + by, timers)
      this.#push(at + by)
    }
  }

  #push(at) {
    const heap = this.#heap
    let child = heap.push(at) - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (heap[parent] <= heap[child]) return
      ;[heap[parent], heap[child]] = [heap[child], heap[parent]]
      child = parent
    }
  }

  #pop() {
    const heap = this.#heap
    const last = heap.pop()
    if (heap.length) heap[0] = last
    for (let parent = 0; ; ) {
      let least = parent
      for (const child of [2 * parent + 1, 2 * parent + 2]) if (heap[child] < heap[least]) least = child
      if (least === parent) return
      ;[heap[parent], heap[least]] = [heap[least], heap[parent]]
      parent = least
    }
  }
}
