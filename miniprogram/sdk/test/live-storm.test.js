import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STATED } from './support/crowd.js'
import { storm } from './support/live-storm.js'

const SECOND = 1000

test('1,000 phones do not storm a real wxgate that was killed and has lost their sessions', { timeout: 240_000 }, async (t) => {
  const found = await storm(t, { within: 20 * SECOND, killedAt: 20 * SECOND, outage: 8 * SECOND, after: 45 * SECOND })
  assert.ok(found.peak <= STATED.peak, `${found.peak} in one second of the outage`)
  assert.ok(found.after <= STATED.lost, `${found.after} in one second after it`)
  assert.ok(found.back >= 950, `only ${found.back} phones are back`)
  assert.ok(found.exchanged >= 950 && found.exchanged <= 1000, `${found.exchanged} codes for 1,000 phones`)
})
