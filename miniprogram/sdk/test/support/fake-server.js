const json = (status, members, headers = {}) => ({ status, headers, body: members === undefined ? '' : JSON.stringify(members) })
const problem = (status, code, headers) => json(status, { code, status, title: code, detail: code, trace_id: 't1' }, headers)

/** wxgate's answers in memory, on a clock of the test's; a business service at `/orders` asks it whose a token is. */
export class FakeServer {
  asked = []
  outage = undefined
  blocked = false
  latency = 0
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
    if (this.latency) await new Promise((resolve) => this.clock.setTimeout(resolve, this.latency))
    const path = new URL(wire.url).pathname
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
    const refused = this.#refused(session)
    if (refused) return problem(401, refused)
    if (path === '/v1/session/refresh') return this.#refresh(session)
    if (path === '/v1/user/profile') return json(200, { user: { ...this.#user(), nickname: JSON.parse(wire.body).nickname } })
    return json(200, { path, method: wire.method, token })
  }

  #refused(session) {
    if (!session) return 'session_invalid'
    if (session.over) return session.over
    return this.clock.now() < session.expiresAt ? undefined : 'session_expired'
  }

  #login({ code }) {
    if (this.blocked) return problem(403, 'user_blocked')
    if (!this.#codes.delete(code)) return problem(401, 'login_code_rejected')
    return json(200, { ...this.#grant(), user: this.#user() })
  }

  #refresh(session) {
    session.successor ??= this.#grant()
    return json(200, session.successor)
  }

  #end(session) {
    if (session) session.over = 'session_revoked'
    return { status: 204 }
  }

  #grant() {
    const token = `token-${++this.#made}`
    this.#sessions.set(token, { expiresAt: this.clock.now() + this.expiresIn * 1000 })
    return { session_rd: token, expires_in: this.expiresIn, refresh_in: this.refreshIn }
  }

  #user() {
    return { id: 'user-1', nickname: '', avatar_url: '', profile_required: false }
  }
}

/** An answer of 503, with the header where given. */
export const away = (retryAfter) =>
  problem(503, 'store_unavailable', retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
