// The bad day: each switch, and how the user fares.

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { launch, shoot, visit } from './support/browser.mjs'
import { called, calls, covering, labels, lanes, press, settled, turn } from './support/hand.mjs'
import { calm, standing, start } from './support/wxgate.mjs'

let wxgate
let browser
let page
before(async () => {
  wxgate = await start()
  browser = await launch()
})
beforeEach(async () => (page = await visit(browser, wxgate.base)))
afterEach(async () => {
  await calm(wxgate.base)
  assert.deepEqual(page.complaints, [])
  await page.context().close()
})
after(async () => {
  await browser?.close()
  await wxgate?.stop()
})

test('a slow WeChat makes a login wait, and the call is seen while it waits', async () => {
  await turn(page, 'slow')
  const began = Date.now()
  await page.click('#do-login')
  await called(page, 'POST /v1/login …')
  assert.equal(await page.getAttribute('#phone-notice', 'data-kind'), 'busy')
  await shoot(page, 'trouble-slow')
  await settled(page, 'good')
  assert.ok(Date.now() - began >= 2000)
  assert.equal(await page.locator('#step-trouble.done').count(), 1)
})

test('a login that WeChat was too busy for succeeds by itself when WeChat has time', async () => {
  await turn(page, 'busy')
  await page.click('#do-login')
  await called(page, 'POST /v1/login 503')
  await lanes(page)
  await page.click('#rows .bad button >> nth=-1')
  assert.match(await page.textContent('.details'), /wechat_unavailable/)
  await shoot(page, 'trouble-busy')
  await turn(page, 'busy')
  await settled(page, 'good')
})

test('encrypted data opens although a login displaced its key', async () => {
  await press(page, 'do-login')
  await turn(page, 'key')
  await press(page, 'do-phone', 'good')
  await called(page, 'DELETE /v1/session 204') // the session that the second login replaced
  const others = (await calls(page)).filter((call) => !call.startsWith('DELETE'))
  assert.deepEqual(others, ['POST /v1/phone-number 200', 'POST /v1/login 200', 'POST /v1/login 200'])
  const shown = (path) => page.locator('#calls button', { hasText: path }).first().click()
  await shown('/v1/phone-number')
  await lanes(page)
  assert.ok((await labels(page)).includes('OpenData'))
  await shown('/v1/login')
  assert.deepEqual((await labels(page)).slice(0, 3), ['new session_key', 'wx.login', 'POST /v1/login'])
  await shoot(page, 'trouble-key')
})

test('without its session store wxgate logs nobody out', async () => {
  await press(page, 'do-login')
  const token = await page.textContent('.token code')
  await turn(page, 'store')
  await press(page, 'do-use', 'bad')
  assert.equal((await calls(page))[0], 'GET /v1/session 503')
  await lanes(page)
  await shoot(page, 'trouble-store')
  assert.deepEqual((await labels(page)).slice(-2), ['UNAVAILABLE', '503 store_unavailable'])
  assert.deepEqual(await covering(page), [])
  await turn(page, 'store')
  await press(page, 'do-use')
  assert.equal(await page.textContent('.token code'), token)
  assert.equal((await calls(page)).filter((call) => call.startsWith('POST /v1/login')).length, 1)
})

test('a login whose answer was lost is asked for again, and is one session', async () => {
  await turn(page, 'lost')
  await press(page, 'do-login')
  assert.equal((await calls(page)).length, 2)
  assert.equal(await page.isChecked('#trouble-lost'), false, 'one answer was to be lost')
  await press(page, 'do-sessions')
  assert.equal(await page.locator('.devices li').count(), 1)
  await page.locator('#calls button').nth(2).click()
  await lanes(page)
  assert.equal((await labels(page)).at(-1), 'answer lost')
  await shoot(page, 'trouble-lost')
  assert.deepEqual(await covering(page), [])
})

test('a reload leaves the switches as the services have them', async () => {
  const isTaken = (answer) => answer.request().method() === 'PUT'
  await Promise.all([page.waitForResponse(isTaken), turn(page, 'busy')])
  await page.reload()
  await page.waitForSelector('#trouble-busy:checked', { state: 'attached' })
  assert.equal(await page.isChecked('#trouble-slow'), false)
  await turn(page, 'busy')
  await press(page, 'do-login', 'good')
  assert.deepEqual(await standing(wxgate.base), { down: false, faults: [] })
})

for (const [what, refuse] of [
  ['is away', (route) => route.abort()],
  ['answers 503', (route) => route.fulfill({ status: 503 })],
]) {
  test(`a switch goes back when wxgate ${what}, with a warning in the language of the page`, async () => {
    await page.route('**/playground/store', refuse)
    await turn(page, 'store')
    await page.waitForFunction(() => document.getElementById('warning').textContent === 'wxgate does not answer. Is it still running?')
    assert.equal(await page.isChecked('#trouble-store'), false)
    await page.click('#language-zh')
    assert.equal(await page.textContent('#warning'), 'wxgate 没有响应，它还在运行吗？')
    await page.unroute('**/playground/store')
    await turn(page, 'store')
    await page.waitForSelector('#warning', { state: 'hidden' })
    assert.equal(await page.isChecked('#trouble-store'), true)
    await turn(page, 'store')
    assert.match(page.complaints.splice(0).join(), /^Failed to load resource[^,]*\/playground\/store$/)
  })
}

test('a switch turned on and off is off when wxgate heard of neither', async () => {
  await page.route('**/playground/store', (route) => setTimeout(() => route.abort(), 200))
  let failed = 0
  const both = new Promise((resolve) => page.on('requestfailed', () => ++failed === 2 && resolve()))
  await turn(page, 'store')
  await turn(page, 'store')
  await both
  await page.evaluate(() => new Promise(requestAnimationFrame))
  assert.equal(await page.isChecked('#trouble-store'), false)
  assert.match(page.complaints.splice(0).join(), /^Failed to load resource[^,]*\/playground\/store,Failed[^,]*\/store$/)
})
