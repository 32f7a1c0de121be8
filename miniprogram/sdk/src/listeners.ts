import type { SessionState } from './session.js'

/** Those whom `onSessionChange` tells. */
export interface Listeners {
  /** Gives what takes the listener out again. */
  listen(listener: (state: SessionState) => void): () => void
  /** What one throws reaches `wx.onUnhandledRejection`, and stops neither the others nor a login. */
  tell(state: SessionState): void
}

/** Nobody yet. */
export function createListeners(): Listeners {
  const listeners = new Set<(state: SessionState) => void>()
  return {
    listen: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tell: (state) => listeners.forEach((listener) => void Promise.resolve(state).then(listener)),
  }
}
