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
/** What stands for code in a Chinese page: punctuation beside it is as beside Chinese, spaces are as beside Latin. */
const CODE = '\uE000'
/** What stands for the ends of a link: its text may be Latin, the sentence around it is not. */
const [OPEN, CLOSE] = ['\uE001', '\uE002']
const FAULTS = new RegExp(
  [
    `[\\p{Script=Han}${CODE}${CLOSE}][*]*${HALF}|${HALF}[*]*[\\p{Script=Han}${CODE}${OPEN}]|[，：；？！（）、。]${HALF}`,
    `\\p{Script=Han}[${CODE}A-Za-z0-9]|[${CODE}A-Za-z0-9]\\p{Script=Han}`,
    '[「」]',
  ].join('|'),
  'u',
)

/** The lines of a text that are set wrongly. In Markdown, what code says and where links lead do not count. */
function faulty(text, kind = 'page') {
  return plain[kind](text).split('\n').filter((line) => FAULTS.test(line))
}

const CODES = /`[^`\n]+`/g
const LINKS = /!?\[([^\]\n]*)\]\([^)\n]*\)/g
const plain = {
  page: (text) => text.replace(CODES, CODE).replace(LINKS, `${OPEN}$1${CLOSE}`),
  // English sentences beside Chinese ones have half-width punctuation beside code.
  bilingual: (text) => text.replace(CODES, 'x').replace(LINKS, '[$1]'),
  program: (text) => text,
}

function kindOf(name) {
  if (name.endsWith('.zh-CN.md')) return 'page'
  return name.endsWith('.md') ? 'bilingual' : 'program'
}

test('Chinese has full-width punctuation, quotation marks of one kind, and a space between it and Latin', () => {
  assert.ok(files.length > 15, files.join())
  const found = files.flatMap((name) => {
    const lines = faulty(readFileSync(ROOT + name, 'utf8'), kindOf(name))
    return lines.map((line) => `${name}: ${line}`)
  })
  assert.deepEqual(found, [])
})

test('what is set wrongly is seen, and code is let alone', () => {
  for (const line of ['好,再见', '好: a', 'a (好)', '**好**:', '`a`(好', '好」', '用code', '用`a`', '（好）:']) {
    assert.equal(faulty(line).length, 1, line)
    assert.equal(faulty(line, 'bilingual').length, 1, line)
  }
  for (const line of ['`a`:', '**wafer**(`a`)', '`a`, `b`', '[好](a):', '[a](b):', '见（[a](b), [a](b)）']) {
    assert.equal(faulty(line).length, 1, line)
  }
  for (const line of ['好，再见（a）：b', '`f(好)` 与 [好](a,b)：c', "t('好')", '1,000 个', 'a, b (c): 好。']) {
    assert.deepEqual(faulty(line), [])
  }
})
