// Clients that vanish at every stage, in every way there is: nothing of them may be left, and others are answered.
import assert from 'node:assert/strict'
import { truncateSync } from 'node:fs'
import { test } from 'node:test'
import { bodyOf, collect, type Handler, Reply, text } from '../../src/exchange/index.ts'
import { files } from '../../src/files/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { folderFor } from '../support/folder.ts'
import { type Client, get, type House, house, postHead, until, WIRES } from './support.ts'

/** The first half of a ClientHello. */
const HALF_HELLO = Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 1, 2, 3])

const WAYS_OUT: Record<string, (client: Client) => void> = {
  resets: client => client.reset(),
  closes: client => client.socket.destroy(),
  'stops sending and then closes': client => client.socket.end(),
}

/** What the generator of the last reply has done. */
let generator: 'not begun' | 'running' | 'let go' = 'not begun'

async function* generated(): AsyncGenerator<Uint8Array> {
  generator = 'running'
  try {
    for (;;) {
      yield Buffer.alloc(65536)
      await new Promise(resolve => setImmediate(resolve))
    }
  } finally {
    generator = 'let go'
  }
}

/** What a client has sent when it vanishes, and when the server is known to have taken it. */
const STAGES: Record<string, (client: Client, it: House) => unknown> = {
  'before it says anything': () => {},
  'in a head': (client, { server }) => {
    client.send('GET / HTTP/1.1\r\nHost: te')
    return until(() => server.ledger.head > 0)
  },
  'in content that is read': async client => {
    client.send(`${postHead(1e6, '/collect')}${'x'.repeat(5000)}`)
    await until(() => started > 0)
  },
  'in content that nobody reads': (client, { server }) => {
    client.send(`${postHead(1e6, '/never')}${'x'.repeat(200_000)}`)
    return until(() => server.ledger.waiting > 0)
  },
  'in a chunk': async client => {
    client.send(`${postHead('chunked', '/collect')}ffff\r\nabc`)
    await until(() => started > 0)
  },
  'while the handler works': async client => {
    client.send(get('/never'))
    await until(() => started > 0)
  },
  'with requests behind the one being answered': (client, { server }) => {
    client.send(get('/never') + get() + get())
    return until(() => server.ledger.waiting > 0)
  },
  'while a file of 100 MB is sent': client => {
    client.send(get('/file'))
    return client.until(() => client.size > 1e6)
  },
  'while it does not read a file of 100 MB': (client, { server }) => {
    client.socket.pause()
    client.send(get('/file'))
    return until(() => server.ledger.output > 0)
  },
  'while its reply is generated': client => {
    client.send(get('/generated'))
    return client.until(() => client.size > 1e6)
  },
  'between two requests': client => client.ask(),
}

let started = 0

for (const wire of WIRES) {
  for (const [stage, reach] of Object.entries(STAGES)) {
    test(`a client that vanishes ${stage} leaves nothing behind (${wire})`, async t => {
      const folder = folderFor(t, { file: '' })
      truncateSync(folder.at('file'), 100 * 1024 * 1024)
      const fromFolder = files(folder.path, { cache: false })
      const handler: Handler = exchange => {
        started++
        if (exchange.path === '/collect') return collect(exchange.content, 1e9).then(() => text('collected'))
        if (exchange.path === '/never') return new Promise(() => {})
        if (exchange.path === '/file') return fromFolder(exchange)
        if (exchange.path === '/generated') return new Reply(200, FieldList.empty, bodyOf(generated()))
        return text('hello')
      }
      await house(t, wire, handler, {}, async it => {
        for (const [how, leave] of Object.entries(WAYS_OUT)) {
          generator = 'not begun'
          started = 0
          const client = await it.connect()
          await reach(client, it)
          leave(client)
          if (how.startsWith('stops')) {
            await it.pass(1000)
            client.socket.destroy()
          }
          // Where the server does not look at the socket just now, it finds out when the time for its answer is over.
          for (let s = 0; it.server.ledger.connections > 0 && s < 400; s++) {
            await it.pass(500)
            await new Promise(resolve => setTimeout(resolve, 1))
          }
          await it.empty()
          if (generator !== 'not begun') await until(() => generator === 'let go')
          const other = await it.connect()
          await other.ask()
          other.socket.destroy()
          await it.empty()
          assert.deepEqual(it.failures, [])
        }
      }).finally(() => fromFolder.close?.())
    })
  }
}

for (const [how, leave] of Object.entries(WAYS_OUT)) {
  test(`a client that ${how} in its ClientHello leaves nothing behind`, t =>
    house(
      t,
      'TLS',
      () => text('hello'),
      {},
      async it => {
        const client = await it.connectBare()
        client.send(HALF_HELLO)
        await it.pass(500)
        leave(client)
        await it.pass(1000)
        await it.empty()
        await (await it.connect()).ask()
      },
    ))
}
