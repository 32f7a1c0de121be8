import { assign } from './runtime.js'
import type { Session, Status } from './session.js'
import type { Wx } from './wx.js'

/** What is kept over a restart of the mini-program. */
export interface Kept {
  status: Status
  session?: Session | undefined
}

interface Stored extends Kept {
  /** Whose it is: a token is not sent to another server because a build changed its address. */
  base: string
}

/** Keeps the session in the phone's storage. When that fails, the session lives as long as the app runs. */
export interface Storage {
  load(): Kept
  save(kept: Kept): void
}

/** The storage under `key`, for the server at `base`. */
export function createStorage(wx: Wx, key: string, base: string): Storage {
  return {
    // Storage can be full, damaged or denied.
    load: () => {
      try {
        const stored = wx.getStorageSync(key) as Stored
        if (stored.base === base && isWhole(stored)) return stored
      } catch {}
      return { status: 'none' }
    },
    save: (kept) => {
      try {
        wx.setStorageSync(key, assign({ base }, kept))
      } catch {
        try {
          wx.removeStorageSync(key) // better nothing than a token that was replaced
        } catch {}
      }
    },
  }
}

/** A block is not kept: whether it still stands is asked once after each start. */
function isWhole({ status, session }: Stored): boolean {
  if (!session) return status === 'logged_out'
  const { bearer, grantedAt, refreshAt, expiresAt, owner } = session
  return status === 'active' && Boolean(bearer && owner) && grantedAt + refreshAt + expiresAt > 0
}
