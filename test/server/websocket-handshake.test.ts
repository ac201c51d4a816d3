// Handshakes at the server: what is one, what comes with it, and what goes on behind one that is refused. The rules of its fields are in
// the vectors (test/vectors/websocket).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refused, text } from '../../src/exchange/index.ts'
import { HandshakeRefused } from '../support/websocket-client.ts'
import { eachWire, echo, SocketWorld } from './sockets.ts'
import { get } from './support.ts'

const KEY = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
const ASKS = `Connection: Upgrade\r\nUpgrade: websocket\r\n${KEY}`
/** A frame of text from a client: "hi". */
const HI = Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69)

eachWire('frames that come in one piece with the handshake are read behind it', echo, async world => {
  const socket = world.ask({ behind: HI })
  await world.settle()
  assert.deepEqual(socket.messages, ['hi'])
  socket.close()
  await world.settle()
})

eachWire(
  'so are those that come before it has been answered, and an end behind them',
  () => ({ ...echo, before: new Promise(resolve => setTimeout(resolve, 5)) }),
  async world => {
    const socket = world.ask({ behind: Uint8Array.of(...HI, ...HI, ...HI.subarray(0, 3)) })
    world.network.run()
    socket.raw(HI.subarray(3))
    await world.settle()
    await new Promise(resolve => setTimeout(resolve, 10))
    await world.settle()
    assert.deepEqual(socket.messages, ['hi', 'hi', 'hi'])
    socket.finish()
    await world.settle()
    assert.equal(world.user.end, 'closed 1006')
  },
)

eachWire(
  'a client that has ended before it is answered is told of, and let go',
  () => ({ ...echo, before: new Promise(resolve => setTimeout(resolve, 5)) }),
  async world => {
    const socket = world.ask({ behind: HI })
    world.network.run()
    socket.finish()
    await world.settle()
    await new Promise(resolve => setTimeout(resolve, 10))
    await world.settle()
    assert.deepEqual(world.users[0]?.events ?? [], ['opened', 'text hi', 'closed 1006'])
    assert.deepEqual(socket.messages, ['hi'])
  },
)

eachWire(
  'one that is reset before it is answered is never told of',
  () => ({ ...echo, before: new Promise(resolve => setTimeout(resolve, 5)) }),
  async world => {
    const socket = world.ask()
    world.network.run()
    socket.reset()
    await world.settle()
    await new Promise(resolve => setTimeout(resolve, 10))
    await world.settle()
    assert.deepEqual(
      world.users.flatMap(user => user.events),
      [],
    )
    world.users.length = 0
  },
)

eachWire('a page of another site may not connect, unless it is said to be welcome', echo, async world => {
  for (const [origin, taken] of [
    ['http://test', true],
    ['https://test', true],
    ['http://TEST', true],
    ['http://test:80', true],
    ['http://test:81', false],
    ['http://other', false],
    ['http://test.other', false],
    ['null', false],
    ['', false],
    ['file://', false],
    ['test', false],
  ] as const) {
    const socket = world.ask({ fields: { origin } })
    await world.settle()
    if (taken) (await socket.opened).close()
    else
      await assert.rejects(socket.opened, (error: HandshakeRefused) => {
        assert.ok(error instanceof HandshakeRefused, String(error))
        assert.equal(error.response.status, 403, origin)
        return true
      })
    await world.settle()
  }
})

eachWire(
  'the host that counts for an origin is the one that the client asked a trusted proxy for',
  echo,
  async world => {
    const through = (origin: string) =>
      world.ask({ fields: { origin, forwarded: 'for=198.51.100.7;host=public.example;proto=https' } })
    const socket = through('https://public.example')
    await world.settle()
    ;(await socket.opened).close()
    const other = through('http://test')
    await world.settle()
    await assert.rejects(other.opened, HandshakeRefused)
  },
  { trustedProxies: ['192.0.2.1'] },
)

eachWire(
  'origins by name, and any',
  () => ({ ...echo, terms: { origins: ['https://app.example'] } }),
  async world => {
    const socket = world.ask({ fields: { origin: 'https://app.example' } })
    await world.settle()
    ;(await socket.opened).close()
    const same = world.ask({ fields: { origin: 'http://test' } })
    await world.settle()
    await assert.rejects(same.opened, HandshakeRefused)
    const program = world.ask()
    await world.settle()
    ;(await program.opened).close()
    await world.settle()
  },
)

eachWire('what is no handshake is told what would be one', echo, async world => {
  const answer =
    world.wire === 'HTTP/1.1'
      ? await (async () => {
          const visitor = world.connect().send(get())
          await world.settle()
          return visitor.statuses[0]
        })()
      : await (async () => {
          world.ask().destroy()
          await world.settle()
          const asked = world.session.request('/')
          await world.settle()
          return (await asked).status
        })()
  assert.equal(answer, world.wire === 'HTTP/1.1' ? 426 : 405)
  world.users.length = 0
})

// --- HTTP/1.1 alone ---

function overHttp1(name: string, run: (world: SocketWorld) => Promise<void>, options: object = {}): void {
  test(`${name} (HTTP/1.1)`, async () => {
    const world = new SocketWorld('HTTP/1.1', echo, options)
    const { handler } = world
    world.handler = exchange => (exchange.path === '/text' ? text('text') : handler(exchange))
    await run(world)
    world.users.length = 0
    await world.closeAndCheck()
  })
}

const notTaken: Record<string, [request: string, status: number]> = {
  'HTTP/1.0': [`GET / HTTP/1.0\r\nHost: test\r\n${ASKS}\r\n`, 426],
  HEAD: [`HEAD / HTTP/1.1\r\nHost: test\r\n${ASKS}\r\n`, 426],
  POST: [`POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n${ASKS}\r\n`, 426],
  'Upgrade that Connection does not name': [get('/', `Upgrade: websocket\r\n${KEY}`), 426],
  'Connection alone': [get('/', `Connection: Upgrade\r\n${KEY}`), 426],
  'another protocol': [get('/', `Connection: Upgrade\r\nUpgrade: websockets\r\n${KEY}`), 426],
  content: [`GET / HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n${ASKS}\r\nabc`, 426],
  'chunked content': [`GET / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n${ASKS}\r\n0\r\n\r\n`, 426],
}

for (const [what, [request, status]] of Object.entries(notTaken)) {
  overHttp1(`a handshake with ${what} is none`, async world => {
    const visitor = world.connect().send(request)
    await world.settle()
    assert.deepEqual(
      [...visitor.text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, code]) => Number(code)),
      [status],
    )
  })
}

const taken: Record<string, string> = {
  'in a list': get('/', `Connection: keep-alive, upgrade\r\nUpgrade: h2c, WebSocket\r\n${KEY}`),
  'and a length of 0': get('/', `Content-Length: 0\r\n${ASKS}`),
  'and a target with a host': `GET http://test/ HTTP/1.1\r\nHost: test\r\n${ASKS}\r\n`,
  'and Connection: close': get('/', `Connection: close, Upgrade\r\nUpgrade: websocket\r\n${KEY}`),
}

for (const [what, request] of Object.entries(taken)) {
  overHttp1(`a handshake with websocket ${what} is taken`, async world => {
    const visitor = world.connect().send(request)
    await world.settle()
    assert.match(visitor.text, /^HTTP\/1\.1 101 Switching Protocols\r\n/)
    assert.match(visitor.text, /\r\nUpgrade: websocket\r\n/)
    assert.match(visitor.text, /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/)
    assert.equal(world.user.exchange.fields.get('host'), 'test')
    assert.equal(world.user.exchange.authority, 'test')
    assert.equal(world.user.exchange.method, 'GET')
    assert.equal(world.user.exchange.path, '/')
    assert.ok(world.user.exchange.protocol?.toLowerCase().includes('websocket'))
    visitor.client.reset()
    await world.settle()
  })
}

overHttp1(
  'where h2c is taken too, a client that offers both may get that',
  async world => {
    const settings = 'HTTP2-Settings: AAMAAABk\r\n'
    const visitor = world
      .connect()
      .send(get('/text', `Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c, websocket\r\n${settings}${KEY}`))
    await world.settle()
    assert.match(visitor.text, /\r\nUpgrade: h2c\r\n/)
    visitor.client.reset()
    await world.settle()
  },
  { h2c: true },
)

overHttp1('requests behind a handshake that is refused are answered', async world => {
  const visitor = world
    .connect()
    .send(
      get('/', `Connection: Upgrade\r\nUpgrade: websocket\r\n`) +
        get('/text') +
        get('/', `${ASKS}Origin: http://evil\r\n`) +
        get('/text'),
    )
  await world.settle()
  assert.deepEqual(visitor.statuses, [426, 200, 403, 200])
})

overHttp1('requests before a handshake are answered first', async world => {
  const visitor = world.connect().send(get('/text') + get('/', ASKS))
  await world.settle()
  assert.deepEqual(visitor.statuses, [200, 101])
  visitor.client.reset()
  await world.settle()
})

test('a handshake that a hook refuses is a request like any other', async () => {
  const world = new SocketWorld('HTTP/2', echo)
  world.handler = () => {
    throw new Refused({ status: 401, rule: 'no', section: 'x', detail: 'no' })
  }
  const socket = world.ask()
  await world.settle()
  await assert.rejects(socket.opened, (error: HandshakeRefused) => error.response.status === 401)
  await world.closeAndCheck()
})
