// What the browser remembers. Where it refuses, the page works and forgets.

/** Remembers a choice over visits. */
export function remember(name, value) {
  attempt(() => localStorage.setItem(`wxgate.playground.${name}`, value))
}

/** A phone's storage: it lasts as long as the tab, and every phone has its own. */
export function phoneStorage(phone) {
  const prefix = `wxgate.playground.phone.${phone}.`
  const kept = new Map(Object.entries(loaded(prefix)))
  return {
    get: (key) => kept.get(key),
    set(key, value) {
      kept.set(key, structuredClone(value))
      attempt(() => sessionStorage.setItem(prefix + key, JSON.stringify(value)))
    },
    remove(key) {
      kept.delete(key)
      attempt(() => sessionStorage.removeItem(prefix + key))
    },
    clear() {
      for (const key of [...kept.keys()]) this.remove(key)
    },
  }
}

function loaded(prefix) {
  const found = {}
  attempt(() => {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(prefix)) found[key.slice(prefix.length)] = JSON.parse(sessionStorage.getItem(key))
    }
  })
  return found
}

function attempt(work) {
  try {
    work()
  } catch {
    // Denied, full or damaged.
  }
}
