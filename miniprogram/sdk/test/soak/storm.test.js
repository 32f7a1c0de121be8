// `npm run soak`: takes a quarter of an hour, with the times of storm.test.js, which has them from a clock of its own.
import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { STATED } from '../support/crowd.js'
import { storm } from '../support/live-storm.js'

const MINUTE = 60_000

test('1,000 phones do not storm a real wxgate in whose outage all their sessions end', { timeout: 20 * MINUTE }, async (t) => {
  const settings = { SESSION__TTL: '240s', SESSION__REFRESH_AFTER: '160s' }
  const found = await storm(t, { within: MINUTE, killedAt: 3 * MINUTE, outage: 8 * MINUTE, after: 1.5 * MINUTE, settings })
  assert.ok(found.peak <= STATED.peak, `${found.peak} in one second of the outage`)
  assert.ok(found.mean <= STATED.mean, `${found.mean} a second in the outage`)
  assert.ok(found.after <= STATED.after, `${found.after} in one second after it`)
  assert.ok(found.back >= 950, `only ${found.back} phones are back`)
  note('1,000 phones of the SDK, wxgate killed for 8 minutes, all sessions end', `${found.mean.toFixed(0)} logins and refreshes a second in it, at most ${found.peak}; at most ${found.after} after it; ${found.back} are back`)
})

/** Hands a figure to scripts/soak, which writes it into docs/RELIABILITY.md. */
function note(how, figure) {
  const folder = fileURLToPath(new URL('../../../../target/soak/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  appendFileSync(join(folder, 'findings.tsv'), `SDK storm\t${how}\t${figure}\n`)
}
