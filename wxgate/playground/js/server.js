// The playground's own calls: nothing of them exists outside `wxgate dev`.

const HERE = '/playground'
/** Between two tries to hear from the services. */
export const AGAIN_MS = 2000

/** What this wxgate runs on: `{appid, store, version}`, and `wechat` where that is `real`. */
export async function config() {
  return (await ask('GET', '/config')).json()
}

/** Makes the session store fail, or work again. */
export async function storeDown(down) {
  await ask('PUT', '/store', { down })
}

/** Whether the session store was made to fail. */
export async function isStoreDown() {
  return (await (await ask('GET', '/store')).json()).down
}

/**
 * Listens to the spans of the services while the page is in sight: a browser has six connections for all pages of a
 * server. `live` is told how the stream is: `on`, `off` while it is to be mended, `rest` while nobody looks.
 */
export function listen(span, live) {
  let end = () => undefined
  const look = () => {
    end()
    live(document.hidden ? 'rest' : 'off')
    end = document.hidden ? () => undefined : stream(span, live)
  }
  document.addEventListener('visibilitychange', look)
  look()
}

/** Keeps a stream open. Gives what ends it. */
function stream(span, live) {
  const source = new EventSource(`${HERE}/trace`)
  let end = () => source.close()
  source.onopen = () => live('on')
  source.onmessage = ({ data }) => span(JSON.parse(data))
  source.onerror = () => {
    live('off')
    // A broken connection it mends by itself; after a refusal, such as a proxy's 502, it gives up.
    if (source.readyState !== EventSource.CLOSED) return
    const again = setTimeout(() => (end = stream(span, live)), AGAIN_MS)
    end = () => clearTimeout(again)
  }
  return () => end()
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
  /** What goes wrong there now. */
  planned: async () => (await ask('GET', '/fake/faults')).json(),
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
