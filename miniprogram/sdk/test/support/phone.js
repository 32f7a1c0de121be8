import { createClient } from '../../dist/esm/index.js'
import { realClock } from './clock.js'
import { FakeWx } from './fake-wx.js'
import { overHttp } from './wire.js'

let people = 0

/** Somebody whom the fake WeChat knows. */
export async function person(wxgate, wish) {
  const openid = `oSdkTest${String(++people).padStart(4, '0')}`
  await wxgate.wechat.user(openid, wish)
  return openid
}

/** A phone of theirs, with the mini-program on it. */
export function phoneOf(openid, wxgate, { lose, runtime = realClock, ...options } = {}) {
  const wx = new FakeWx({ transport: overHttp({ lose }), login: () => wxgate.wechat.code(openid) })
  const start = () => createClient({ baseUrl: wxgate.gateway, wx, runtime, ...options })
  return { openid, wx, start, client: start() }
}
