// The playground's own calls: nothing of them exists outside `wxgate dev`.

const HERE = '/playground'
/** Between two tries to listen. */
const AGAIN_MS = 2000

/** What this wxgate runs on: `{appid, store, version}`, and `wechat` where that is `real`. */
export async function config() {
  return (await ask('GET', '/config')).json()
}

/** Makes the session store fail, or work again. */
export async function storeDown(down) {
  await ask('PUT', '/store', { down })
}

/** Listens to the spans of the services. `live` is told whether the stream is up. */
export function listen(span, live) {
  const source = new EventSource(`${HERE}/trace`)
  source.onopen = () => live(true)
  source.onmessage = ({ data }) => span(JSON.parse(data))
  source.onerror = () => {
    live(false)
    // A broken connection it mends by itself; after a refusal, such as a proxy's 502, it gives up.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(span, live), AGAIN_MS)
  }
}

/** The control calls of fake-wechat: it plays the user's WeChat. */
export const fake = {
  /** What `wx.login` gives, `{code, openid}`: of this user, or of a new one. */
  loginCode: (openid) => (openid ? known(openid, 'login-code', {}) : made('login-code', {})),
  /** A code for the phone number: `{code}`. */
  phoneCode: (openid) => known(openid, 'phone-code', {}),
  /** The phone number, encrypted under the current session_key: `{encryptedData, iv}`. */
  phoneData: (openid) => known(openid, 'open-data', { kind: 'phone' }),
  /** The user's session_key changes. */
  rotateKey: (openid) => ask('POST', '/fake/rotate-session-key', { openid }),
  /** What goes wrong at WeChat from now on. */
  faults: (faults) => ask('PUT', '/fake/faults', faults),
}

async function made(call, body) {
  return (await ask('POST', `/fake/${call}`, body)).json()
}

/** The fake forgets everybody when it ends; this page does not. */
async function known(openid, call, body) {
  try {
    return await made(call, { openid, ...body })
  } catch (error) {
    if (error.status !== 404) throw error
    await ask('PUT', `/fake/users/${openid}`, {})
    return made(call, { openid, ...body })
  }
}

async function ask(method, path, body) {
  const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const answer = await fetch(HERE + path, { method, cache: 'no-store', ...json })
  if (answer.ok) return answer
  throw Object.assign(new Error(`${method} ${HERE}${path}: ${answer.status}`), { status: answer.status })
}
