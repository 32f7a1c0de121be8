// The two switches in the header: language and theme.

import { byId } from './dom.js'
import { language, setLanguage } from './i18n.js'
import { remember } from './memory.js'

const LANGUAGES = { en: 'language-en', 'zh-CN': 'language-zh' }
const THEMES = ['auto', 'light', 'dark']

/** Connects the switches, and shows how they stand. */
export function connectSettings() {
  for (const [name, id] of Object.entries(LANGUAGES)) {
    byId(id).addEventListener('click', () => {
      setLanguage(name)
      show()
    })
  }
  byId('theme').addEventListener('change', ({ target }) => {
    if (target.value === 'auto') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = target.value
    remember('theme', target.value)
  })
  show()
}

function show() {
  for (const [name, id] of Object.entries(LANGUAGES)) byId(id).setAttribute('aria-pressed', String(language() === name))
  const { theme } = document.documentElement.dataset
  byId('theme').value = THEMES.includes(theme) ? theme : 'auto'
}
