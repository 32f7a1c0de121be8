// Puts the page together: phones, switches, and what the services tell about themselves.

import { createCalls } from './calls.js'
import { drawCalls, shownCall, spokenCall } from './calls-view.js'
import { drawDiagram, drawLanes } from './diagram-view.js'
import { byId, el, fill } from './dom.js'
import { drawGuide, fulfil } from './guide.js'
import { onLanguage, t, translatePage } from './i18n.js'
import { createPhone } from './phone.js'
import { drawPhone, tick } from './phone-view.js'
import { AGAIN_MS, config, listen } from './server.js'
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

  const calls = createCalls(() => drawAllCalls(calls))
  const world = createWorld(() => drawWorld(world, server))
  const told = (exchange) => hear(exchange, calls, world)
  const changed = () => hand.draw()
  const phones = ['a', 'b'].map((id) =>
    createPhone({ id, name: t(`phone.${id}`), world, appid: server.appid, told, changed }),
  )
  const hand = createHand(phones, world)

  connectButtons(hand, calls, phones, world)
  onLanguage(() => {
    drawLanes(server.store)
    drawGuide()
    drawWorld(world, server)
    drawAllCalls(calls)
    hand.draw()
  })
  listen(createTraces(calls.trace).add, liveness(world))
  setInterval(hand.tick, 1000)
  drawWorld(world, server)
  hand.look()
  byId('playground').inert = false
}

/** What a phone sends, and what comes back. */
function hear(exchange, calls, world) {
  exchange.troubled ||= world.anyOn()
  calls.exchange(exchange)
  fulfil(exchange)
  if (exchange.durationUs !== undefined) byId('spoken').textContent = spokenCall({ exchange })
}

/** The hand that holds one of the phones, locked or not. */
function createHand(phones, world) {
  let held = phones[0]
  let locked = false

  function draw() {
    drawPhone(held, world, locked)
    drawTabs(phones, held, hold)
    byId('lock').textContent = t(locked ? 'phone.unlock' : 'phone.lock')
    byId('lock').setAttribute('aria-pressed', String(locked))
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

  return {
    draw,
    look,
    tick: () => tick(held, world),
    lock() {
      locked = !locked
      look()
    },
    skip(minutes) {
      world.skip(minutes * MINUTE)
      held.wake()
      draw()
    },
  }
}

function connectButtons(hand, calls, phones, world) {
  byId('lock').addEventListener('click', hand.lock)
  byId('skip20').addEventListener('click', () => hand.skip(20))
  byId('skip60').addEventListener('click', () => hand.skip(60))
  byId('clear').addEventListener('click', calls.clear)
  byId('other').addEventListener('click', async () => {
    const handedOver = phones.map((phone) => phone.handOver())
    world.forget() // at once: a phone that is ready can be logged in with while another is still logging out
    await Promise.all(handedOver)
    hand.draw()
  })
  document.addEventListener('visibilitychange', hand.look)
}

function drawTabs(phones, held, hold) {
  const tab = (phone) =>
    el(
      'button',
      { id: `hold-${phone.id}`, type: 'button', 'aria-pressed': String(phone === held), onclick: () => hold(phone) },
      el('span', { class: 'dot', 'data-status': phone.state().status, 'aria-hidden': 'true' }),
      t(`phone.${phone.id}`),
    )
  fill(byId('tabs'), phones.map(tab))
}

function drawAllCalls(calls) {
  drawCalls(calls.list(), () => drawAllCalls(calls))
  drawDiagram(shownCall(calls.list()))
}

function drawWorld(world, server) {
  const turned = (turn) =>
    turn.then(
      () => warn(''),
      () => warn('live.dead'),
    )
  drawTroubles(world, server.store, turned)
}

/** What is told how the stream is. Whenever it comes up, the switches may stand otherwise than when it was last up. */
function liveness(world) {
  let again
  let now
  const learn = async () => {
    try {
      await world.learn()
      warn('')
    } catch {
      warn('live.dead')
      clearTimeout(again)
      if (now === 'on') again = setTimeout(learn, AGAIN_MS)
    }
  }
  return (live) => {
    now = live
    clearTimeout(again)
    drawLive(live)
    if (live === 'on') void learn()
  }
}

/** Whether the services' own account of what they do comes in. */
function drawLive(live) {
  byId('live').dataset.live = String(live === 'on')
  say(byId('live'), `live.${live}`)
  if (live === 'on') warn('')
}

/** Says what is wrong with the whole page; nothing, if `key` is empty. */
function warn(key) {
  say(byId('warning'), key)
  byId('warning').hidden = !key
}

/** Puts a text where a change of the language finds it. */
function say(node, key) {
  node.dataset.t = key
  node.textContent = key && t(key)
}
