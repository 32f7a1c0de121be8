// For everybody: a phone's width, a keyboard alone, names for screen readers, enough contrast.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { findings } from './support/axe.mjs'
import { launch, SCREENSHOTS, shoot, visit } from './support/browser.mjs'
import { lanes, notice, press, settled, turn } from './support/hand.mjs'
import { start } from './support/wxgate.mjs'

let wxgate
let browser
before(async () => {
  wxgate = await start()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await wxgate?.stop()
})

for (const locale of ['en-US', 'zh-CN']) {
  test(`on a phone nothing is wider than the screen: ${locale}`, async () => {
    const page = await visit(browser, wxgate.base, {
      viewport: { width: 360, height: 740 },
      isMobile: true,
      hasTouch: true,
      locale,
      colorScheme: 'dark',
    })
    await press(page, 'do-login')
    await lanes(page)
    await page.locator('#rows button').nth(4).tap()
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360)
    await page.screenshot({ path: join(SCREENSHOTS, `mobile-${locale}.png`), fullPage: true })
    assert.deepEqual(page.complaints, [])
    await page.context().close()
  })
}

test('a keyboard is enough', async () => {
  const page = await visit(browser, wxgate.base)
  const key = (name) => page.keyboard.press(name)
  const focused = () => page.evaluate(() => document.activeElement.id)
  const tabTo = async (id) => {
    for (let presses = 0; (await focused()) !== id; presses++) {
      assert.ok(presses < 60, `Tab does not reach ${id}`)
      await key('Tab')
    }
  }
  await tabTo('do-login')
  await key('Enter')
  await settled(page)
  assert.equal((await notice(page)).kind, 'good')
  await tabTo('trouble-key')
  await key('Space')
  assert.ok(await page.isChecked('#trouble-key'))
  assert.equal(await focused(), 'trouble-key', 'the switch keeps the focus')
  await lanes(page)
  await tabTo(await page.getAttribute('#rows li:first-child button', 'id'))
  await key('ArrowDown')
  await key('ArrowDown')
  await key('Enter')
  assert.equal(await page.getAttribute('#rows li:nth-child(3) button', 'aria-expanded'), 'true')
  assert.equal(
    await focused(),
    await page.getAttribute('#rows li:nth-child(3) button', 'id'),
    'the row keeps the focus',
  )
  await shoot(page, 'keyboard')
  await key('End')
  await key('Enter')
  assert.equal(await page.locator('.details').count(), 1, 'one row is open at most')
  assert.deepEqual(page.complaints, [])
  await page.context().close()
})

test('what happens is announced', async () => {
  const page = await visit(browser, wxgate.base)
  await press(page, 'do-login')
  await lanes(page)
  assert.match(await page.textContent('#spoken'), /^POST \/v1\/login: 200, /)
  const row = await page.textContent('#rows .call:has(.arrow[data-to=crypto]) .unseen')
  assert.match(row, /^session-service to crypto-service: \w+, [\d.]+ (µs|ms)$/)
  await page.context().close()
})

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing wrong: ${colorScheme}`, async () => {
    const page = await visit(browser, wxgate.base, { colorScheme })
    assert.deepEqual(await findings(page), [])
    await press(page, 'do-login')
    await press(page, 'do-sessions')
    await lanes(page)
    await page.locator('#rows button').nth(2).click()
    assert.deepEqual(await findings(page), [])
    await turn(page, 'store')
    await press(page, 'do-use')
    await lanes(page)
    assert.deepEqual(await findings(page), [])
    await turn(page, 'store')
    await page.click('#lock')
    assert.deepEqual(await findings(page), [])
    await page.context().close()
  })
}
