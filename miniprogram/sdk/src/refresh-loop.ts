import type { Gate } from './backoff.js'
import type { Runtime } from './runtime.js'
import { isDue } from './session.js'
import type { Sessions } from './sessions.js'

/** The longest timer set: longer ones overflow and would fire at once. */
const DAY = 86_400_000
/** Between two refreshes of which the first failed, at least; up to twice that by chance. */
const PAUSE = 30_000

/**
 * Refreshes the session in time while the app is shown, and catches up when it is shown again.
 * Call what it gives whenever the session or the visibility changes.
 */
export function createRefreshLoop(sessions: Sessions, isShown: () => boolean, gate: Gate, runtime: Runtime): () => void {
  const { now, random } = runtime
  let timer: unknown
  let notBefore = 0

  /** No longer than it was set for, although the clock was set back. */
  const pause = () => Math.min(notBefore - now(), 2 * PAUSE)

  const arm = () => {
    if (timer !== undefined) runtime.clearTimeout(timer)
    timer = undefined
    const session = sessions.peek()
    if (!session || !isShown()) return
    const due = isDue(session, now()) ? 0 : session.refreshAt - now()
    timer = runtime.setTimeout(ring, Math.min(DAY, Math.max(due, pause(), gate.wait())))
  }

  const ring = async () => {
    timer = undefined
    const session = sessions.peek()
    if (session && isDue(session, now())) {
      await sessions.renew().catch(() => {
        notBefore = now() + PAUSE * (1 + random())
      })
    }
    arm()
  }

  return arm
}
