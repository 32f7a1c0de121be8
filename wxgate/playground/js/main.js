// Puts the page together: phones, switches, and what the services tell about themselves.

import { createCalls } from './calls.js'
import { drawCalls, shownCall, spokenCall } from './calls-view.js'
import { drawDiagram, drawLanes } from './diagram-view.js'
import { byId, el, fill } from './dom.js'
import { drawGuide, fulfil } from './guide.js'
import { onLanguage, t, translatePage } from './i18n.js'
import { createPhone } from './phone.js'
import { drawPhone, tick } from './phone-view.js'
import { config, listen } from './server.js'
import { connectSettings } from './settings.js'
import { createTraces } from './traces.js'
import { drawTroubles } from './trouble-view.js'
import { createWorld } from './world.js'

const MINUTE = 60_000

translatePage()
connectSettings()
drawGuide()
drawLanes('memory')
start().catch(() => warn('live.dead'))

async function start() {
  const server = await config()
  byId('version').textContent = server.version
  drawLanes(server.store)
  if (server.wechat === 'real') return warn('live.real')

  const calls = createCalls(drawAllCalls)
  const world = createWorld(drawWorld)
  await world.calm()
  const phones = ['a', 'b'].map((id) =>
    createPhone({ id, name: t(`phone.${id}`), world, appid: server.appid, told, changed: draw }),
  )
  let held = phones[0]
  let locked = false

  function told(exchange) {
    exchange.troubled ||= world.anyOn()
    calls.exchange(exchange)
    fulfil(exchange)
    if (exchange.durationUs !== undefined) byId('spoken').textContent = spokenCall({ exchange })
  }

  function drawAllCalls() {
    drawCalls(calls.list(), drawAllCalls)
    drawDiagram(shownCall(calls.list()))
  }

  function draw() {
    drawPhone(held, world, locked)
    drawTabs()
    byId('lock').textContent = t(locked ? 'phone.unlock' : 'phone.lock')
    byId('lock').setAttribute('aria-pressed', String(locked))
  }

  function drawWorld() {
    drawTroubles(world, server.store, () => warn('live.dead'))
  }

  function drawTabs() {
    const tab = (phone) =>
      el(
        'button',
        { id: `hold-${phone.id}`, type: 'button', 'aria-pressed': String(phone === held), onclick: () => hold(phone) },
        el('span', { class: 'dot', 'data-status': phone.state().status, 'aria-hidden': 'true' }),
        t(`phone.${phone.id}`),
      )
    fill(byId('tabs'), phones.map(tab))
  }

  /** Only the phone that is held, unlocked and on the screen is looked at. */
  function look() {
    for (const phone of phones) {
      const shown = phone === held && !locked && !document.hidden
      if (phone.isShown() !== shown) phone.show(shown)
    }
    draw()
  }

  function hold(phone) {
    held = phone
    look()
  }

  function skip(minutes) {
    world.skip(minutes * MINUTE)
    held.wake()
    draw()
  }

  byId('lock').addEventListener('click', () => {
    locked = !locked
    look()
  })
  byId('skip20').addEventListener('click', () => skip(20))
  byId('skip60').addEventListener('click', () => skip(60))
  byId('clear').addEventListener('click', calls.clear)
  byId('other').addEventListener('click', async () => {
    await Promise.all(phones.map((phone) => phone.handOver()))
    world.forget()
    draw()
  })
  document.addEventListener('visibilitychange', look)
  onLanguage(() => {
    drawLanes(server.store)
    drawGuide()
    drawWorld()
    drawAllCalls()
    draw()
  })

  const traces = createTraces(calls.trace)
  listen(traces.add, (live) => {
    byId('live').dataset.live = String(live)
    byId('live').dataset.t = live ? 'live.on' : 'live.off'
    byId('live').textContent = t(byId('live').dataset.t)
    if (live) warn('')
  })
  setInterval(() => tick(held, world), 1000)
  drawWorld()
  look()
  byId('playground').inert = false
}

/** Says what is wrong with the whole page; nothing, if `key` is empty. */
function warn(key) {
  byId('warning').textContent = key && t(key)
  byId('warning').hidden = !key
}
