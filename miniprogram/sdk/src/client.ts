import { trimmed } from './addresses.js'
import { told } from './answer.js'
import { createGate } from './backoff.js'
import { invalid } from './error.js'
import { createListeners } from './listeners.js'
import { decrypt } from './open-data.js'
import type { Client, ClientOptions, SessionEntry } from './options.js'
import { phoneNumber } from './phone.js'
import { updateProfile } from './profile.js'
import { createRefreshLoop } from './refresh-loop.js'
import { createSend, type Ask } from './request.js'
import { revoke } from './revoke.js'
import { assign, phone, type Runtime } from './runtime.js'
import { createSessions } from './sessions.js'
import { createStorage } from './storage.js'
import { createVisibility } from './visibility.js'
import { surroundingWx } from './wx.js'

/** Makes the client of a mini-program. One is enough: keep it where every page finds it. */
export function createClient(options: ClientOptions): Client {
  const { appid, device, services = [], storageKey = 'wxgate.session', uploadAvatar, wx = surroundingWx() } = options
  if (!wx) throw invalid('no wx')
  const runtime: Runtime = assign({}, phone, options.runtime)
  const base = trimmed(options.baseUrl)
  const gate = createGate(runtime)
  const { turn, shown, whenShown } = createVisibility(wx, () => arm())
  const listeners = createListeners()
  const endThere = (token: string) => revoke(wx, runtime, base, token)
  const door = { wx, time: runtime, gate, base, appid, device, whenShown }
  const sessions = createSessions(door, createStorage(wx, storageKey, base), {
    changed: (before, after) => {
      arm()
      if (before.status !== after.status || before.user !== after.user) listeners.tell(after)
    },
    abandoned: (token) => void endThere(token).catch(() => undefined),
  })
  const arm = createRefreshLoop(sessions, shown, gate, runtime)
  arm()
  const send = createSend(wx, runtime, sessions, [base].concat(services.map(trimmed)), whenShown)
  const ask: Ask = async (what, leaver) => told(await send(what, leaver))
  const leave = (url: string) => sessions.leave(() => ask({ url, method: 'DELETE' }, true))

  return {
    get state() {
      return sessions.snapshot()
    },
    login: ({ fresh } = {}) => sessions.logIn(fresh),
    request: (what) => send(what),
    token: async () => (await sessions.obtain()).bearer,
    getPhoneNumber: ({ detail }) => phoneNumber(sessions, ask, detail),
    decrypt: (source) => decrypt(sessions, ask, source),
    updateProfile: async (change) => {
      const user = await updateProfile(ask, change, uploadAvatar)
      sessions.describe(user)
      return user
    },
    sessions: async () => (await ask<{ sessions: SessionEntry[] }>({ url: '/v1/sessions' })).sessions,
    endSession: (id) => ask({ url: `/v1/sessions/${encodeURIComponent(id)}`, method: 'DELETE' }),
    logout: async ({ everywhere } = {}) => {
      // Everywhere: first there, so that it can be tried again when the server is away.
      if (everywhere) return leave('/v1/sessions')
      const token = sessions.end()
      if (token) await endThere(token)
    },
    eraseUser: () => leave('/v1/user'),
    onSessionChange: listeners.listen,
    show: () => turn(true),
    hide: () => turn(false),
  }
}
