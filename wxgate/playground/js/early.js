// Before anything is drawn: the remembered theme and language. A classic script, so that nothing flashes.
;(() => {
  const remembered = (name) => {
    try {
      return localStorage.getItem(`wxgate.playground.${name}`)
    } catch {
      return null // storage is denied: follow the system
    }
  }
  const root = document.documentElement
  const theme = remembered('theme')
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
  const lang = remembered('language') ?? navigator.language
  root.lang = lang.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
})()
