// Very many HTTP/2 connections and requests, against a server in a process of its own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { H2Client } from '../support/h2-client.ts'
import { type Field, get, headers } from '../support/h2-frames.ts'
import { Target } from './h2-target.ts'

const MB = 1024 * 1024

test('15,000 idle HTTP/2 connections are kept, and answered afterwards', async t => {
  const target = await Target.start()
  t.after(() => target.stop())
  await target.told()
  const before = await target.told()
  const clients: H2Client[] = []
  const ask = async (client: H2Client): Promise<void> => {
    const stream = client.request()
    assert.equal((await client.answered(stream)).status, 200)
    client.frames.splice(0)
  }
  for (let batch = 0; batch < 30; batch++) {
    const from = `127.0.0.${2 + (batch % 8)}`
    const new500 = await Promise.all(Array.from({ length: 500 }, () => H2Client.connect(target.port, { from })))
    await Promise.all(new500.map(client => ask(client.greet())))
    clients.push(...new500)
  }
  const during = await target.told()
  assert.ok(during.ledger.connections > 15_000)
  const each = (during.memory - before.memory) / 15_000
  t.diagnostic(`${Math.round(each)} bytes of memory for each, ${Math.round((during.rss - before.rss) / 15_000)} of RSS`)
  assert.ok(each < 8000, `${each} bytes each`)
  for (let i = 0; i < clients.length; i += 500) await Promise.all(clients.slice(i, i + 500).map(ask))
  for (const client of clients) client.destroy()
  const after = await target.alone()
  assert.ok(after.level.descriptors <= before.level.descriptors)
  assert.deepEqual({ ...after.ledger, connections: 0 }, { connections: 0, head: 0, content: 0, waiting: 0, output: 0 })
  assert.ok(after.memory - before.memory < 20 * MB)
})

/** Its reply has no content: no window keeps it from being complete. */
const HEAD: readonly Field[] = [[':method', 'HEAD'], ...get().slice(1)]

test('100,000 requests of an HTTP/2 client that does not read wait within bounds, and are then answered', async t => {
  const target = await Target.start()
  t.after(() => target.stop())
  await target.told()
  const before = await target.told()
  const client = (await H2Client.connect(target.port, { keeps: false })).greet()
  await client.frame(({ name }) => name === 'SETTINGS')
  client.stopReading()
  const COUNT = 100_000
  const sending = (async () => {
    for (let sent = 0; sent < COUNT && !client.isOver; sent += 100) {
      const frames = Array.from({ length: 100 }, () => headers(client.nextStream(), HEAD, { endStream: true }))
      client.send(...frames)
      await client.wire.drained()
      await new Promise(resolve => setImmediate(resolve))
    }
  })()
  // It stands still when neither side has room: the server's bytes do not change from one look to the next.
  let [last, same] = ['', 0]
  for (let rounds = 0; same < 20 && rounds < 2000; rounds++) {
    const { ledger, memory } = await target.told()
    assert.ok(memory - before.memory < 20 * MB, `${(memory - before.memory) / MB} MB`)
    assert.ok(ledger.output <= MB, JSON.stringify(ledger))
    const now = JSON.stringify(ledger)
    same = now === last ? same + 1 : 0
    last = now
  }
  client.goOnReading()
  await sending
  await client.until(() => client.openStreams.length === 0 || client.isOver)
  assert.equal(client.goaway, null)
  client.destroy()
  await target.alone()
})
