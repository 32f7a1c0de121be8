// What a hand does with the page, and what an eye sees there.

import assert from 'node:assert/strict'

/** Presses a button of the phone and waits until nothing is under way; otherwise as `settled`. */
export async function press(page, id, kind) {
  await page.click(`#${id}`)
  return settled(page, kind)
}

/**
 * Waits until the phone has done what it was told, and gives what it says then: `{kind, text}`. With a `kind` it must be
 * that one, or whoever reads the failure is told of which calls.
 */
export async function settled(page, kind) {
  const over = () => {
    if (document.getElementById('phone-page').getAttribute('aria-busy') !== 'false') return false
    const { dataset, textContent } = document.getElementById('phone-notice')
    return { kind: dataset.kind, text: textContent }
  }
  const seen = await page.waitForFunction(over, undefined, { timeout: 45_000 })
  const said = await seen.jsonValue()
  if (kind) assert.equal(said.kind, kind, `${said.text} (${await calls(page)})`)
  return said
}

/** Turns a switch of the bad day. */
export async function turn(page, name) {
  await page.click(`#trouble-${name} + .knob`)
}

/** The list of calls, newest first: `POST /v1/login 200`. */
export function calls(page) {
  return page.$$eval('#calls button', (buttons) =>
    buttons.map(
      (button) => `${button.querySelector('.name').textContent} ${button.querySelector('.status').textContent}`,
    ),
  )
}

/** Waits for a call, however it comes to be listed. */
export async function called(page, call) {
  await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll('#calls button')].some(
        (button) =>
          `${button.querySelector('.name').textContent} ${button.querySelector('.status').textContent}` === wanted,
      ),
    call,
  )
}

/** Waits until the services have told about the call that is shown, and gives the lanes that were called. */
export async function lanes(page) {
  await page.waitForFunction(() => document.querySelectorAll('#rows .row:not(.note)').length > 3)
  return page.$$eval('#rows .call .arrow', (arrows) => [...new Set(arrows.map((arrow) => arrow.dataset.to))])
}

/** The labels of the diagram's rows, top to bottom. */
export function labels(page) {
  return page.$$eval('#rows .label', (nodes) => nodes.map((node) => node.textContent))
}

/** The labels of the diagram that lie on a lane at work, or reach beyond the row. */
export function covering(page) {
  return page.$$eval('#rows .track', (tracks) => {
    /** Where a lane at work is drawn in a row. */
    const bar = (lane) => {
      const { x, y } = lane.getBoundingClientRect()
      const [left, top, width, height] = ['left', 'top', 'width', 'height'].map((side) =>
        parseFloat(getComputedStyle(lane, '::after')[side]),
      )
      return { left: x + left, right: x + left + width, top: y + top, bottom: y + top + height }
    }
    const meet = (one, other) =>
      Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 &&
      Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1
    const isWrong = (track) => {
      const label = track.querySelector('.label span').getBoundingClientRect()
      const edge = track.closest('.row').getBoundingClientRect()
      const lies = [...track.querySelectorAll('i.on')].some((lane) => meet(label, bar(lane)))
      return lies || label.left < edge.left || label.right > edge.right
    }
    return tracks.filter(isWrong).map((track) => track.querySelector('.label').textContent)
  })
}
