// Very many connections and requests, against a server in a process of its own.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { folderFor } from '../support/folder.ts'
import { Program } from '../support/program.ts'
import { Client, get, type Level } from './support.ts'

interface Told {
  readonly level: Level
  readonly ledger: Readonly<Record<string, number>>
  readonly rss: number
}

async function child(folder: string): Promise<{ program: Program; port: number; told(): Promise<Told> }> {
  const file = fileURLToPath(new URL('server.child.ts', import.meta.url))
  const program = new Program(process.execPath, ['--expose-gc', file, folder])
  const port = Number((await program.says(/port (\d+)/))[1])
  return { program, port, told: async () => (await (await fetch(`http://127.0.0.1:${port}/level`)).json()) as Told }
}

const MB = 1024 * 1024

test('15,000 idle connections are kept, and answered afterwards', async t => {
  const { program, port, told } = await child(folderFor(t).path)
  t.after(() => program.stop())
  const before = await told()
  const clients: Client[] = []
  for (let batch = 0; batch < 30; batch++) {
    const from = `127.0.0.${2 + (batch % 8)}`
    const new500 = await Promise.all(Array.from({ length: 500 }, () => Client.connect(port, { from }, null)))
    await Promise.all(new500.map(client => client.ask()))
    clients.push(...new500)
  }
  const during = await told()
  assert.ok(during.ledger.connections >= 15_000)
  assert.ok(during.rss - before.rss < 300 * MB, `${(during.rss - before.rss) / MB} MB`)
  for (let i = 0; i < clients.length; i += 500) await Promise.all(clients.slice(i, i + 500).map(client => client.ask()))
  for (const client of clients) assert.deepEqual(client.statuses, [200, 200])
  for (const client of clients) client.socket.destroy()
  let after = await told()
  while (after.ledger.connections > 2) after = await told()
  assert.ok(after.level.descriptors <= before.level.descriptors + 1)
  const { connections: _, ...bytes } = after.ledger
  assert.deepEqual(bytes, { head: 0, content: 0, waiting: 0, output: 0 })
})

test('100,000 pipelined requests of a client that does not read wait within bounds, and are then answered', async t => {
  const { program, port, told } = await child(folderFor(t).path)
  t.after(() => program.stop())
  const before = await told()
  const client = await Client.connect(port, { reads: false }, null)
  const COUNT = 100_000
  const sending = (async () => {
    for (let sent = 0; sent < COUNT; sent += 1000) {
      if (!client.socket.write(get().repeat(1000))) await once(client.socket, 'drain')
    }
  })()
  // It stands still when neither side has room: the server's bytes do not change from one look to the next.
  let [last, same] = ['', 0]
  for (let rounds = 0; same < 20 && rounds < 2000; rounds++) {
    const { ledger, rss } = await told()
    assert.ok(rss - before.rss < 100 * MB, `${(rss - before.rss) / MB} MB`)
    assert.ok(ledger.waiting <= 192 * 1024 && ledger.output <= 4 * MB, JSON.stringify(ledger))
    const now = JSON.stringify(ledger)
    same = now === last ? same + 1 : 0
    last = now
  }
  client.socket.resume()
  await sending
  await client.until(() => client.text.endsWith('hello') && client.statuses.length === COUNT)
  client.socket.destroy()
  let after = await told()
  while (after.ledger.connections > 2) after = await told()
})
