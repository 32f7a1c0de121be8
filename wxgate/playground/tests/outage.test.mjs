// Servers that really end and come back: Redis, and wxgate itself.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, shoot, visit } from './support/browser.mjs'
import { called, calls, labels, lanes, press, turn } from './support/hand.mjs'
import { startRedis } from './support/redis.mjs'
import { NOT_OURS, start } from './support/wxgate.mjs'

/** A user presses a button again so often at most. */
const PRESSES = 20

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

test('sessions in Redis outlast a Redis that is killed', { skip: NOT_OURS }, async (context) => {
  const redis = await startRedis()
  context.after(redis.stop)
  const wxgate = await start('--redis', redis.url)
  context.after(wxgate.stop)
  const page = await visit(browser, wxgate.base)

  await press(page, 'do-login')
  await redisIsNamed(page)
  await press(page, 'do-use', 'good')
  const token = () => page.textContent('.token code')
  const first = await token()
  await page.click('#skip20')
  await called(page, 'POST /v1/session/refresh 200')
  await page.waitForFunction((old) => document.querySelector('.token code').textContent !== old, first)
  const second = await token()

  await redis.kill()
  assert.deepEqual(await press(page, 'do-use'), {
    kind: 'bad',
    text: 'A short break. You stay logged in; please try again in a moment.',
  })
  assert.equal((await calls(page))[0], 'GET /v1/session 503')
  await page.waitForFunction(() => document.querySelectorAll('#rows .row.bad .arrow[data-to=store]').length > 0)
  await shoot(page, 'redis-killed')
  assert.equal(await token(), second)

  await redis.restart()
  for (let presses = 1, said; (said = await press(page, 'do-use')).kind !== 'good'; presses++) {
    assert.ok(presses < PRESSES, JSON.stringify(said))
  }
  assert.equal(await token(), second)
  assert.equal((await calls(page)).filter((call) => call.startsWith('POST /v1/login')).length, 1, 'nobody logs in again')
  await press(page, 'do-sessions')
  assert.equal(await page.locator('.devices li').count(), 1)
  await shoot(page, 'redis-back')
  assert.deepEqual(page.complaints, [])
  await page.context().close()
})

/** The diagram of a login says that it is Redis which keeps sessions. */
async function redisIsNamed(page) {
  assert.ok((await lanes(page)).includes('store'))
  assert.equal(await page.textContent('#lanes [data-lane=store] .long'), 'Redis')
  assert.match(await page.textContent('#troubles'), /Redis down/)
  const said = await labels(page)
  for (const label of ['store.read', 'store.swap']) assert.ok(said.includes(label), label)
  const row = page.locator('#rows .call:has(.arrow[data-to=store]) button').first()
  await row.click()
  assert.match(await page.textContent('.details'), /kept byredis/)
  await shoot(page, 'redis-login')
  await row.click()
}

test('after a restart of wxgate no switch says that a fault is on', { skip: NOT_OURS }, async (context) => {
  const wxgate = await start()
  context.after(wxgate.stop)
  const page = await visit(browser, wxgate.base)
  for (const name of ['slow', 'store', 'key']) await turn(page, name)
  await page.waitForFunction(() => document.querySelectorAll('#troubles :checked').length === 3)

  await wxgate.restart()
  await page.waitForFunction(() => document.querySelectorAll('#troubles :checked').length === 1)
  assert.equal(await page.isChecked('#trouble-key'), true, 'this one is a matter of the page alone')
  await press(page, 'do-login', 'good')
  assert.deepEqual(page.complaints.filter((complaint) => !complaint.startsWith('Failed to load resource')), [])
  await page.context().close()
})
