// Node's own WebSocket, and that of undici, which it is made of: in the clear, over TLS, and over HTTP/2.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import tls from 'node:tls'
import { Agent, WebSocket as UndiciWebSocket } from 'undici'
import { noise, rows, SocketSite } from './websocket-site.ts'

/** What both of them have, and browsers too. */
interface Standard extends EventTarget {
  binaryType: string
  readonly protocol: string
  readonly extensions: string
  readonly bufferedAmount: number
  send(data: string | ArrayBufferView<ArrayBuffer> | ArrayBuffer | Blob): void
  close(code?: number, reason?: string): void
}

interface Kind {
  readonly name: string
  readonly scheme: 'clear' | 'tls'
  readonly version: string
  open(url: string, protocols: string[]): Standard
}

let site: SocketSite
const agents: Agent[] = []
before(async () => {
  site = await SocketSite.serve()
  tls.setDefaultCACertificates([...tls.getCACertificates(), site.certificate])
})
after(async () => {
  await Promise.all(agents.map(agent => agent.destroy()))
  await site.stop()
})

function agentFor(allowH2: boolean): Agent {
  const agent = new Agent({ allowH2, connect: { ca: site.certificate } })
  agents.push(agent)
  return agent
}

function byUndici(allowH2: boolean): Kind['open'] {
  return (url, protocols) => new UndiciWebSocket(url, { dispatcher: agentFor(allowH2), protocols })
}

const KINDS: readonly Kind[] = [
  { name: 'Node in the clear', scheme: 'clear', version: '1.1', open: (url, names) => new WebSocket(url, names) },
  { name: 'Node over HTTP/2', scheme: 'tls', version: '2', open: (url, names) => new WebSocket(url, names) },
  { name: 'undici in the clear', scheme: 'clear', version: '1.1', open: byUndici(false) },
  { name: 'undici over TLS', scheme: 'tls', version: '1.1', open: byUndici(false) },
  { name: 'undici over HTTP/2', scheme: 'tls', version: '2', open: byUndici(true) },
]

class Client {
  readonly socket: Standard
  readonly closed: Promise<{ code: number; reason: string; wasClean: boolean }>
  private readonly messages: unknown[] = []
  private watcher: (() => void) | null = null

  static async open(kind: Kind, path: string, protocols: string[] = []): Promise<Client> {
    const client = new Client(kind.open(site[kind.scheme] + path, protocols))
    await Promise.race([once(client.socket, 'open'), client.closed.then(end => assert.fail(`Closed: ${end.code}`))])
    return client
  }

  private constructor(socket: Standard) {
    this.socket = socket
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', event => {
      const { data } = event as MessageEvent
      this.messages.push(data instanceof ArrayBuffer ? Buffer.from(data) : data)
      this.watcher?.()
    })
    socket.addEventListener('error', () => {})
    this.closed = new Promise(resolve => {
      socket.addEventListener('close', event => {
        const { code, reason, wasClean } = event as CloseEvent
        resolve({ code, reason, wasClean })
        this.watcher?.()
      })
    })
  }

  async next(): Promise<unknown> {
    const ended = this.closed.then(end => end)
    while (this.messages.length === 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.watcher = resolve
      const end = await Promise.race([promise, ended])
      if (end !== undefined && this.messages.length === 0) throw new Error(`Closed with ${end.code}`)
    }
    return this.messages.shift()
  }
}

for (const kind of KINDS) {
  describe(kind.name, () => {
    for (const path of ['/echo/', '/bare/']) {
      test(`messages come back, ${path === '/echo/' ? 'compressed' : 'as they are'}`, async () => {
        const client = await Client.open(kind, path)
        const { socket } = client
        assert.match(socket.extensions, path === '/echo/' ? /^permessage-deflate/ : /^$/)
        for (let i = 0; i < 20; i++) {
          socket.send(rows(i * 10, i))
          assert.equal(await client.next(), rows(i * 10, i))
        }
        const all = ['', 'ä€😀', rows(500), 'x'.repeat(100_000)]
        for (const one of all) socket.send(one)
        for (const one of all) assert.equal(await client.next(), one)
        for (const size of [0, 1, 125, 126, 65_535, 65_536]) {
          socket.send(new Uint8Array(noise(size)))
          assert.deepEqual(await client.next(), noise(size))
        }
        socket.close(1000)
        assert.equal((await client.closed).wasClean, true)
      })
    }

    test('a message of 2 MB', async () => {
      const client = await Client.open(kind, '/echo/')
      const large = noise(2 * 1_048_576)
      client.socket.send(new Uint8Array(large))
      assert.ok(large.equals((await client.next()) as Buffer))
      client.socket.close()
      await client.closed
    })

    test('a subprotocol, by the wire that was asked for', async () => {
      const client = await Client.open(kind, '/chat/', ['chat.v1'])
      assert.equal(client.socket.protocol, 'chat.v1')
      assert.equal(await client.next(), `over ${kind.version}`)
      client.socket.close()
      await client.closed
    })

    test('each end closes, with code and reason', async () => {
      const path = `/ends/${kind.name.replaceAll(/\W/g, '-')}`
      const first = await Client.open(kind, path)
      first.socket.send('4321 enough')
      assert.equal(await first.next(), 'Goodbye')
      assert.deepEqual(await first.closed, { code: 4321, reason: 'enough', wasClean: true })
      assert.equal((await site.closing(path)).code, 4321)
      const own = path.replace('ends', 'echo')
      const second = await Client.open(kind, own)
      second.socket.close(3001, 'grüß dich')
      assert.equal((await second.closed).wasClean, true)
      const { code, reason, version } = await site.closing(own)
      assert.deepEqual({ code, reason, version }, { code: 3001, reason: 'grüß dich', version: kind.version })
    })

    test('what is too large is closed with 1009', async () => {
      const client = await Client.open(kind, '/small/')
      client.socket.send('x'.repeat(1001))
      assert.equal((await client.closed).code, 1009)
    })

    test('a slow reader gets all of what is sent when there is room', async () => {
      const client = await Client.open(kind, '/push/')
      client.socket.send('40 65536')
      for (let i = 0; i < 40; i++) assert.equal(((await client.next()) as Buffer).readUInt32BE(), i)
      assert.equal((await client.closed).code, 1000)
    })

    test('there is no socket on a path that has none', async () => {
      const socket = kind.open(`${site[kind.scheme]}/nowhere`, [])
      const closed = once(socket, 'close')
      await once(socket, 'error')
      await closed
    })
  })
}
