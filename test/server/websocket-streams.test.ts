// WebSocket over HTTP/2 (RFC 8441) as one connection with many streams: sockets beside each other and beside requests, and their ends.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { text } from '../../src/exchange/index.ts'
import { contentOf, data, endsStream, type Field, headers, rstStream, windowUpdate } from '../support/h2-frames.ts'
import { type AskedSocket, TestSocket } from '../support/websocket-client.ts'
import { echo, type Script, SocketWorld } from './sockets.ts'

/** A world where `/text` is an ordinary route, and a client with one connection. */
class Streams extends SocketWorld {
  constructor(script: Script, options: object = {}) {
    super('HTTP/2', script, options)
    const { handler } = this
    this.handler = exchange => (exchange.path === '/text' ? text('text') : handler(exchange))
  }

  /** One more socket on the connection. */
  async more(asked: AskedSocket = {}): Promise<TestSocket> {
    const socket = TestSocket.on(this.session, asked)
    await this.settle()
    return socket.opened
  }

  async ask2(path: string): Promise<{ status: number; text: string }> {
    const answer = this.session.request(path)
    await this.settle()
    return answer
  }
}

const handshake: Field[] = [
  [':method', 'CONNECT'],
  [':protocol', 'websocket'],
  [':scheme', 'http'],
  [':authority', 'test'],
  [':path', '/'],
  ['sec-websocket-version', '13'],
]

const HI = Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69)

test('many sockets share a connection with requests', async () => {
  const world = new Streams(echo)
  const sockets = [await world.open()]
  for (let i = 1; i < 50; i++) sockets.push(await world.more())
  sockets.forEach((socket, i) => void socket.send(`${i}`))
  assert.deepEqual(await world.ask2('/text'), { status: 200, text: 'text' })
  assert.deepEqual(
    sockets.map(({ messages }) => messages),
    sockets.map((_, i) => [`${i}`]),
  )
  assert.equal(world.connections.ledger.connections, 1)
  for (const socket of sockets) socket.close()
  await world.settle()
  assert.deepEqual(
    world.users.map(({ end }) => end),
    sockets.map(() => 'closed 1000'),
  )
  assert.deepEqual(await world.ask2('/text'), { status: 200, text: 'text' })
  await world.closeAndCheck()
})

test('messages of many streams in one read leave in one write', async () => {
  const world = new SocketWorld('HTTP/2', echo)
  const { client, near } = world.connectHttp2()
  const streams = [1, 3, 5, 7]
  client.send(...streams.map(stream => headers(stream, handshake, { endStream: false })))
  await world.settle()
  let reads = 0
  const { user } = near
  const receive = user.receive.bind(user)
  user.receive = (...args) => {
    reads++
    receive(...args)
  }
  client.send(...streams.flatMap(stream => [data(stream, HI), data(stream, HI)]))
  await world.settle()
  assert.equal(reads, 1)
  for (const stream of streams) assert.equal(client.text(stream), '\x81\x02hi\x81\x02hi')
  client.reset()
  await world.closeAndCheck()
})

test('what is broadcast to many streams at once leaves in one write', async () => {
  const world = new Streams({})
  await world.open()
  for (let i = 1; i < 20; i++) await world.more()
  let reads = 0
  const { user } = world.near
  const receive = user.receive.bind(user)
  user.receive = (...args) => {
    reads++
    receive(...args)
  }
  for (const { link } of world.users) void link.sendText('to all')
  await world.settle()
  assert.equal(reads, 1)
  world.session.destroy()
  await world.closeAndCheck()
})

test('a handler that is busy stops its stream alone', async () => {
  const gate = Promise.withResolvers<void>()
  const world = new Streams({
    message: (user, message) => (message === 'wait' ? gate.promise : void user.link.sendText('done')),
  })
  const slow = await world.open()
  const quick = await world.more()
  slow.send('wait')
  for (let i = 0; i < 300; i++) slow.send('x'.repeat(1024))
  await world.settle()
  for (let i = 0; i < 300; i++) quick.send('x'.repeat(1024))
  await world.settle()
  assert.equal(quick.messages.length, 300)
  assert.equal(slow.messages.length, 0)
  assert.deepEqual((await world.ask2('/text')).status, 200)
  gate.resolve()
  await world.settle()
  assert.equal(slow.messages.length, 300)
  world.session.destroy()
  await world.closeAndCheck()
})

test('a peer that reads one socket slowly does not hold up the others', async () => {
  const world = new Streams(echo)
  const slow = await world.open()
  const quick = await world.more()
  slow.pauseReading()
  for (let i = 0; i < 200; i++) slow.send('x'.repeat(1024))
  await world.settle()
  for (let i = 0; i < 200; i++) quick.send('y'.repeat(1024))
  await world.settle()
  assert.equal(quick.messages.length, 200)
  slow.resumeReading()
  await world.settle()
  assert.equal(slow.messages.length, 200)
  world.session.destroy()
  await world.closeAndCheck()
})

test('an end of the stream is its FIN, and is answered with one', async () => {
  const world = new SocketWorld('HTTP/2', echo)
  const { client } = world.connectHttp2()
  const stream = client.nextStream()
  client.send(headers(stream, handshake, { endStream: false }), data(stream, HI), data(stream, '', { endStream: true }))
  await world.settle()
  assert.equal(client.text(stream), '\x81\x02hi')
  assert.ok(client.answer(stream).ended)
  assert.equal(client.answer(stream).reset, null)
  assert.equal(world.user.end, 'closed 1006')
  await world.closeAndCheck()
})

test('a close frame may come with the end of its stream, and END_STREAM comes behind the answer', async () => {
  const world = new SocketWorld('HTTP/2', echo)
  const { client } = world.connectHttp2()
  const stream = client.request(handshake, { endStream: false })
  const close = Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8)
  client.send(data(stream, close, { endStream: true }))
  await world.settle()
  const frames = client.frames.filter(({ name, stream: id }) => name === 'DATA' && id === stream)
  assert.equal(Buffer.concat(frames.map(contentOf)).toString('latin1'), '\x88\x02\x03\xe8')
  assert.ok(endsStream(frames.at(-1)!))
  assert.equal(world.user.end, 'closed 1000')
  await world.closeAndCheck()
})

test('a handshake that ends its stream at once is taken, and ends', async () => {
  const world = new SocketWorld('HTTP/2', echo)
  const { client } = world.connectHttp2()
  const stream = client.request(handshake, { endStream: true })
  await world.settle()
  assert.equal(client.answer(stream).status, 200)
  assert.ok(client.answer(stream).ended)
  assert.deepEqual(world.user.events, ['opened', 'closed 1006'])
  await world.closeAndCheck()
})

test('a socket that is cut is reset with CANCEL, and nothing else is', async () => {
  const world = new SocketWorld('HTTP/2', { message: user => user.link.cut(new Error('no')) })
  const { client } = world.connectHttp2()
  const one = client.request(handshake, { endStream: false })
  const other = client.request(handshake, { endStream: false })
  client.send(data(one, HI))
  await world.settle()
  assert.equal(client.answer(one).reset, 'CANCEL')
  assert.equal(client.answer(other).reset, null)
  assert.deepEqual(
    world.users.map(({ end }) => end),
    ['closed 1006', undefined],
  )
  client.reset()
  await world.closeAndCheck()
})

test('a peer that breaks a rule of WebSocket loses its stream alone', async () => {
  const world = new SocketWorld('HTTP/2', echo)
  const { client } = world.connectHttp2()
  const one = client.request(handshake, { endStream: false })
  const other = client.request(handshake, { endStream: false })
  client.send(data(one, Uint8Array.of(0x81, 0x02, 0x68, 0x69)))
  await world.settle()
  assert.ok(client.text(one).startsWith('\x88'))
  assert.ok(client.answer(one).ended)
  client.send(data(other, HI))
  await world.settle()
  assert.equal(client.text(other), '\x81\x02hi')
  assert.deepEqual(world.rules, ['mask-missing'])
  client.reset()
  await world.closeAndCheck()
})

test('a stream whose window is small gets what fits, and the rest as it opens', async () => {
  const world = new SocketWorld('HTTP/2', { opened: user => void user.link.sendText('x'.repeat(1000)) })
  const { client } = world.connectHttp2({ opensWindows: false }, { INITIAL_WINDOW_SIZE: 10 })
  const stream = client.request(handshake, { endStream: false })
  await world.settle()
  assert.equal(client.answer(stream).size, 10)
  assert.equal(world.user.link.waiting, 994)
  client.send(windowUpdate(stream, 100))
  await world.settle()
  assert.equal(client.answer(stream).size, 110)
  client.send(windowUpdate(stream, 10_000))
  await world.settle()
  assert.equal(client.answer(stream).size, 1004)
  client.send(rstStream(stream, 'CANCEL'))
  await world.settle()
  assert.equal(world.user.end, 'closed 1006')
  await world.closeAndCheck()
})

test('sockets of a connection that drops are all told', async () => {
  const world = new Streams(echo)
  await world.open()
  for (let i = 1; i < 10; i++) await world.more()
  world.near.reset()
  await world.settle()
  assert.deepEqual(new Set(world.users.map(({ end }) => end)), new Set(['closed 1006']))
  await world.closeAndCheck()
})

test('a server that ends says GOAWAY and 1001, and the connection ends with its last socket', async () => {
  const world = new Streams({
    ...echo,
    closed: () => {},
  })
  const one = await world.open()
  const other = await world.more()
  const draining = world.connections.drain(10_000)
  await world.settle()
  assert.ok(world.session.goneAway)
  assert.equal(one.closeFrame?.code, 1001)
  assert.equal(other.closeFrame?.code, 1001)
  await world.pass(500)
  assert.deepEqual((await draining).cut, [])
  assert.ok(world.near.closed)
  await world.closeAndCheck()
})

test('handlers that run on for sockets that were reset are bounded like those of requests', async () => {
  const world = new SocketWorld('HTTP/2', { message: () => new Promise(() => {}) }, { limits: { streams: 4 } })
  const { client } = world.connectHttp2()
  for (let i = 0; i < 20; i++) {
    const stream = client.nextStream()
    client.send(headers(stream, handshake, { endStream: false }), data(stream, HI), rstStream(stream, 'CANCEL'))
    await world.settle()
  }
  assert.equal(world.users.length, 4)
  assert.ok(world.rules.includes('too-many-running'))
  client.reset()
  await world.closeAndCheck()
})

test('an extended CONNECT for another protocol is none of ours', async () => {
  const world = new SocketWorld('HTTP/2', echo)
  const { client } = world.connectHttp2()
  const stream = client.request(
    handshake.map(([name, value]): Field => [name, name === ':protocol' ? 'connect-udp' : value]),
    { endStream: false },
  )
  await world.settle()
  assert.ok([405, 501].includes(client.answer(stream).status), `${client.answer(stream).status}`)
  client.reset()
  world.users.length = 0
  await world.closeAndCheck()
})
