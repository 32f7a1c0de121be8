// The parts that need no browser.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCalls } from '../js/calls.js'
import { clock, duration, masked, maskedPhone } from '../js/format.js'
import { bareMessage, laneOf, messagesOf, noteMessages, shortName } from '../js/messages.js'
import { arrowOf, barOf, rowsOf } from '../js/rows.js'
import { createTraces } from '../js/traces.js'
import { createSwitches, faults, TROUBLES, troublesOf } from '../js/world.js'

const LOGIN = 'wx.session.v1.SessionService/Login'
const SEAL = 'wx.crypto.v1.CryptoService/SealSessionKey'

function span(id, parent, name, kind, start_us, duration_us, attributes = {}) {
  return { trace: 't1', span: id, parent, name, kind, start_us, duration_us, error: false, attributes }
}

/** A small login, in the order in which its spans end. */
const SPANS = [
  span('read', 'login-server', 'store.read', 'client', 130, 10, { 'db.system.name': 'memory' }),
  span('seal-server', 'seal', SEAL, 'server', 310, 20),
  span('seal', 'login-server', SEAL, 'client', 300, 50, { 'rpc.grpc.status_code': 0 }),
  span('wechat', 'login-server', 'GET /sns/jscode2session', 'client', 150, 100, { 'wechat.errcode': 0 }),
  span('user', 'transaction', 'INSERT users', 'client', 360, 10, { 'db.system.name': 'sqlite' }),
  span('transaction', 'login-server', 'register', 'internal', 355, 30),
  span('login-server', 'login', LOGIN, 'server', 120, 300),
  span('login', 'root', LOGIN, 'client', 110, 320, { 'rpc.grpc.status_code': 0 }),
  span('root', null, 'POST /v1/login', 'server', 100, 400, { outcome: 200, request_id: 'r1' }),
]

test('a span is in the lane of the service that does its work', () => {
  const lanes = Object.fromEntries(SPANS.map((each) => [each.span, laneOf(each)]))
  assert.deepEqual(lanes, {
    root: 'gateway',
    login: 'session',
    'login-server': 'session',
    seal: 'crypto',
    'seal-server': 'crypto',
    wechat: 'wechat',
    read: 'store',
    user: 'sql',
    transaction: undefined,
  })
  assert.equal(laneOf(span('x', 'y', 'store.swap', 'client', 0, 0, { 'db.system.name': 'redis' })), 'store')
  assert.equal(laneOf(span('x', 'y', 'users', 'client', 0, 0, { 'db.system.name': 'postgresql' })), 'sql')
  assert.equal(laneOf(span('x', 'y', 'grpc.health.v1.Health/Check', 'client', 0, 0)), 'crypto')
  assert.equal(shortName(SEAL), 'SealSessionKey')
  assert.equal(shortName('POST /v1/login'), 'POST /v1/login')
  assert.equal(shortName('sql accounts.sign_in'), 'accounts.sign_in')
})

test('caller and callee of a gRPC call are one message, and children come in the order of their begin', () => {
  const [root, ...others] = messagesOf(SPANS)
  assert.deepEqual(others, [])
  const [login] = root.children
  assert.equal(login.server.span, 'login-server')
  assert.deepEqual(
    login.children.map(({ name, from, to }) => [name, from, to]),
    [
      ['store.read', 'session', 'store'],
      ['GET /sns/jscode2session', 'session', 'wechat'],
      ['SealSessionKey', 'session', 'crypto'],
      ['register', 'session', 'session'],
    ],
  )
  assert.deepEqual(
    login.children[3].children.map(({ from, to }) => [from, to]),
    [['session', 'sql']],
  )
})

test('spans whose parent is missing are still shown', () => {
  const [message] = messagesOf([span('a', 'gone', 'store.read', 'client', 1, 1, { 'db.system.name': 'redis' })])
  assert.deepEqual([message.from, message.to], ['app', 'store'])
})

test('what causes others is called and returns, with everything else in between', () => {
  const rows = rowsOf(messagesOf(SPANS)).map(({ kind, message }) => `${kind} ${message.name}`)
  assert.deepEqual(rows, [
    'call POST /v1/login',
    'call Login',
    'call store.read',
    'call GET /sns/jscode2session',
    'call SealSessionKey',
    'call register',
    'call INSERT users',
    'return register',
    'return Login',
    'return POST /v1/login',
  ])
})

test('a lane is at work from call to return', () => {
  const rows = rowsOf(messagesOf(SPANS))
  assert.deepEqual(rows[0].active, ['gateway'])
  assert.deepEqual(rows[2].active, ['gateway', 'session', 'store'])
  assert.deepEqual(rows[4].active, ['gateway', 'session', 'crypto'])
  assert.deepEqual(rows.at(-1).active, ['gateway'])
})

test('an arrow points to whom the row speaks to', () => {
  const rows = rowsOf(messagesOf(SPANS))
  assert.deepEqual(arrowOf(rows[1]), { left: 1, right: 2, leftwards: false })
  assert.deepEqual(arrowOf(rows.at(-2)), { left: 1, right: 2, leftwards: true })
})

test('a bar never leaves its trace', () => {
  const root = SPANS.at(-1)
  assert.deepEqual(barOf({ span: SPANS[3] }, root), { start: 0.125, length: 0.25 })
  assert.deepEqual(barOf({ span: span('late', 'root', 'x', 'client', 450, 900) }, root), {
    start: 0.875,
    length: 0.125,
  })
  assert.deepEqual(barOf({ span: span('early', 'root', 'x', 'client', 0, 0) }, { start_us: 5, duration_us: 0 }), {
    start: 0,
    length: 0,
  })
})

test('a trace is told when its root has come, and again for a straggler', () => {
  const told = []
  const traces = createTraces(({ spans, requestId }) => told.push([spans.length, requestId]))
  SPANS.forEach(traces.add)
  assert.deepEqual(told, [[9, 'r1']])
  traces.add(span('late', 'root', 'store.swap', 'client', 500, 5, { 'db.system.name': 'memory' }))
  assert.deepEqual(told.at(-1), [10, 'r1'])
})

test('work in the background and what the page itself asks for are no calls', () => {
  const traces = createTraces(() => assert.fail('told'))
  traces.add(span('a', null, 'revocations', 'client', 0, 1, { 'db.system.name': 'sqlite' }))
  traces.add(span('b', null, 'GET /playground/config', 'server', 0, 1))
})

test('at most so many traces are kept', () => {
  const told = []
  const traces = createTraces(({ trace }) => told.push(trace), 2)
  for (const trace of ['t1', 't2', 't3']) traces.add({ ...SPANS.at(-1), trace })
  told.length = 0
  for (const trace of ['t1', 't2', 't3']) traces.add({ ...SPANS[0], trace, parent: 'root' })
  assert.deepEqual(told, ['t2', 't3'])
})

/** Calls whose timers ring when the test says so. */
function calls(keep) {
  const timers = []
  const made = createCalls(() => undefined, { keep, setTimeout: (work) => timers.push(work) })
  return { ...made, ring: () => timers.splice(0).forEach((work) => work()) }
}
const trace = { trace: 't1', root: SPANS.at(-1), spans: SPANS, requestId: 'r1' }

test('what a phone saw and what the services did are one call, whichever is known first', () => {
  for (const servicesFirst of [true, false]) {
    const { list, exchange, trace: tell, ring } = calls()
    const seen = { path: '/v1/login' }
    exchange(seen)
    if (servicesFirst) tell(trace)
    seen.requestId = 'r1'
    exchange(seen)
    if (!servicesFirst) tell(trace)
    ring()
    assert.deepEqual(
      list().map((call) => [call.exchange === seen, call.trace === trace]),
      [[true, true]],
    )
  }
})

test('a call of another client is listed after a while, and joined when it was ours after all', () => {
  const { list, exchange, trace: tell, ring } = calls()
  const seen = {}
  exchange(seen)
  tell(trace)
  assert.equal(list().length, 1)
  ring()
  assert.equal(list().length, 2)
  seen.requestId = 'r1'
  exchange(seen)
  assert.equal(list().length, 1)
})

test('what has left the list does not come back', () => {
  const { list, clear, exchange, trace: tell, ring } = calls()
  const seen = {}
  exchange(seen)
  seen.requestId = 'r1'
  exchange(seen)
  clear()
  tell(trace)
  ring()
  assert.deepEqual(list(), [])
})

test('the newest calls are kept, newest first', () => {
  const { list, exchange } = calls(2)
  for (const path of ['/1', '/2', '/3']) exchange({ path })
  assert.deepEqual(
    list().map((call) => call.exchange.path),
    ['/3', '/2'],
  )
})

test('what happened at WeChat before a request comes in front, as it happened', () => {
  const notes = noteMessages({
    notes: [
      { name: 'rotate', startUs: 1, durationUs: 2 },
      { name: 'wx.login', startUs: 3, durationUs: 4 },
    ],
  })
  assert.deepEqual(
    notes.map(({ name, from, to }) => [name, from, to]),
    [
      ['rotate', 'wechat', 'wechat'],
      ['wx.login', 'app', 'wechat'],
    ],
  )
  assert.deepEqual(noteMessages(undefined), [])
})

test('a request without an answer is shown as waiting', () => {
  const exchange = { method: 'POST', path: '/v1/login', startUs: 1 }
  assert.equal(bareMessage(exchange).pending, true)
  assert.equal(bareMessage({ ...exchange, durationUs: 5, failed: true }).span.error, true)
})

test('numbers are short, secrets are cut', () => {
  assert.deepEqual([840, 12_400, 120_000, 2_010_000].map(duration), ['840 µs', '12.4 ms', '120 ms', '2.01 s'])
  assert.deepEqual([1_200_000, 59_400, -5].map(clock), ['20:00', '0:59', '0:00'])
  assert.equal(masked('wxs_ESatygsIU6EdiBRIECabcdefgeB3z1aiq'), 'wxs_ESatygsI…1aiq')
  assert.equal(maskedPhone('13800000001'), '138 **** 0001')
})

test('slow and busy can be had at once', () => {
  assert.deepEqual(faults(new Set(['slow', 'busy'])), [{ path: '/sns/jscode2session', delay_ms: 2000, errcode: -1 }])
  assert.deepEqual(faults(new Set(['store'])), [])
})

test('a plan of faults tells which switches are on', () => {
  for (const on of [[], ['slow'], ['busy'], ['slow', 'busy']]) assert.deepEqual(troublesOf(faults(new Set(on))), on)
  const others = [{ path: '/cgi-bin/token', errcode: -1 }]
  assert.deepEqual(troublesOf([...others, { path: '*', delay_ms: 5000 }]), ['slow'])
  assert.deepEqual(troublesOf([...others, { path: '/sns/jscode2session', errcode: 45011 }]), [])
})

/** Switches over services that take a turn, or refuse it, when the test says so. */
function switches() {
  const asked = []
  const tell = (what) => (on) => new Promise((take, refuse) => asked.push({ what, on: [...on].sort(), take, refuse }))
  const shown = []
  const told = { slow: tell('faults'), busy: tell('faults'), store: tell('store') }
  const show = () => shown.push(TROUBLES.filter((name) => made.isOn(name)).join())
  const made = createSwitches(show, told, () => tell('known')([]))
  /** The next question that the services are asked. */
  const next = async () => {
    for (let turns = 0; asked.length === 0; turns++) {
      assert.ok(turns < 50, 'nothing is asked')
      await Promise.resolve()
    }
    return asked.shift()
  }
  return { ...made, next, shown, waiting: asked }
}
const away = new Error('away')

test('a switch turned on and off shows what the services took, whichever of the two they refused', async () => {
  for (const [takesOn, takesOff, isOn] of [
    [false, false, false],
    [true, false, true],
    [false, true, false],
    [true, true, false],
  ]) {
    const { turn, next, ...world } = switches()
    const turns = Promise.allSettled([turn('store', true), turn('store', false)])
    assert.equal(world.isOn('store'), false, 'what is wanted is shown at once')
    for (const takes of [takesOn, takesOff]) {
      const { take, refuse } = await next()
      assert.deepEqual(world.waiting, [], 'one turn at a time')
      if (takes) take()
      else refuse(away)
    }
    const ended = await turns
    assert.deepEqual(ended.map(({ status }) => status === 'fulfilled'), [takesOn, takesOff])
    assert.equal(world.isOn('store'), isOn, `on ${takesOn}, off ${takesOff}`)
    assert.equal(world.anyOn(), isOn)
    assert.equal(world.shown.at(-1), isOn ? 'store' : '')
  }
})

test('a turn that was refused is no part of the next one', async () => {
  const { turn, next, isOn } = switches()
  const turns = Promise.allSettled([turn('slow', true), turn('busy', true)])
  ;(await next()).refuse(away)
  const second = await next()
  assert.deepEqual(second.on, ['busy'])
  second.take()
  await turns
  assert.deepEqual([isOn('slow'), isOn('busy')], [false, true])
})

test('a page shows of the services\' switches what the services say, and keeps its own', async () => {
  const { turn, next, learn, isOn, shown } = switches()
  void turn('key', true)
  const on = turn('store', true)
  ;(await next()).take()
  await on
  const learnt = learn()
  const { what, take } = await next()
  assert.equal(what, 'known')
  take(['slow'])
  await learnt
  assert.deepEqual(TROUBLES.filter(isOn), ['slow', 'key'])
  assert.equal(shown.at(-1), 'slow,key')
  const turned = turn('busy', true)
  const { on: told, take: taken } = await next()
  assert.deepEqual(told.filter((name) => name !== 'key'), ['busy', 'slow'], 'what was learnt stays on')
  taken()
  await turned
})

test('what the services say before they hear of a turn does not undo it', async () => {
  const { turn, next, learn, isOn } = switches()
  const learnt = learn()
  const turned = turn('store', true)
  assert.equal(isOn('store'), true)
  ;(await next()).take([])
  await learnt
  assert.equal(isOn('store'), true)
  ;(await next()).take()
  await turned
  assert.equal(isOn('store'), true)
})

test('a page that learns nothing shows what it knew', async () => {
  const { turn, next, learn, isOn } = switches()
  const turned = turn('slow', true)
  ;(await next()).take()
  await turned
  const learnt = assert.rejects(learn(), away)
  ;(await next()).refuse(away)
  await learnt
  assert.equal(isOn('slow'), true)
})
