import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STATED } from './support/crowd.js'
import { storm } from './support/live-storm.js'

const SECOND = 1000

test('1,000 phones do not storm a real wxgate that was killed and has lost their sessions', { timeout: 180_000 }, async (t) => {
  const found = await storm(t, { within: 20 * SECOND, killedAt: 20 * SECOND, outage: 8 * SECOND, after: 20 * SECOND })
  assert.ok(found.peak <= 10, 'nobody asks for another session before the old one is refused')
  assert.ok(found.after <= STATED.lost, `${found.after} in one second after it`)
  assert.ok(found.exchanged <= 1000, 'no phone logs in twice')
  assert.ok(found.back > 990, `only ${found.back} phones are back`)
})
