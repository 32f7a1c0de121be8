// Two languages. Texts are in text-en.js and text-zh.js, under the same keys.

import { en } from './text-en.js'
import { zh } from './text-zh.js'
import { remember } from './memory.js'

const texts = { en, 'zh-CN': zh }
const listeners = []

/** `en` or `zh-CN`: early.js chose it, the switch changes it. */
export function language() {
  return document.documentElement.lang
}

/** The text under `key`, with `{name}` replaced by `values.name`. A missing text is its key, so that it is noticed. */
export function t(key, values = {}) {
  const text = texts[language()][key] ?? key
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
}

/** The text under `key`, if there is one. */
export function maybe(key) {
  return key in texts[language()] ? t(key) : undefined
}

/** Changes the language, and remembers it. */
export function setLanguage(next) {
  document.documentElement.lang = next
  remember('language', next)
  translatePage()
  listeners.forEach((listener) => listener())
}

/** Calls `listener` whenever the language has changed. */
export function onLanguage(listener) {
  listeners.push(listener)
}

/** Puts texts into what index.html marks with `data-t` and `data-t-label`. */
export function translatePage() {
  document.title = t('page.title')
  for (const node of document.querySelectorAll('[data-t]:not([data-t=""])')) node.textContent = t(node.dataset.t)
  for (const node of document.querySelectorAll('[data-t-label]'))
    node.setAttribute('aria-label', t(node.dataset.tLabel))
}
