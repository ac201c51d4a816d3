// The `ws` client, the one that most of the world has, with each option of permessage-deflate that it knows.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import WebSocket, { type ClientOptions, type PerMessageDeflateOptions } from 'ws'
import { noise, rows, SocketSite } from './websocket-site.ts'

let site: SocketSite
before(async () => {
  site = await SocketSite.serve()
})
after(() => site.stop())

/** A connection of `ws`, and what has come by it. */
class Client {
  readonly socket: WebSocket
  readonly messages: (string | Buffer)[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  private watcher: (() => void) | null = null

  static async open(url: string, options: ClientOptions = {}, protocols: string[] = []): Promise<Client> {
    const client = new Client(new WebSocket(url, protocols, { ca: site.certificate, ...options }))
    await Promise.race([once(client.socket, 'open'), client.closed])
    return client
  }

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer, isBinary) => {
      this.messages.push(isBinary ? data : data.toString())
      this.watcher?.()
    })
    socket.on('error', error => {
      this.error = error
    })
    this.closed = new Promise(resolve => {
      socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() })
        this.watcher?.()
      })
    })
  }

  error: Error | null = null

  async next(): Promise<string | Buffer> {
    while (this.messages.length === 0) {
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`Closed: ${this.error}`)
      await new Promise<void>(resolve => {
        this.watcher = resolve
      })
    }
    return this.messages.shift() as string | Buffer
  }

  async end(code = 1000, reason = ''): Promise<{ code: number; reason: string }> {
    this.socket.close(code, reason)
    return this.closed
  }
}

const DEFLATE: Readonly<Record<string, boolean | PerMessageDeflateOptions>> = {
  'no compression': false,
  'compression as it comes': true,
  'small messages too': { threshold: 0 },
  'no context on either side': { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true },
  'no context on the server': { threshold: 0, serverNoContextTakeover: true },
  'no context on the client': { threshold: 0, clientNoContextTakeover: true },
  'the smallest window on the server': { threshold: 0, serverMaxWindowBits: 8 },
  'a small window on the server': { threshold: 0, serverMaxWindowBits: 9 },
  'a small window on the client': { threshold: 0, clientMaxWindowBits: 9 },
  'small windows on both, no context': {
    threshold: 0,
    serverMaxWindowBits: 10,
    clientMaxWindowBits: 11,
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
  },
  'the largest windows': { threshold: 0, serverMaxWindowBits: 15, clientMaxWindowBits: 15 },
  // The types know no false here; the client does.
  'no window of its own': { threshold: 0, clientMaxWindowBits: false as unknown as number },
}

const MESSAGES: readonly (string | Buffer)[] = [
  ...Array.from({ length: 20 }, (_, i) => rows(i, i * 3)),
  '',
  Buffer.alloc(0),
  'ä€😀',
  Buffer.from(rows(200)),
  noise(70_000),
  rows(1000),
  rows(1000),
  Buffer.alloc(300_000, 'same'),
]

for (const [scheme, name] of [
  ['clear', 'in the clear'],
  ['tls', 'over TLS'],
] as const) {
  describe(name, () => {
    for (const [what, perMessageDeflate] of Object.entries(DEFLATE).filter(
      (_, i) => scheme === 'clear' || i % 4 === 2,
    )) {
      test(`messages come back: ${what}`, async () => {
        const client = await Client.open(`${site[scheme]}/echo/`, { perMessageDeflate })
        assert.match(client.socket.extensions, perMessageDeflate === false ? /^$/ : /^permessage-deflate$/)
        for (const message of MESSAGES) client.socket.send(message)
        for (const message of MESSAGES) assert.deepEqual(await client.next(), message)
        // One at a time as well: the context goes on.
        for (const message of MESSAGES.slice(0, 12)) {
          client.socket.send(message)
          assert.deepEqual(await client.next(), message)
        }
        assert.equal((await client.end(4001, 'ciao')).code, 4001)
      })
    }

    test('messages of megabytes', async () => {
      const client = await Client.open(`${site[scheme]}/echo/`, { perMessageDeflate: { threshold: 0 } })
      for (const message of [noise(4 * 1_048_576), rows(10_000)]) {
        client.socket.send(message)
        const back = await client.next()
        assert.ok(typeof message === 'string' ? back === message : message.equals(back as Buffer))
      }
      await client.end()
    })
  })
}

test('a path that does not compress', async () => {
  const client = await Client.open(`${site.clear}/bare/`)
  assert.equal(client.socket.extensions, '')
  client.socket.send(rows(100))
  assert.equal(await client.next(), rows(100))
  await client.end()
})

test('fragments, with pings between them', async () => {
  for (const perMessageDeflate of [false, { threshold: 0 }]) {
    const client = await Client.open(`${site.clear}/echo/`, { perMessageDeflate })
    const pongs: string[] = []
    client.socket.on('pong', data => pongs.push(data.toString()))
    const parts = [rows(100), rows(3, 100), '', rows(200, 300)]
    for (const [i, part] of parts.entries()) {
      client.socket.send(part, { fin: i === parts.length - 1 })
      client.socket.ping(`ping ${i}`)
    }
    assert.equal(await client.next(), parts.join(''))
    await client.end()
    assert.deepEqual(pongs, ['ping 0', 'ping 1', 'ping 2', 'ping 3'])
  }
})

test('the subprotocol that the server prefers, of those that the client speaks', async () => {
  const client = await Client.open(`${site.clear}/chat/`, {}, ['chat.v9', 'chat.v1', 'chat.v2'])
  assert.equal(client.socket.protocol, 'chat.v2')
  assert.equal(await client.next(), 'over 1.1')
  await client.end()
})

test('the server closes, and what it has sent before arrives', async () => {
  const client = await Client.open(`${site.clear}/ends/server`)
  client.socket.send('3333 enough')
  assert.equal(await client.next(), 'Goodbye')
  assert.deepEqual(await client.closed, { code: 3333, reason: 'enough' })
  assert.deepEqual(await site.closing('/ends/server'), {
    path: '/ends/server',
    version: '1.1',
    code: 3333,
    reason: 'enough',
  })
})

test('codes and reasons reach the application, and none is 1005', async () => {
  const said = await Client.open(`${site.clear}/echo/said`)
  await said.end(4999, 'grüß dich')
  assert.deepEqual(await site.closing('/echo/said'), {
    path: '/echo/said',
    version: '1.1',
    code: 4999,
    reason: 'grüß dich',
  })
  const silent = await Client.open(`${site.clear}/echo/silent`)
  silent.socket.close()
  assert.equal((await silent.closed).code, 1005)
  assert.equal((await site.closing('/echo/silent')).code, 1005)
  const gone = await Client.open(`${site.clear}/echo/gone`)
  gone.socket.terminate()
  assert.equal((await site.closing('/echo/gone')).code, 1006)
})

test('a handler that fails closes with 1011, a message that is too large with 1009', async () => {
  const failing = await Client.open(`${site.clear}/ends/failing`)
  failing.socket.send('throw')
  assert.equal((await failing.closed).code, 1011)
  for (const perMessageDeflate of [false, { threshold: 0 }]) {
    const large = await Client.open(`${site.clear}/small/`, { perMessageDeflate })
    large.socket.send('x'.repeat(1000))
    assert.equal(((await large.next()) as string).length, 1000)
    large.socket.send('x'.repeat(1001))
    assert.equal((await large.closed).code, 1009)
  }
})

test('a sender that waits for room sends no faster than a slow reader reads', async () => {
  const client = await Client.open(`${site.clear}/push/`, { perMessageDeflate: false })
  const waits = site.waits
  client.socket.pause()
  client.socket.send('120 65536')
  while (site.waits === waits) await new Promise(resolve => setTimeout(resolve, 5))
  assert.equal(client.messages.length, 0)
  client.socket.resume()
  for (let i = 0; i < 120; i++) {
    const message = (await client.next()) as Buffer
    assert.equal(message.length, 65_536)
    assert.equal(message.readUInt32BE(), i)
  }
  assert.deepEqual(await client.closed, { code: 1000, reason: 'All' })
})

test('a handler that takes its time gets one message after the other', async () => {
  const client = await Client.open(`${site.clear}/slow/`)
  for (let i = 0; i < 30; i++) client.socket.send(String(i))
  for (let i = 0; i < 30; i++) assert.equal(await client.next(), `Done ${i}`)
  assert.equal(site.mostAtOnce, 1)
  await client.end()
})

test('a room: the others get it, compressed or not, and who sent it does not', async () => {
  const clients = await Promise.all(
    [false, true, { threshold: 0 }, { serverNoContextTakeover: true }, { serverMaxWindowBits: 9 }].map(
      perMessageDeflate => Client.open(`${site.clear}/room/`, { perMessageDeflate }),
    ),
  )
  for (let i = 0; i < 10; i++) {
    const sender = clients[i % clients.length]
    const message = rows(20 + i)
    sender.socket.send(message)
    for (const other of clients) if (other !== sender) assert.equal(await other.next(), message)
    assert.equal(sender.messages.length, 0)
  }
  await Promise.all(clients.map(client => client.end()))
})

test('a handshake that is refused is an error, and says why', async () => {
  const refused = async (path: string, options: ClientOptions): Promise<string> => {
    const socket = new WebSocket(site.clear + path, { ...options })
    const [error] = await once(socket, 'error')
    return (error as Error).message
  }
  assert.match(await refused('/echo/', { origin: 'https://elsewhere.example' }), /403/)
  assert.match(await refused('/nowhere', {}), /404/)
  assert.match(await refused('/echo/', { protocolVersion: 8 }), /426/)
  const same = await Client.open(`${site.clear}/echo/`, { origin: `http://localhost:${site.port}` })
  await same.end()
})

test('a drain closes with 1001, and ends', async () => {
  const own = await SocketSite.serve()
  try {
    const client = await Client.open(`${own.clear}/echo/`)
    const busy = await Client.open(`${own.clear}/slow/`)
    busy.socket.send('last')
    const drained = own.drain()
    assert.equal((await client.closed).code, 1001)
    assert.equal((await busy.closed).code, 1001)
    await drained
  } finally {
    await own.stop()
  }
})

test('a peer that says nothing is asked, and its pong keeps it', async () => {
  const own = await SocketSite.serve({ limits: { pingTimeout: 1, pongTimeout: 1 } })
  try {
    const client = await Client.open(`${own.clear}/echo/`)
    await once(client.socket, 'ping')
    await once(client.socket, 'ping')
    const deaf = await Client.open(`${own.clear}/echo/deaf`, { autoPong: false })
    assert.equal((await deaf.closed).code, 1006)
    assert.equal((await own.closing('/echo/deaf')).code, 1006)
    client.socket.send('still here')
    assert.equal(await client.next(), 'still here')
    await client.end()
  } finally {
    await own.stop()
  }
})
