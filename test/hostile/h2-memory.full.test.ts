// Memory under attack, in a server that is a process of its own: what is alive grows by at most 20 MB whatever is sent,
// and goes back when the attackers are gone; another client is answered all the time, for it is the one that asks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { H2Client } from '../support/h2-client.ts'
import { get, post } from '../support/h2-frames.ts'
import { ATTACKS, type Attack } from './h2-attacks.ts'
import { flood } from './h2-floods.ts'
import { Target } from './h2-target.ts'

const MB = 1024 * 1024
const MOST = 20 * MB
/** At the same time. */
const ATTACKERS = 4

async function attackOnce(target: Target, attack: Attack, reads: boolean): Promise<H2Client> {
  const client = (await H2Client.connect(target.port, { opensWindows: false, keeps: false })).greet(attack.settings)
  await client.frame(({ name }) => name === 'SETTINGS')
  if (!reads) client.stopReading()
  await flood(client, { ...attack, frames: 0 }, () => client.isOver)
  return client
}

for (const reads of [true, false]) {
  test(`memory under every attack grows by at most 20 MB, replies ${reads ? 'read' : 'unread'}`, async t => {
    const target = await Target.start()
    t.after(() => target.stop())
    await target.told()
    const before = await target.told()
    for (const attack of ATTACKS) {
      let over = false
      const attacks = Promise.all(Array.from({ length: ATTACKERS }, () => attackOnce(target, attack, reads)))
      attacks.finally(() => {
        over = true
      })
      for (let last = false; !last; ) {
        last = over
        const { memory, ledger } = await target.told()
        const grown = memory - before.memory
        assert.ok(grown < MOST, `${attack.name}: ${(grown / MB).toFixed(1)} MB, ${JSON.stringify(ledger)}`)
      }
      for (const client of await attacks) client.reset()
    }
    const after = await target.alone()
    assert.ok(after.level.descriptors <= before.level.descriptors)
    assert.deepEqual(
      { ...after.ledger, connections: 0 },
      { connections: 0, head: 0, content: 0, waiting: 0, output: 0 },
    )
    assert.ok(after.memory - before.memory < MOST / 2)
  })
}

test('20,000 unfinished requests over 160 connections take at most 20 MB, and leave nothing', async t => {
  const target = await Target.start()
  t.after(() => target.stop())
  await target.told()
  const before = await target.told()
  for (const unfinished of [true, false]) {
    const clients: H2Client[] = []
    for (let i = 0; i < 160; i++) {
      const client = (await H2Client.connect(target.port, { keeps: false })).greet()
      for (let j = 0; j < 125; j++)
        client.request(unfinished ? post('/deaf') : get('/deaf'), { endStream: !unfinished })
      clients.push(client)
    }
    const during = await target.told()
    const grown = during.memory - before.memory
    assert.ok(grown < MOST, `${(grown / MB).toFixed(1)} MB`)
    for (const client of clients) client.reset()
    const after = await target.alone()
    assert.ok(after.level.descriptors <= before.level.descriptors)
  }
})
