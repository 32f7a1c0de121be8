// What the page is made of.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { en } from '../js/text-en.js'
import { zh } from '../js/text-zh.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SDK = fileURLToPath(new URL('../../../miniprogram/sdk/', import.meta.url))
const VENDOR = 'vendor/wxgate-miniprogram.js'

const files = readdirSync(ROOT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`.slice(ROOT.length).replace(/^\//, ''))
  .filter((name) => name === 'index.html' || /^(css|js|vendor)\//.test(name))
const ours = files.filter((name) => name !== VENDOR)
const text = (name) => readFileSync(ROOT + name, 'utf8')

test('the page is made of few files, and small ones', () => {
  assert.ok(files.length < 30, `${files.length} files`)
  for (const name of ours) assert.ok(text(name).split('\n').length <= 400, name)
})

test('nothing is loaded from elsewhere, and nothing is inline', () => {
  for (const name of files) {
    assert.doesNotMatch(
      text(name).replaceAll('http://www.w3.org/2000/svg', ''),
      /https?:\/\/[\w.-]+\/|url\(\s*['"]?(https?:)?\/\//,
      name,
    )
  }
  assert.doesNotMatch(text('index.html'), /<script(?![^>]* src=)|<style| style=| on\w+=/)
})

test('index.html names every file that it loads, and each is there', () => {
  const loaded = [...text('index.html').matchAll(/(?:src|href)="\/playground\/([^"]+)"/g)].map(([, name]) => name)
  assert.ok(loaded.length > 5)
  for (const name of loaded) assert.ok(files.includes(name), name)
})

test('both languages say the same things, with the same values', () => {
  assert.deepEqual(Object.keys(zh), Object.keys(en))
  const values = (words) => [...words.matchAll(/\{\w+\}/g)].map(String).sort()
  for (const key of Object.keys(en)) assert.deepEqual(values(zh[key]), values(en[key]), key)
})

test('every text that is asked for is there', () => {
  const asked = ours.flatMap((name) =>
    [...text(name).matchAll(/\bt\('([^']+)'|data-t(?:-label)?="([^"]+)"/g)].map(([, one, other]) => one ?? other),
  )
  assert.ok(asked.length > 30)
  for (const key of asked) assert.ok(key in en, key)
})

test('every text is asked for, by its key or by what its key begins with', () => {
  const source = ours.filter((name) => !/text-/.test(name)).map(text).join('\n')
  const made = [...source.matchAll(/`([a-z]+\.[^`]*\$\{[^`]*)`/g)].map(
    ([, template]) => new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\$\{[^}]*\}/g, '.+')}$`),
  )
  const isAsked = (key) => source.includes(`'${key}'`) || source.includes(`"${key}"`) || made.some((each) => each.test(key))
  assert.deepEqual(Object.keys(en).filter((key) => !isAsked(key)), [])
})

test(
  'the SDK here is the one that the repository builds',
  { skip: !existsSync(`${SDK}package.json`) && 'there is no SDK here' },
  () => {
    const built = `${SDK}dist/esm/index.js`
    assert.ok(existsSync(built), `build it first: npm --prefix ${SDK} run build`)
    assert.equal(text(VENDOR), readFileSync(built, 'utf8'), `cp ${built} ${ROOT}${VENDOR}`)
  },
)
