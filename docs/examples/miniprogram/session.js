// A mini-program's session with wxgate: log in once, refresh in time, try a refused call once more.
const BASE = 'https://api.example.com' // a request domain of your mini-program
const KEY = 'wxgate.session'

let session // { token, refreshAt, expiresAt }, milliseconds
let pending // the one login or refresh that is under way

function call(path, options = {}) {
  return new Promise((resolve, reject) =>
    wx.request({
      url: BASE + path,
      method: options.method || 'GET',
      data: options.data,
      header: options.token ? { Authorization: `Bearer ${options.token}` } : {},
      success: resolve,
      fail: reject,
    }),
  )
}

function refusal(answer) {
  const error = new Error((answer.data && answer.data.code) || `HTTP ${answer.statusCode}`)
  error.status = answer.statusCode
  error.code = answer.data && answer.data.code
  return error
}

function keep(grant) {
  const now = Date.now()
  session = {
    token: grant.session_rd,
    refreshAt: now + grant.refresh_in * 1000,
    expiresAt: now + grant.expires_in * 1000,
  }
  wx.setStorageSync(KEY, session)
  return session
}

async function logIn() {
  const { code } = await new Promise((success, fail) => wx.login({ success, fail }))
  // The same nonce for the same code: an answer that was lost on the way can be asked for again.
  const nonce = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`
  const send = () => call('/v1/login', { method: 'POST', data: { code, nonce } })
  const answer = await send().catch(send)
  if (answer.statusCode !== 200) throw refusal(answer)
  return keep(answer.data)
}

async function refresh(token) {
  const answer = await call('/v1/session/refresh', { method: 'POST', token })
  if (answer.statusCode === 200) return keep(answer.data)
  if (answer.statusCode === 401) return logIn() // expired or ended: only a new login helps
  throw refusal(answer) // 503 and the like say nothing about the session: keep it
}

// However many pages ask at once, there is one login or refresh.
function once(work) {
  if (!pending) pending = work().finally(() => (pending = undefined))
  return pending
}

async function current() {
  session = session || wx.getStorageSync(KEY) || undefined
  if (!session || Date.now() >= session.expiresAt) return once(logIn)
  if (Date.now() >= session.refreshAt) {
    const { token } = session
    const old = session
    return once(() => refresh(token)).catch((error) => {
      if (error.status >= 500 || error.status === undefined) return old // still good for ten minutes
      throw error
    })
  }
  return session
}

/** Calls your back end as the logged-in user: `await request('/orders', { method: 'POST', data })`. */
export async function request(path, options = {}) {
  const { token } = await current()
  let answer = await call(path, { ...options, token })
  if (answer.statusCode === 401) {
    // Another call may have replaced the token meanwhile; otherwise log in again, once.
    const next = session && session.token !== token ? session : await once(logIn)
    answer = await call(path, { ...options, token: next.token })
  }
  if (answer.statusCode >= 400) throw refusal(answer)
  return answer.data
}

/** Ends the session here and at wxgate. */
export async function logOut() {
  const token = session && session.token
  if (token) await call('/v1/session', { method: 'DELETE', token })
  session = undefined
  wx.removeStorageSync(KEY)
}
