const json = (status, members, headers = {}) => ({ status, headers, body: members === undefined ? '' : JSON.stringify(members) })
const problem = (status, code, headers) => json(status, { code, status, title: code, detail: code, trace_id: 't1' }, headers)

/** How long a replaced token still passes, and a new one is not replaced. */
const GRACE = 30_000

/** wxgate's answers in memory, on a clock of the test's; a business service at `/orders` asks it whose a token is. */
export class FakeServer {
  asked = []
  outage = undefined
  blocked = false
  /** Milliseconds on the way, or what gives them for an address. */
  latency = 0
  /** How often an old token came back after its successor was used. */
  thefts = 0
  #counts = new Map()
  #sessions = new Map()
  #made = 0
  #codes = new Set()

  constructor(clock, { expiresIn = 1800, refreshIn = 1200, latency = 0 } = {}) {
    Object.assign(this, { clock, expiresIn, refreshIn, latency })
  }

  /** What `wx.login` gives. */
  code = async () => {
    const code = `code-${++this.#made}`
    this.#codes.add(code)
    return code
  }

  /** What carries requests here. */
  transport = async (wire) => {
    const url = new URL(wire.url)
    const latency = typeof this.latency === 'function' ? this.latency(url) : this.latency
    if (latency) await new Promise((resolve) => this.clock.setTimeout(resolve, latency))
    const path = url.pathname
    this.asked.push({ at: this.clock.now(), method: wire.method, path, wire })
    this.#counts.set(path, this.count(path) + 1)
    const planned = this.outage && this.outage({ path, method: wire.method, count: this.count(path) })
    if (planned instanceof Error) throw planned
    return planned || this.#answer(wire, path)
  }

  count(path) {
    return this.#counts.get(path) ?? 0
  }

  /** The operator or another phone ends every session. */
  endAll() {
    for (const session of this.#sessions.values()) session.over = 'session_revoked'
  }

  #answer(wire, path) {
    if (path === '/v1/login') return this.#login(JSON.parse(wire.body))
    const token = (wire.headers.authorization || '').replace('Bearer ', '')
    const session = this.#sessions.get(token)
    if (path === '/v1/session' && wire.method === 'DELETE') return this.#end(session)
    const refused = this.#refused(session, token, path)
    if (refused) return problem(401, refused)
    if (path === '/v1/session/refresh') return this.#refresh(session, token)
    if (token === session.token) session.used = true
    if (path === '/v1/user/profile') return json(200, { user: { ...this.#user(), nickname: JSON.parse(wire.body).nickname } })
    return json(200, { path, method: wire.method, token })
  }

  #refused(session, token, path) {
    if (!session) return 'session_invalid'
    if (session.over) return session.over
    const now = this.clock.now()
    if (now >= session.expiresAt) return 'session_expired'
    const replaced = token !== session.token && now >= session.grantedAt + GRACE
    return replaced && path !== '/v1/session/refresh' ? 'session_expired' : undefined
  }

  #login({ code }) {
    if (this.blocked) return problem(403, 'user_blocked')
    if (!this.#codes.delete(code)) return problem(401, 'login_code_rejected')
    return json(200, { ...this.#grant({}), user: this.#user() })
  }

  /** Who comes back with the old token gets the new one again, unless that was used: then somebody has a copy. */
  #refresh(session, token) {
    if (token !== session.token && session.used) {
      this.thefts += 1
      session.over = 'session_revoked'
      return problem(401, session.over)
    }
    const young = this.clock.now() < session.grantedAt + GRACE
    return json(200, token !== session.token || young ? session.grant : this.#grant(session))
  }

  #end(session) {
    if (session) session.over = 'session_revoked'
    return { status: 204 }
  }

  #grant(session) {
    const now = this.clock.now()
    const grant = { session_rd: `token-${++this.#made}`, expires_in: this.expiresIn, refresh_in: this.refreshIn }
    Object.assign(session, { grant, token: grant.session_rd, grantedAt: now, expiresAt: now + this.expiresIn * 1000, used: false })
    this.#sessions.set(session.token, session)
    return grant
  }

  #user() {
    return { id: 'user-1', nickname: '', avatar_url: '', profile_required: false }
  }
}

/** An answer of 503, with the header where given. */
export const away = (retryAfter) =>
  problem(503, 'store_unavailable', retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
