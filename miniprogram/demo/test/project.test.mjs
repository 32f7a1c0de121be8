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

test('what is written small can be read: a contrast of 4.5 at least, in light and in dark', () => {
  const [light, dark] = readFileSync(file('app/app.wxss'), 'utf8').split('@media (prefers-color-scheme: dark)')
  const colours = (text) => Object.fromEntries([...text.matchAll(/--(\w+): (#\w{6})/g)].map(([, name, value]) => [name, value]))
  for (const mode of [colours(light), { ...colours(light), ...colours(dark) }]) {
    for (const ground of [mode.card, mode.background, mode.button, mode.line]) {
      for (const name of ['text', 'muted', 'danger']) assert.ok(contrast(mode[name], ground) >= 4.5, `${name} on ${ground}`)
    }
    assert.ok(contrast('#ffffff', mode.badge) >= 4.5, 'badge')
  }
})

test('what is tapped is a button, and an error is spoken', () => {
  for (const page of json('app/app.json').pages) {
    const tags = readFileSync(file(`app/${page}.wxml`), 'utf8').match(/<[a-z][^>]*>/g)
    const silent = (tag) => !/^<button/.test(tag) && /bindtap/.test(tag) && !/aria-role="button"/.test(tag)
    const unspoken = (tag) => /class="[^"]*\berror\b/.test(tag) && !/aria-role="alert"/.test(tag)
    assert.deepEqual(tags.filter((tag) => silent(tag) || unspoken(tag)), [])
  }
})

/** The contrast of two colours, `#rrggbb`, as WCAG reckons it. */
function contrast(one, other) {
  const channel = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  const luminance = (colour) => {
    const [red, green, blue] = colour.match(/\w\w/g).map((part) => channel(parseInt(part, 16) / 255))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}
