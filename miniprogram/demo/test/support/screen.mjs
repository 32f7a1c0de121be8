// A phone's screen: pages of the demo, rendered by WeChat's own component test tools in a DOM.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { JSDOM } from 'jsdom'

const require = createRequire(import.meta.url)
export const app = fileURLToPath(new URL('../../app', import.meta.url))

const { window } = new JSDOM('<!doctype html><body></body>')
for (const name of ['window', 'document', 'Event', 'CustomEvent', 'Node', 'Element', 'HTMLElement', 'MutationObserver']) {
  globalThis[name] = name === 'window' ? window : window[name]
}
const simulate = require('miniprogram-simulate')
// WeChat's own compiler for pages is a program for Intel's Linux, for macOS and for Windows; elsewhere its stand-in does.
const compiler = process.platform === 'linux' && process.arch !== 'x64' ? 'simulate' : 'official'
const running = []

/** Starts the demo afresh: with this `wx`, and these settings in place of those in config.js. */
export function launch(wx, settings) {
  for (const file of Object.keys(require.cache)) if (file.startsWith(app)) delete require.cache[file]
  globalThis.wx = wx
  Object.assign(require(`${app}/config.js`), settings)
  let options
  globalThis.App = (given) => (options = given)
  require(`${app}/app.js`)
  options.onLaunch()
  options.onShow()
  running.push(options)
  return { ...options, client: require(`${app}/session.js`).client }
}

/** Puts the phones away: no refresh is waited for any more. */
export function putAway() {
  for (const app of running.splice(0)) app.onHide()
}

/** A page, on the screen. */
export function open(page) {
  const id = simulate.load(`${app}/pages/${page}/${page}`, { rootPath: app, compiler })
  const component = simulate.render(id)
  component.attach(document.createElement('div'))
  return new Page(component)
}

class Page {
  constructor(component) {
    this.component = component
  }

  get text() {
    return this.component.dom.textContent
  }

  find(selector) {
    return this.component.querySelector(selector)
  }

  all(selector) {
    return this.component.querySelectorAll(selector)
  }

  /** The user does something to what they see; `detail` is what WeChat tells of it. */
  act(selector, event, detail) {
    const target = this.find(selector)
    if (!target) throw new Error(`${selector} is not on the page: ${this.text}`)
    target.dispatchEvent(event, event === 'tap' ? undefined : { detail, bubbles: false })
  }

  close() {
    this.component.detach()
  }

  /** Waits until the page shows it. */
  async shows(pattern) {
    await until(() => pattern.test(this.text), () => `${pattern} in: ${this.text}`)
  }
}

/** Waits, ten seconds at most. */
export async function until(condition, what = () => String(condition)) {
  for (let tries = 0; tries < 400; tries++) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`not within 10 s: ${what()}`)
}
