import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passing, scene } from './support/scene.js'

const NUMBER = { phoneNumber: '13800000001', purePhoneNumber: '13800000001', countryCode: '86' }
const TAP = { detail: { errMsg: 'getPhoneNumber:ok', code: 'phone-code', encryptedData: 'AAAA', iv: 'BBBB' } }
const ok = (members) => ({ status: 200, body: JSON.stringify(members) })

/** A server whose answers to these two paths are planned. */
function desk(answers) {
  const it = scene()
  it.server.outage = ({ path, count }) => answers[path] && answers[path](count)
  return it
}

test('a server that redeems codes is given the code alone, and vouches for the number', async () => {
  const { clock, client, server } = desk({ '/v1/phone-number': () => ok({ ...NUMBER, verified: true }) })
  assert.deepEqual(await passing(clock, client.getPhoneNumber(TAP)), { ...NUMBER, verified: true })
  assert.deepEqual(JSON.parse(server.asked.at(-1).wire.body), { code: 'phone-code' })
  assert.equal(server.count('/v1/open-data/decrypt'), 0)
})

test('a code whose answer was lost is sent again', async () => {
  const { clock, client, server } = desk({
    '/v1/phone-number': (count) => (count === 1 ? new Error('lost') : ok({ ...NUMBER, verified: true })),
  })
  await passing(clock, client.getPhoneNumber(TAP))
  assert.equal(server.count('/v1/phone-number'), 2)
})

test('a server that does not redeem codes opens the data that came along', async () => {
  const { clock, client } = desk({
    '/v1/phone-number': () => ({ status: 404, body: '{"code":"not_found"}' }),
    '/v1/open-data/decrypt': () => ok({ data: NUMBER }),
  })
  assert.deepEqual(await passing(clock, client.getPhoneNumber(TAP)), { ...NUMBER, verified: false })
})

test('where only a code came and nobody redeems it, that is said', async () => {
  const { clock, client } = desk({ '/v1/phone-number': () => ({ status: 404, body: '{"code":"not_found"}' }) })
  const tap = { detail: { errMsg: 'getPhoneNumber:ok', code: 'phone-code' } }
  await assert.rejects(passing(clock, client.getPhoneNumber(tap)), { code: 'not_found' })
})

test('a refused code is the answer: the data is not tried behind its back', async () => {
  const { clock, client, server } = desk({ '/v1/phone-number': () => ({ status: 401, body: '{"code":"login_code_rejected"}' }) })
  await assert.rejects(passing(clock, client.getPhoneNumber(TAP)), { code: 'login_code_rejected' })
  assert.equal(server.count('/v1/open-data/decrypt'), 0)
  assert.equal(server.count('/v1/login'), 1)
})
