// For everybody: a phone's width, a keyboard alone, names for screen readers, enough contrast.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { findings } from './support/axe.mjs'
import { launch, SCREENSHOTS, shoot, visit } from './support/browser.mjs'
import { covering, lanes, press, settled, turn } from './support/hand.mjs'
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
    assert.deepEqual(await covering(page), [])
    await page.locator('#rows button').nth(4).tap()
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360)
    await page.screenshot({ path: join(SCREENSHOTS, `mobile-${locale}.png`), fullPage: true })
    await turn(page, 'store')
    await press(page, 'do-use')
    await lanes(page)
    await page.screenshot({ path: join(SCREENSHOTS, `mobile-${locale}-store.png`), fullPage: true })
    assert.deepEqual(await covering(page), [])
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360)
    await turn(page, 'store')
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
  await settled(page, 'good')
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

/** The buttons on the phone's screen that look like what is behind them. */
function flatButtons(page) {
  return page.$$eval('#phone-page button', (buttons) => {
    const painted = (node) => getComputedStyle(node).backgroundColor
    const behind = (node) => (painted(node) === 'rgba(0, 0, 0, 0)' ? behind(node.parentElement) : painted(node))
    const luminance = (colour) => {
      const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
      const [red, green, blue] = colour.match(/[\d.]+/g).map((part) => linear(part / 255))
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
    }
    const contrast = (one, other) => {
      const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b)
      return light / dark
    }
    return buttons
      .filter((button) => contrast(painted(button), behind(button.parentElement)) < 1.08)
      .map(({ id }) => id)
  })
}

for (const colorScheme of ['light', 'dark']) {
  test(`a button on the phone's screen has a ground of its own: ${colorScheme}`, async () => {
    const page = await visit(browser, wxgate.base, { colorScheme })
    assert.deepEqual(await flatButtons(page), [])
    await press(page, 'do-login')
    assert.deepEqual(await flatButtons(page), [])
    await page.context().close()
  })
}
