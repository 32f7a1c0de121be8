// A phone with the demo's mini-program on it. Everything here goes through the SDK, as in a real one.

import { createClient } from '../vendor/wxgate-miniprogram.js'
import { phoneStorage } from './memory.js'
import { fake } from './server.js'
import { createWx, now } from './wx.js'

/** So long good news stays on the screen; bad news stays until something else happens. */
const NOTICE_MS = 4000
/** Under this key the SDK keeps its session; the page looks at it to show the token and its times. */
const SESSION_KEY = 'wxgate.session'

/**
 * Phone `id`. `changed` is called whenever there is something new to see, `told` for each request (see wx.js).
 * `seen` is what is on its screen beside the session: `{busy, again, toast, number, sessions, draft}`.
 */
export function createPhone({ id, name, world, appid, told, changed }) {
  const storage = phoneStorage(id)
  const seen = { number: storage.get('number') }
  const wx = createWx({ phone: id, storage, person: world.person, met: world.met, loses: world.loses, told: hear })
  const runtime = { now: world.now }
  const client = createClient({ baseUrl: location.origin, appid, device: name, wx, runtime })
  client.onSessionChange(({ status }) => {
    if (status !== 'active') forget()
    changed()
  })

  function hear(exchange) {
    if (seen.busy && (exchange.status >= 500 || exchange.failed || exchange.lost)) seen.again = true
    told(exchange)
    changed()
  }

  function forget() {
    storage.remove('number')
    Object.assign(seen, { number: undefined, sessions: undefined, draft: undefined })
  }

  return {
    id,
    name,
    seen,
    state: () => client.state,
    /** The token and its times, as the SDK stores them. */
    session: () => keptIn(storage),
    ...sight(wx),
    ...buttons({ client, wx, world, storage, seen, act: acting(seen, changed) }),
    /** Somebody else takes the phone. */
    async handOver() {
      await client.logout().catch(() => undefined)
      storage.clear()
      forget()
      seen.toast = undefined
    },
  }
}

/** The session that the SDK has put into `storage`, its members in full. */
function keptIn(storage) {
  const { t: token, g: grantedAt, r: refreshAt, x: expiresAt } = storage.get(SESSION_KEY)?.s ?? {}
  return token && { token, grantedAt, refreshAt, expiresAt }
}

/** Whether the phone is looked at. */
function sight(wx) {
  let shown = true
  return {
    isShown: () => shown,
    /** The phone is looked at, or not: the SDK refreshes only what is looked at. */
    show(visible) {
      shown = visible
      wx.visible(visible)
    },
    /** Time was put ahead: as after a sleep, the phone notices when it is looked at. */
    wake() {
      if (!shown) return
      wx.visible(false)
      wx.visible(true)
    },
  }
}

/** What can be pressed. */
function buttons({ client, wx, world, storage, seen, act }) {
  const listSessions = async () => {
    seen.sessions = await client.sessions()
  }
  return {
    login: act('login', () => client.login()),
    use: act('use', async () => {
      await client.request({ url: '/v1/session' })
      world.stamp()
    }),
    sharePhone: act('phone', async () => {
      const detail = world.isOn('key') ? await tapBeforeKeyChange(wx, world, client) : await tap(wx, world)
      const { phoneNumber, verified } = await client.getPhoneNumber({ detail })
      seen.number = { phoneNumber, verified }
      storage.set('number', seen.number)
    }),
    rename: act('rename', async (nickname) => {
      await client.updateProfile({ nickname })
      // What was typed in the meantime stays.
      if (seen.draft?.trim() === nickname) seen.draft = undefined
    }),
    sessions: act('sessions', listSessions),
    endSession: act('endSession', async (session) => {
      await client.endSession(session)
      await listSessions()
    }),
    logout: act('logout', () => client.logout()),
    logoutEverywhere: act('everywhere', () => client.logout({ everywhere: true })),
  }
}

/** Makes buttons: one thing at a time is done, and whatever comes of it is on the screen. */
function acting(seen, changed) {
  const dismiss = (toast) => {
    if (seen.toast !== toast) return
    seen.toast = undefined
    changed()
  }

  return (name, work) =>
    async (...given) => {
      if (seen.busy) return
      Object.assign(seen, { busy: name, again: false, toast: undefined })
      changed()
      try {
        const values = await work(...given)
        seen.toast = { kind: 'good', key: `toast.${name}`, values }
      } catch (error) {
        seen.toast = failure(error)
      }
      seen.busy = undefined
      changed()
      const { toast } = seen
      if (toast.kind === 'good') setTimeout(() => dismiss(toast), NOTICE_MS)
    }
}

function failure({ code, message, traceId }) {
  return { kind: 'bad', key: `error.${code}`, code: code ?? message, traceId }
}

/** The button of today: WeChat gives a code, and the data of old beside it. */
async function tap(wx, world) {
  const begun = now()
  const [{ code }, data] = await Promise.all([fake.phoneCode(world.person()), fake.phoneData(world.person())])
  wx.note('tap', 'phone', begun)
  return { errMsg: 'getPhoneNumber:ok', code, ...data }
}

/** The button of old: encrypted data. Then, before it is sent, a login somewhere displaces the key it was made with. */
async function tapBeforeKeyChange(wx, world, client) {
  const begun = now()
  const data = await fake.phoneData(world.person())
  wx.note('tap.old', 'phone', begun)
  await fake.rotateKey(world.person())
  wx.note('rotate', 'login', now())
  await client.login({ fresh: true })
  return { errMsg: 'getPhoneNumber:ok', ...data }
}
