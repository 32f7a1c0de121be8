// Contrast of text, as WCAG 2.2 counts it (1.4.3, AA).

/** Texts below 4.5 : 1, as `text: ratio`. Their ground is the nearest opaque background. */
export function contrastFailures(page) {
  return page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
    const rgba = (color) => {
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = color
      canvas.fillRect(0, 0, 1, 1)
      return canvas.getImageData(0, 0, 1, 1).data
    }
    const luminance = (color) => {
      const [r, g, b] = [...rgba(color)].slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const ground = (node) => {
      for (let at = node; at; at = at.parentElement) {
        const color = getComputedStyle(at).backgroundColor
        if (rgba(color)[3] === 255) return color
      }
      return 'white'
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const failures = []
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const node = text.parentElement
      if (!text.data.trim() || !node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || node.closest('option, .unseen, .skip')) continue
      const [one, other] = [luminance(getComputedStyle(node).color), luminance(ground(node))].sort((a, b) => b - a)
      const ratio = (one + 0.05) / (other + 0.05)
      if (ratio < 4.5) failures.push(`${text.data.trim()}: ${ratio.toFixed(2)}`)
    }
    return failures
  })
}
