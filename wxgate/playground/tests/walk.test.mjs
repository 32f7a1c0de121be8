// The walk through: every step of the guide, in both languages and both themes.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, shoot, visit } from './support/browser.mjs'
import { called, calls, covering, labels, lanes, press } from './support/hand.mjs'
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

const WALKS = [
  { locale: 'en-US', colorScheme: 'light', said: 'You are logged in.', pictures: 'en-light' },
  { locale: 'zh-CN', colorScheme: 'dark', said: '登录成功。', pictures: 'zh-dark' },
]

for (const { said, pictures, ...visitor } of WALKS) {
  test(`a walk through all steps: ${pictures}`, async () => {
    const page = await visit(browser, wxgate.base, visitor)
    await shoot(page, `${pictures}-0-empty`)

    assert.deepEqual(await press(page, 'do-login'), { kind: 'good', text: said })
    assert.deepEqual((await lanes(page)).sort(), ['crypto', 'gateway', 'session', 'sql', 'store', 'wechat'])
    const login = await labels(page)
    assert.equal(login[0], 'wx.login')
    assert.equal(login[1], 'POST /v1/login')
    for (const label of ['Login', 'accounts.sign_in', 'GET /sns/jscode2session', 'SealSessionKey']) assert.ok(login.includes(label), label)
    assert.equal(login.at(-1), '200')
    assert.deepEqual(await covering(page), [])
    await shoot(page, `${pictures}-1-login`)

    await press(page, 'do-use')
    assert.deepEqual(
      (await lanes(page)).filter((lane) => ['wechat', 'crypto'].includes(lane)),
      [],
      'nobody else is asked',
    )
    assert.equal(await page.locator('.stamped').count(), 1)

    await press(page, 'do-phone')
    assert.match(await page.textContent('.figures'), /^\d{3} \*{4} \d{4}$/)
    await lanes(page)
    await shoot(page, `${pictures}-2-phone`)

    await page.fill('#nickname', '小美')
    await press(page, 'do-rename')
    assert.equal(await page.textContent('.who strong'), '小美')

    const token = await page.textContent('.token code')
    await page.click('#skip20')
    await called(page, 'POST /v1/session/refresh 200')
    await page.waitForFunction((old) => document.querySelector('.token code').textContent !== old, token)

    await page.click('#hold-b')
    await press(page, 'do-login')
    await press(page, 'do-sessions')
    assert.equal(await page.locator('.devices li').count(), 2)
    await lanes(page)
    await shoot(page, `${pictures}-3-second`)

    await press(page, 'do-everywhere')
    await page.waitForSelector('.welcome')
    await page.click('#clear')
    await page.click('#hold-a')
    await press(page, 'do-use')
    assert.deepEqual(await calls(page), ['GET /v1/session 200', 'POST /v1/login 200', 'GET /v1/session 401'])
    await page.locator('#calls button').nth(2).click()
    await lanes(page)
    assert.deepEqual(await covering(page), [])
    await shoot(page, `${pictures}-4-everywhere`)

    assert.equal(await page.locator('#steps .done').count(), 6, 'all steps but the bad day are ticked off')
    assert.deepEqual(page.complaints, [])
    await page.context().close()
  })
}

test('a session, the choice of language and that of theme survive a reload', async () => {
  const page = await visit(browser, wxgate.base)
  await press(page, 'do-login')
  await page.click('#language-zh')
  await page.selectOption('#theme', 'dark')
  assert.equal(await page.title(), 'wxgate 演练场')
  await page.reload()
  await page.waitForSelector('.who')
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN')
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark')
  await press(page, 'do-use')
  assert.deepEqual(await calls(page), ['GET /v1/session 200'], 'it is the session from before')
  await page.click('#language-en')
  assert.equal(await page.textContent('#do-logout'), 'Log out')
  assert.deepEqual(page.complaints, [])
  await page.context().close()
})

test('a locked phone refreshes nothing until it is looked at', async () => {
  const page = await visit(browser, wxgate.base)
  await press(page, 'do-login')
  await page.click('#lock')
  await page.click('#skip20')
  await page.waitForTimeout(500) // nothing comes: there is no event to wait for
  assert.deepEqual(await calls(page), ['POST /v1/login 200'])
  await page.click('#lock')
  await called(page, 'POST /v1/session/refresh 200')
  await page.click('#clear')
  await page.click('#skip60')
  await called(page, 'POST /v1/login 200') // what slept too long logs in again
  assert.equal((await calls(page)).length, 1)
  assert.deepEqual(page.complaints, [])
  await page.context().close()
})

test('a redraw does not break off what is being typed', async () => {
  const page = await visit(browser, wxgate.base)
  await press(page, 'do-login')
  const keyboard = await page.context().newCDPSession(page)
  await page.focus('#nickname')
  await keyboard.send('Input.imeSetComposition', { text: 'xiao', selectionStart: 4, selectionEnd: 4 })
  await page.dispatchEvent('#skip20', 'click')
  await called(page, 'POST /v1/session/refresh 200')
  await keyboard.send('Input.insertText', { text: '小' })
  assert.equal(await page.inputValue('#nickname'), '小')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.querySelector('.who strong').textContent === '小')
  assert.equal(await page.evaluate(() => document.activeElement.id), 'nickname')
  assert.deepEqual(page.complaints, [])
  await page.context().close()
})

test('the nickname field forgets what was typed when it is saved, and when the user goes', async () => {
  const page = await visit(browser, wxgate.base)
  await press(page, 'do-login')
  await page.fill('#nickname', '  Mei ')
  await press(page, 'do-rename')
  assert.equal(await page.inputValue('#nickname'), 'Mei')
  await page.fill('#nickname', 'a draft')
  await press(page, 'do-logout')
  await press(page, 'do-login')
  assert.equal(await page.inputValue('#nickname'), 'Mei')
  await page.fill('#nickname', 'a draft')
  await page.click('#other')
  await page.waitForSelector('.welcome')
  await press(page, 'do-login')
  assert.equal(await page.inputValue('#nickname'), '')
  assert.deepEqual(page.complaints, [])
  await page.context().close()
})

test('another user starts from nothing', async () => {
  const page = await visit(browser, wxgate.base)
  await press(page, 'do-login')
  const first = await page.textContent('.who .id')
  await page.click('#other')
  await page.waitForSelector('.welcome')
  await press(page, 'do-login')
  assert.notEqual(await page.textContent('.who .id'), first)
  assert.deepEqual(page.complaints, [])
  await page.context().close()
})
