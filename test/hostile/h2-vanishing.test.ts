// Clients over HTTP/2 that vanish at every stage, in every way there is, and clients that reset their streams half way:
// nothing of them may be left, neither descriptors nor generators nor bytes, and others are answered.
import assert from 'node:assert/strict'
import { truncateSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { bodyOf, type Handler, Reply } from '../../src/exchange/index.ts'
import { files } from '../../src/files/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { folderFor } from '../support/folder.ts'
import type { H2Client } from '../support/h2-client.ts'
import { data, get, headers, post, preface, rstStream, windowUpdate } from '../support/h2-frames.ts'
import { target } from './h2-support.ts'
import { type House, house, until, type Wire } from './support.ts'

const COUNT = 100
const MB = 1024 * 1024

const WAYS_OUT: Record<string, (client: H2Client) => void> = {
  resets: client => client.reset(),
  closes: client => client.destroy(),
  'stops sending and then closes': client => client.finish(),
}

/** How many replies are being generated. */
let generators = 0
let started = 0
let aborted = 0

async function* generated(): AsyncGenerator<Uint8Array> {
  generators++
  try {
    for (;;) {
      yield Buffer.alloc(65536)
      await new Promise(resolve => setImmediate(resolve))
    }
  } finally {
    generators--
  }
}

function requests(client: H2Client, path: string, count = COUNT): void {
  client.send(windowUpdate(0, 2 ** 28))
  for (let i = 0; i < count; i++) client.request(path)
}

/** What a client has sent when it vanishes, and when the server is known to have taken it. */
const STAGES: Record<string, (client: H2Client, it: House) => unknown> = {
  'in the preface': (client, { server }) => {
    client.send(preface.subarray(0, 10))
    return until(() => server.ledger.connections > 0)
  },
  'after the greeting': async client => {
    client.greet()
    await client.frame(({ name }) => name === 'SETTINGS')
  },
  'in a frame': (client, { server }) => {
    client.greet().send(headers(1, get()).subarray(0, 15))
    return until(() => server.ledger.head > 0)
  },
  'in a head': async client => {
    client.greet().send(headers(1, get(), { endHeaders: false }).subarray(0, 15))
    await client.frame(({ name }) => name === 'SETTINGS')
  },
  'with 100 requests whose content is read': async client => {
    client.greet()
    for (let i = 0; i < COUNT; i++)
      client.send(data(client.request(post('/collect'), { endStream: false }), 'x'.repeat(100)))
    await until(() => started === COUNT)
  },
  'with 10 requests whose content nobody reads': async (client, { server }) => {
    client.greet()
    for (let i = 0; i < 10; i++)
      client.send(data(client.request(post('/never'), { endStream: false }), 'x'.repeat(10_000)))
    await until(() => server.ledger.content === 100_000)
  },
  'with 100 requests that are worked on': async client => {
    requests(client.greet(), '/never')
    await until(() => started === COUNT)
  },
  'while 100 files of 100 MB are sent': client => {
    requests(client.greet({ INITIAL_WINDOW_SIZE: MB }), '/file')
    return client.until(() => client.size > 2 * MB)
  },
  'while it does not read 100 files of 100 MB': (client, { server }) => {
    requests(client.greet({ INITIAL_WINDOW_SIZE: 2 ** 31 - 1 }), '/file')
    client.stopReading()
    return until(() => server.ledger.output > 0)
  },
  'while 100 replies wait for their windows': async client => {
    requests(client.greet({ INITIAL_WINDOW_SIZE: 0 }), '/file')
    await client.until(() => client.count('HEADERS') === COUNT)
  },
  'while 100 replies are generated': client => {
    requests(client.greet({ INITIAL_WINDOW_SIZE: MB }), '/generated')
    return client.until(() => client.size > 2 * MB)
  },
  'between two requests': async client => {
    await client.greet().answered(client.request())
  },
}

function houseWithFiles(t: TestContext, wire: Wire, use: (it: House) => Promise<void>): Promise<void> {
  const folder = folderFor(t, { file: '' })
  truncateSync(folder.at('file'), 100 * MB)
  const fromFolder = files(folder.path, { cache: false })
  const handler: Handler = exchange => {
    if (exchange.path !== '/') started++
    exchange.signal.addEventListener('abort', () => {
      aborted++
    })
    if (exchange.path === '/file') return fromFolder(exchange)
    if (exchange.path === '/generated') return new Reply(200, FieldList.empty, bodyOf(generated()))
    return target(exchange)
  }
  return house(t, wire, handler, {}, use).finally(() => fromFolder.close?.())
}

for (const wire of ['TCP, shared reads', 'TLS'] as const) {
  for (const [stage, reach] of Object.entries(STAGES)) {
    test(`a client that vanishes ${stage} leaves nothing behind (HTTP/2, ${wire})`, t =>
      houseWithFiles(t, wire, async it => {
        for (const [how, leave] of Object.entries(WAYS_OUT)) {
          started = 0
          aborted = 0
          const client = await it.connectH2({ keeps: false, acknowledges: false })
          await reach(client, it)
          const underWay = stage.includes('100') ? started : 0
          leave(client)
          if (how.startsWith('stops')) {
            await it.pass(1000)
            client.destroy()
          }
          // Where the server does not look at the socket just now, it finds out when the time for its answer is over.
          for (let s = 0; it.server.ledger.connections > 0 && s < 400; s++) {
            await it.pass(500)
            await new Promise(resolve => setTimeout(resolve, 1))
          }
          await it.empty()
          await until(() => generators === 0)
          if (how === 'resets') assert.ok(aborted >= underWay, `${aborted} of ${underWay} were told`)
          const other = (await it.connectH2()).greet()
          assert.equal((await other.answered(other.request())).status, 200)
          other.destroy()
          await it.empty()
          assert.deepEqual(it.failures, [])
        }
      }))
  }

  for (const path of ['/file', '/generated', '/big', '/never']) {
    test(`streams that are reset half way leave nothing behind, and the connection goes on: ${path} (${wire})`, t =>
      houseWithFiles(t, wire, async it => {
        started = 0
        aborted = 0
        const client = (await it.connectH2({ keeps: false })).greet({ INITIAL_WINDOW_SIZE: 100_000 })
        for (let round = 0; round < 5; round++) {
          const first = client.latestStream + 2
          requests(client, path)
          if (path === '/never') await until(() => started === (round + 1) * COUNT)
          else await client.until(() => client.answer(first).size > 0 || client.isOver)
          for (let stream = first; stream <= client.latestStream; stream += 2) client.send(rstStream(stream))
          assert.equal((await client.answered(client.request())).status, 200)
          await until(() => generators === 0)
        }
        const { head, content, waiting } = it.server.ledger
        assert.deepEqual({ head, content, waiting }, { head: 0, content: 0, waiting: 0 })
        assert.equal(client.goaway, null)
        client.destroy()
        await it.empty()
        assert.deepEqual(it.failures, [])
      }))
  }
}
