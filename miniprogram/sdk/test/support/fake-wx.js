import { realClock } from './clock.js'
import { asWire, asAnswer, METHODS } from './wire.js'

const CONCURRENT = 10
const BACKGROUND_MS = 5_000
const KEY_BYTES = 1_048_576

/**
 * A `wx` that behaves as WeChat's documentation and its users say the real one does:
 * - `success` for every HTTP status, `fail` only when no answer came;
 * - ten requests at once, the others wait, or fail as in old versions (`overflow: 'fail'`);
 * - no cookies, no PATCH, no Referer of the app's own;
 * - requests that are unfinished 5 s after the app was hidden are cut;
 * - four `wx.login` in a second for a user, more fail;
 * - storage takes 1 MB under a key and hands out copies; a missing key gives ''.
 *
 * `transport` carries requests: to a real server, or to a function. `login` gives codes.
 */
export class FakeWx {
  calls = []
  logins = 0
  storage = new Map()
  storageBroken = false
  #under = new Set()
  #waiting = []
  #shown = true
  #listeners = { show: [], hide: [] }
  #loginTimes = []

  constructor({ transport, login, clock = realClock, overflow = 'wait', headerCase = 'lower', promises = false }) {
    Object.assign(this, { transport, clock, overflow, headerCase, promises })
    this.codes = login
  }

  request(options) {
    const { promises } = this
    const done = new Promise((resolve, reject) => this.#start(options, resolve, reject))
    done.catch(() => undefined)
    // Taro gives a promise besides calling back; the real wx gives a task.
    return promises ? done.then((answer) => (answer.errMsg === 'request:ok' ? answer : Promise.reject(answer))) : { abort() {} }
  }

  #start(options, resolve) {
    const finish = (callback, value) => {
      resolve(value)
      setImmediate(() => callback && callback(value))
    }
    const fail = (errMsg) => finish(options.fail, { errMsg: `request:fail ${errMsg}` })
    if (!/^https?:/.test(options.url)) return fail('invalid url')
    const missing = Object.keys(options).find((name) => options[name] === undefined)
    if (missing) return fail(`parameter error: parameter.${missing} should not be Undefined`)
    if (!METHODS.includes(options.method ?? 'GET')) return fail('invalid method')
    const task = { options, fail, succeed: (answer) => finish(options.success, answer) }
    if (this.#under.size < CONCURRENT) return this.#run(task)
    if (this.overflow === 'fail') return fail('exceed max task count')
    this.#waiting.push(task)
  }

  async #run(task) {
    const { clock } = this
    const wire = asWire(task.options)
    this.#under.add(task)
    this.calls.push(wire)
    const over = new Promise((resolve) => (task.end = resolve))
    const timer = clock.setTimeout(() => task.end({ fail: 'timeout' }), task.options.timeout ?? 60_000)
    if (!this.#shown) this.#cutLater([task])
    const carried = this.transport(wire).then(
      (answer) => ({ answer }),
      (error) => ({ fail: error.message }),
    )
    const outcome = await Promise.race([carried, over])
    clock.clearTimeout(timer)
    this.#under.delete(task)
    const next = this.#waiting.shift()
    if (next) this.#run(next)
    if (outcome.answer) task.succeed(asAnswer(outcome.answer, this.headerCase))
    else task.fail(outcome.fail)
  }

  login(options) {
    const now = this.clock.now()
    this.#loginTimes = this.#loginTimes.filter((at) => now - at < 1000).concat(now)
    this.logins += 1
    const call = (callback, value) => setImmediate(() => callback && callback(value))
    if (this.#loginTimes.length > 4) {
      call(options.fail, { errMsg: 'login:fail api freq out of limit', errno: 45009 })
    } else {
      this.codes().then(
        (code) => call(options.success, { code, errMsg: 'login:ok' }),
        (error) => call(options.fail, { errMsg: `login:fail ${error.message}` }),
      )
    }
    return this.promises ? Promise.reject({ errMsg: 'login:fail' }) : undefined
  }

  checkSession() {
    throw new Error('wx.checkSession is not for finding out about session_rd')
  }

  getStorageSync(key) {
    if (this.storageBroken) throw new Error('getStorageSync:fail')
    return this.storage.has(key) ? JSON.parse(this.storage.get(key)) : ''
  }

  setStorageSync(key, value) {
    const text = JSON.stringify(value)
    if (this.storageBroken || text.length > KEY_BYTES) throw new Error('setStorageSync:fail')
    this.storage.set(key, text)
  }

  removeStorageSync(key) {
    if (this.storageBroken) throw new Error('removeStorageSync:fail')
    this.storage.delete(key)
  }

  onAppShow(listener) {
    this.#listeners.show.push(listener)
  }

  onAppHide(listener) {
    this.#listeners.hide.push(listener)
  }

  /** WeChat ends the app: nothing that it waits for comes, and nobody listens. Storage stays. */
  forget() {
    for (const task of this.#under) task.succeed = task.fail = () => undefined
    this.#under = new Set()
    this.#waiting = []
    this.#listeners = { show: [], hide: [] }
    this.#shown = true
  }

  /** The user leaves the mini-program. */
  hide() {
    this.#shown = false
    this.#cutLater([...this.#under])
    for (const listener of this.#listeners.hide) listener()
  }

  /** The user comes back. */
  show() {
    this.#shown = true
    for (const listener of this.#listeners.show) listener({ scene: 1001 })
  }

  /** How many requests went to this path, with this method. */
  count(method, path) {
    return this.calls.filter((wire) => wire.method === method && new URL(wire.url).pathname === path).length
  }

  #cutLater(tasks) {
    this.clock.setTimeout(() => {
      if (!this.#shown) for (const task of tasks) task.end({ fail: 'interrupted' })
    }, BACKGROUND_MS)
  }
}
