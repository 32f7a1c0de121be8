// Elements without a framework, and without inline styles, which the page's policy forbids.

/** An element: `on…` are listeners, `vars` custom properties, the rest attributes; undefined and false are left out. */
export function el(tag, properties = {}, ...children) {
  const node =
    tag === 'svg' || tag === 'path'
      ? document.createElementNS('http://www.w3.org/2000/svg', tag)
      : document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else if (name === 'vars') Object.entries(value).forEach(([key, text]) => node.style.setProperty(`--${key}`, text))
    else node.setAttribute(name, value === true ? '' : value)
  }
  node.append(...present(children))
  return node
}

/**
 * Replaces what is in `root`. A child that is among the new ones is never taken out, so that typing goes on in it.
 * What had the focus has it again, if something with its id is there.
 */
export function fill(root, ...children) {
  const focused = root.contains(document.activeElement) ? document.activeElement.id : ''
  const next = present(children)
  for (const old of [...root.childNodes]) if (!next.includes(old)) old.remove()
  let place = root.firstChild
  for (const child of next) {
    if (child === place) place = place.nextSibling
    else if (place) place.before(child)
    else root.append(child)
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true })
}

/** The element with this id, which index.html has. */
export function byId(id) {
  return document.getElementById(id)
}

function present(children) {
  return children.flat(2).filter((child) => child !== undefined && child !== null && child !== false)
}
