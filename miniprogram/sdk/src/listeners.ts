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
  let listeners: ((state: SessionState) => void)[] = []
  return {
    listen: (listener) => {
      listeners = listeners.concat(listener)
      return () => {
        listeners = listeners.filter((other) => other !== listener)
      }
    },
    tell: (state) => listeners.forEach((listener) => void Promise.resolve(state).then(listener)),
  }
}
