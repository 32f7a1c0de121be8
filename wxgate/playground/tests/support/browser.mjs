// A browser for the tests, and what is wrong with the pages it opens.

import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

/** Screenshots go here, for people to look at. */
export const SCREENSHOTS = process.env.SCREENSHOTS ?? join(tmpdir(), 'wxgate-playground')

/** Chromium: from CHROMIUM, or the first on the path. */
function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  for (const name of [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ]) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    } catch {
      // The next name.
    }
  }
  throw new Error('no Chromium: install it, or name it in CHROMIUM')
}

/** Starts the browser; close it at the end. */
export function launch() {
  mkdirSync(SCREENSHOTS, { recursive: true })
  return chromium.launch({ executablePath: executable(), args: ['--no-sandbox'] })
}

/** Opens the playground as a new visitor. `page.complaints` is what the browser found wrong with it. */
export async function visit(browser, base, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 960 },
    locale: 'en-US',
    colorScheme: 'light',
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(20_000)
  return open(context, base)
}

/** Opens it in one more page of the same browser. */
export async function open(context, base) {
  const page = await context.newPage()
  page.complaints = []
  page.on('pageerror', (error) => page.complaints.push(error.stack))
  page.on('console', (message) => {
    // A refusal of the API is what some tests are about.
    const refusal = /^Failed to load resource/.test(message.text()) && /\/v1\//.test(message.location().url)
    if (message.type() === 'error' && !refusal) page.complaints.push(`${message.text()} ${message.location().url}`)
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(base)) page.complaints.push(`a request to ${request.url()}`)
  })
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, sourceFile }) =>
      console.error(`policy: ${violatedDirective} ${sourceFile}`),
    )
  })
  await page.goto(`${base}/playground`)
  await ready(page)
  return page
}

/** Waits until the page is in use. */
export async function ready(page) {
  await page.waitForFunction(() => document.getElementById('playground').inert === false)
  await page.waitForFunction(() => document.getElementById('live').dataset.live === 'true')
}

/** The page comes in sight, or goes out of it: of a browser without a screen every page would be in sight. */
export async function show(page, isShown) {
  await page.evaluate((isHidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: isHidden })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  }, !isShown)
}

/** Keeps a picture of the page. */
export async function shoot(page, name) {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) })
}
