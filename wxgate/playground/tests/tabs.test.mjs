// The playground in several pages of one browser.

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { launch, open, ready, show, visit } from './support/browser.mjs'
import { lanes, press, turn } from './support/hand.mjs'
import { calm, standing, start } from './support/wxgate.mjs'

/** An outage that nobody looks at ends in 5 s; a busy machine needs more. */
const OUTAGE_MS = 15_000

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
  await page.context().close()
})
after(async () => {
  await browser?.close()
  await wxgate?.stop()
})

/** Waits until exactly these switches are on. */
function on(page, ...names) {
  return page.waitForFunction(
    (wanted) => [...document.querySelectorAll('#troubles :checked')].map(({ id }) => id).join() === wanted,
    names.map((name) => `trouble-${name}`).join(),
  )
}

/** Waits until the services say so of the switches. */
async function until(stands) {
  for (const late = Date.now() + OUTAGE_MS; !stands(await standing(wxgate.base)); ) {
    assert.ok(Date.now() < late, JSON.stringify(await standing(wxgate.base)))
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('the eighth page of a browser loads and logs in, and the first goes on when it is looked at', async () => {
  const pages = [page]
  while (pages.length < 8) {
    await show(pages.at(-1), false)
    pages.push(await open(page.context(), wxgate.base))
  }
  const eighth = pages.at(-1)
  await press(eighth, 'do-login', 'good')
  await lanes(eighth)

  assert.equal(await page.textContent('#live'), 'paused')
  assert.equal(await page.getAttribute('#live', 'data-live'), 'false')
  assert.equal(await page.isVisible('#warning'), false)
  await show(eighth, false)
  await show(page, true)
  await ready(page)
  assert.equal(await page.textContent('#live'), 'live')
  await press(page, 'do-login')
  await lanes(page)
  for (const each of pages) assert.deepEqual(each.complaints, [])
})

test('two pages agree on the switches when one is opened, shown again or loaded anew', async () => {
  await turn(page, 'busy')
  await turn(page, 'store')
  await turn(page, 'key')
  await until(({ down, faults }) => down && faults.length === 1)
  const other = await open(page.context(), wxgate.base)
  await on(other, 'busy', 'store')

  await show(page, false)
  await turn(other, 'store')
  await turn(other, 'slow')
  await until(({ down, faults }) => !down && faults[0].delay_ms)
  await on(page, 'busy', 'key', 'store')
  await show(page, true)
  await on(page, 'slow', 'busy', 'key')

  await turn(page, 'busy')
  await turn(page, 'store')
  await until(({ down, faults }) => down && !faults[0].errcode)
  await other.reload()
  await ready(other)
  await on(other, 'slow', 'store')
  for (const each of [page, other]) assert.deepEqual(each.complaints, [])
})

test('an outage ends when no page is in sight, and the page says so when it is looked at', async () => {
  await turn(page, 'store')
  await until(({ down }) => down)
  await show(page, false)
  await until(({ down }) => !down)
  await show(page, true)
  await on(page)
  await press(page, 'do-login', 'good')
  assert.deepEqual(page.complaints, [])
})

test('a page that could not learn how the switches stand tries again', async () => {
  await turn(page, 'busy')
  await until(({ faults }) => faults.length === 1)
  await show(page, false)
  await calm(wxgate.base)
  await page.route('**/fake/faults', (route) => route.fulfill({ status: 502 }))
  await show(page, true)
  await page.waitForSelector('#warning:not([hidden])')
  await on(page, 'busy')
  await page.unroute('**/fake/faults')
  await page.waitForSelector('#warning', { state: 'hidden' })
  await on(page)
  assert.deepEqual(page.complaints.filter((complaint) => !complaint.startsWith('Failed to load resource')), [])
})

test('a page out of sight does not ask again for a stream that it was refused', async () => {
  await page.clock.install()
  await page.route('**/playground/trace', (route) => route.fulfill({ status: 503 }))
  let asked = 0
  page.on('request', (request) => (asked += request.url().endsWith('/trace')))
  const refused = () => page.waitForEvent('console', { predicate: (said) => said.location().url.endsWith('/trace') })
  await show(page, false)
  await Promise.all([refused(), show(page, true)])
  await Promise.all([refused(), page.clock.runFor(3000)])
  assert.equal(asked, 2, 'in sight it does')
  await show(page, false)
  await page.clock.runFor(3000)
  assert.equal(asked, 2)
  assert.equal(await page.textContent('#live'), 'paused')
})
