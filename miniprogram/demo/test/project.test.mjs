// What WeChat's developer tools will look for.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const file = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const json = (path) => JSON.parse(readFileSync(file(path), 'utf8'))

test('the copy of the SDK is that of the sources: `npm run sdk` renews it', () => {
  assert.equal(readFileSync(file('app/sdk/index.js'), 'utf8'), readFileSync(file('../sdk/dist/cjs/index.js'), 'utf8'))
})

test('the project opens as it is: no account, no domain check, every page with all its files', () => {
  const project = json('project.config.json')
  assert.equal(project.appid, 'touristappid')
  assert.equal(project.setting.urlCheck, false)
  const { pages, themeLocation, sitemapLocation } = json('app/app.json')
  for (const path of ['app.js', 'app.wxss', themeLocation, sitemapLocation, ...pages.flatMap((page) => ['js', 'json', 'wxml', 'wxss'].map((kind) => `${page}.${kind}`))]) {
    assert.ok(existsSync(file(project.miniprogramRoot + path)), path)
  }
})

test('every colour that app.json names is there in light and in dark', () => {
  const { window } = json('app/app.json')
  const theme = json('app/theme.json')
  const named = Object.values(window).filter((value) => value[0] === '@').map((value) => value.slice(1))
  for (const mode of ['light', 'dark']) assert.deepEqual(named.filter((name) => !theme[mode][name]), [])
})
