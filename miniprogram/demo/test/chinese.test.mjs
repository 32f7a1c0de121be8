// How the repository's Chinese is set: full-width punctuation, one style of quotation marks, a space before and after Latin.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const APP = 'miniprogram/demo/app/'

const pages = readdirSync(`${ROOT}docs`).filter((name) => name.endsWith('.zh-CN.md'))
const app = readdirSync(ROOT + APP, { recursive: true }).filter((name) => /^(?!sdk).*\.(js|json|wxml)$/.test(name))
const files = [
  'README.zh-CN.md',
  ...pages.map((name) => `docs/${name}`),
  'miniprogram/demo/README.md',
  ...app.map((name) => APP + name),
  'wxgate/playground/index.html',
  'wxgate/playground/js/text-zh.js',
]

const HALF = '[,:;?!()]'
const LATIN = '[A-Za-z0-9]'
const FAULTS = new RegExp(
  [
    `\\p{Script=Han}[*]*${HALF}|${HALF}[*]*\\p{Script=Han}|[，：；？！（）、。]${HALF}`,
    `\\p{Script=Han}${LATIN}|${LATIN}\\p{Script=Han}`,
    '[「」]',
  ].join('|'),
  'u',
)

/** The lines of a text that are set wrongly. In Markdown, code and the targets of links do not count. */
function faulty(text, isMarkdown = true) {
  const words = isMarkdown ? text.replace(/`[^`\n]*`/g, 'x').replace(/\]\([^)\n]*\)/g, ']') : text
  return words.split('\n').filter((line) => FAULTS.test(line))
}

test('Chinese has full-width punctuation, quotation marks of one kind, and a space between it and Latin', () => {
  assert.ok(files.length > 15, files.join())
  const found = files.flatMap((name) => {
    const lines = faulty(readFileSync(ROOT + name, 'utf8'), name.endsWith('.md'))
    return lines.map((line) => `${name}: ${line}`)
  })
  assert.deepEqual(found, [])
})

test('what is set wrongly is seen, and code is let alone', () => {
  for (const line of ['好,再见', '好: a', 'a (好)', '**好**:', '`a`(好', '好」', '用code', '用`a`', '（好）:']) {
    assert.equal(faulty(line).length, 1, line)
  }
  for (const line of ['好，再见（a）：b', '`f(好)` 与 [好](a,b)：c', "t('好')", '1,000 个', 'a, b (c): 好。']) {
    assert.deepEqual(faulty(line), [])
  }
})
