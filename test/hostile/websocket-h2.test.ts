// Sockets on streams of HTTP/2, and what a client can do to them there that it cannot over HTTP/1.1: windows of zero and
// windows that move, streams that are reset as soon as they are open, many sockets on one connection, frames of HTTP/2 that
// have no place on a socket. The budgets of HTTP/2 hold for sockets as for requests.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { App, SocketPeer } from '../../src/app/index.ts'
import { DEFAULT_LIMITS } from '../../src/h2/index.ts'
import { World } from '../server/support.ts'
import type { H2Client } from '../support/h2-client.ts'
import { data, type Field, headers, rstStream, settings, windowUpdate } from '../support/h2-frames.ts'
import { assertAnswered, happen, visit } from './h2-support.ts'
import { alive, echoing, frame, KB, MB, type Target } from './websocket-support.ts'

const QUEUE = 128 * KB
const STREAMS = DEFAULT_LIMITS.streams
let target: Target
let told: number

const app = (): App => {
  target = echoing()
  told = 0
  const { app, peers } = target
  const open = (peer: SocketPeer): void => void peers.add(peer)
  const close = (peer: SocketPeer): void => {
    peers.delete(peer)
    told++
    // Who is left is told, in the middle of whatever was the end of this one.
    app.room('all').send('somebody has left')
  }
  const room = (peer: SocketPeer): void => {
    open(peer)
    peer.join('all')
  }
  app.socket('/room', { queueBytes: QUEUE }, { open: room, close })
  app.socket('/skip', { queueBytes: QUEUE, whenFull: 'skip' }, { open: room, close })
  return app
}

const asking = (path = '/echo'): Field[] => [
  [':method', 'CONNECT'],
  [':protocol', 'websocket'],
  [':scheme', 'http'],
  [':path', path],
  [':authority', 'test'],
  ['sec-websocket-version', '13'],
]

/** Opens a socket, and says on which stream. */
function open(client: H2Client, path?: string): number {
  return client.request(asking(path), { endStream: false })
}

/** What has come on a stream, as payloads of small frames. */
function payloads(client: H2Client, stream: number): string[] {
  const all: string[] = []
  const bytes = Buffer.from(client.text(stream), 'latin1')
  for (let at = 0; at + 1 < bytes.length; ) {
    const short = bytes[at + 1] & 0x7f
    const head = short === 126 ? 4 : short === 127 ? 10 : 2
    const size =
      short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short
    all.push(bytes.toString('latin1', at + head, at + head + size))
    at += head + size
  }
  return all
}

test('sockets are served on streams, and a socket of a client that opens no window is cut off alone', async () => {
  const world = new World(app().handler)
  const { client } = await visit(world, {}, { INITIAL_WINDOW_SIZE: 0 })
  const stuck = open(client, '/room')
  const other = open(client, '/room')
  client.send(windowUpdate(other, 10 * MB))
  await world.settle()
  assert.equal(client.answer(stuck).status, 200)
  let sent = 0
  for (; told === 0; sent++) {
    target.app.room('all').send('x'.repeat(1000))
    await world.settle()
    assert.ok(world.connections.ledger.output <= QUEUE + 2 * KB, JSON.stringify(world.connections.ledger))
    assert.ok(sent < 1000)
  }
  assert.ok(sent * 1000 >= QUEUE - 4 * KB)
  assert.notEqual(client.answer(stuck).reset, null)
  assert.equal(payloads(client, other).filter(text => text.startsWith('x')).length, sent)
  assert.equal(payloads(client, other).at(-1), 'somebody has left')
  client.destroy()
  await world.settle()
  await world.closeAndCheck()
})

for (const path of ['/room', '/skip']) {
  test(`${STREAMS} sockets of one connection that is not read hold no more than their limits (${path})`, async () => {
    const world = new World(app().handler)
    const { client, visitor } = await visit(world, { opensWindows: false })
    const other = await visit(world)
    for (let n = 0; n < STREAMS; n++) open(client, path)
    await world.settle()
    assert.equal(target.peers.size, STREAMS)
    visitor.server.room = 0
    const before = await alive()
    for (let n = 0; n < 200; n++) {
      target.app.room('all').send('y'.repeat(4000))
      if (n % 20 === 0) await assertAnswered(world, other.client)
      const { output } = world.connections.ledger
      assert.ok(output <= STREAMS * (QUEUE + 8 * KB) + 600 * KB, `${output} bytes wait`)
    }
    await world.settle()
    const grown = (await alive()) - before
    assert.ok(grown < STREAMS * QUEUE + 4 * MB, `${grown} bytes of memory`)
    if (path === '/room')
      assert.equal(told, STREAMS, 'each is cut off, and told, though the cut of one sends to others')
    await world.pass(62_000)
    assert.ok(client.closed, 'then the connection is cut')
    assert.equal(told, STREAMS)
    assert.equal(target.app.room('all').size, 0)
    world.assertNothingIsHeld()
    await world.closeAndCheck()
  })
}

test('windows that move while messages wait leave them whole', async () => {
  const world = new World(app().handler)
  const { client } = await visit(world, { opensWindows: false }, { INITIAL_WINDOW_SIZE: 10 })
  const stream = open(client, '/skip')
  await world.settle()
  const sent = Array.from({ length: 30 }, (_, n) => `${n} ${'z'.repeat(n * 50)}`)
  let moved = 0
  for (const message of sent) {
    target.app.room('all').send(message)
    client.send(settings({ INITIAL_WINDOW_SIZE: [0, 1000, 17, 65_535, 3][moved++ % 5] }))
    if (moved % 3 === 0) client.send(windowUpdate(stream, 333), windowUpdate(0, 333))
    await world.settle()
  }
  client.send(settings({ INITIAL_WINDOW_SIZE: 1_000_000 }), windowUpdate(0, 1_000_000))
  await world.settle()
  assert.deepEqual(payloads(client, stream), sent)
  client.send(rstStream(stream))
  await world.settle()
  assert.equal(told, 1)
  await world.closeAndCheck()
})

const STORMS: readonly [name: string, round: (client: H2Client) => Uint8Array[]][] = [
  [
    'sockets that are reset as soon as they are open',
    client => {
      const stream = client.nextStream()
      return [headers(stream, asking(), { endStream: false }), rstStream(stream)]
    },
  ],
  [
    'sockets that are reset with a message on its way',
    client => {
      const stream = client.nextStream()
      return [headers(stream, asking(), { endStream: false }), data(stream, frame({ payload: 'x' })), rstStream(stream)]
    },
  ],
]

for (const [name, round] of STORMS) {
  test(`a storm of ${name} ends as rapid reset does`, async () => {
    const world = new World(app().handler)
    const { client } = await visit(world)
    const other = await visit(world)
    let rounds = 0
    for (; !client.isOver && rounds < 5000; rounds++) {
      client.send(...round(client))
      await happen(world)
      if (rounds % 100 === 0) await assertAnswered(world, other.client)
    }
    assert.equal(client.goawayCode, 'ENHANCE_YOUR_CALM')
    assert.ok(rounds <= 2010, `${rounds} rounds`)
    await world.settle()
    assert.equal(target.peers.size, 0)
    client.destroy()
    await world.settle()
    assert.equal(world.connections.ledger.connections, 1)
    world.assertNothingIsHeld()
    await world.closeAndCheck()
  })
}

/** What is over before it is reset is like a request that was answered. */
const IN_ORDER: typeof STORMS = [
  [
    'sockets that are reset with their close on its way',
    client => {
      const stream = client.nextStream()
      const code = Buffer.from([3, 0xe8])
      return [
        headers(stream, asking(), { endStream: false }),
        data(stream, frame({ opcode: 'close', payload: code })),
        rstStream(stream),
      ]
    },
  ],
  [
    'sockets whose frames are wrong',
    client => {
      const stream = client.nextStream()
      return [headers(stream, asking(), { endStream: false }), data(stream, frame({ opcode: 3 })), rstStream(stream)]
    },
  ],
]

for (const [name, round] of IN_ORDER) {
  test(`1,200 ${name} leave nothing`, async () => {
    const world = new World(app().handler)
    const { client } = await visit(world)
    const other = await visit(world)
    for (let rounds = 0; rounds < 1200; rounds++) {
      client.send(...round(client))
      await happen(world)
      if (rounds % 300 === 0) await assertAnswered(world, other.client)
    }
    await world.settle()
    assert.equal(target.closings.length, 1200)
    assert.equal(target.peers.size, 0)
    world.assertNothingIsHeld()
    await assertAnswered(world, client)
    client.destroy()
    await world.settle()
    await world.closeAndCheck()
  })
}

const FLOODS: readonly [name: string, once: (stream: number) => Uint8Array][] = [
  ['empty DATA', stream => data(stream, new Uint8Array(0))],
  ['DATA with nothing but padding', stream => data(stream, new Uint8Array(0), { padding: 100 })],
  ['window updates of one byte', stream => windowUpdate(stream, 1)],
]

for (const [name, once] of FLOODS) {
  test(`a flood of ${name} on a socket ends as on a request`, async () => {
    const world = new World(app().handler)
    const { client } = await visit(world)
    const other = await visit(world)
    const stream = open(client)
    await world.settle()
    let sent = 0
    for (; !client.isOver && sent < 5000; sent++) {
      client.send(once(stream))
      if (sent % 10 === 0) await happen(world)
      if (sent % 500 === 0) await assertAnswered(world, other.client)
    }
    assert.equal(client.goawayCode, 'ENHANCE_YOUR_CALM')
    assert.ok(sent <= 2020, `${sent} frames`)
    await world.settle()
    assert.equal(target.peers.size, 0)
    client.destroy()
    await world.settle()
    await world.closeAndCheck()
  })
}

test('a socket that ends with its stream, or with trailers, is over for the program with 1006', async () => {
  const world = new World(app().handler)
  const { client } = await visit(world)
  const ends = [
    (stream: number) => data(stream, new Uint8Array(0), { endStream: true }),
    (stream: number) => data(stream, frame({ payload: 'x' }).subarray(0, 3), { endStream: true }),
    (stream: number) => headers(stream, [['x-trailer', 'yes']], { endStream: true }),
    (stream: number) => rstStream(stream, 'NO_ERROR'),
    (stream: number) => rstStream(stream, 'INTERNAL_ERROR'),
  ]
  for (const [n, end] of ends.entries()) {
    const stream = open(client)
    await world.settle()
    client.send(end(stream))
    await world.settle()
    assert.equal(target.closings.length, n + 1)
    assert.equal(target.closings[n].code, 1006)
    assert.ok(client.answer(stream).ended || client.answer(stream).reset !== null || n >= 3)
    await assertAnswered(world, client)
  }
  assert.equal(target.peers.size, 0)
  client.destroy()
  await world.settle()
  await world.closeAndCheck()
})

test('a connection that is gone takes all of its sockets with it', async () => {
  const world = new World(app().handler)
  for (const how of ['reset', 'finish', 'destroy'] as const) {
    told = 0
    const { client, visitor } = await visit(world)
    for (let n = 0; n < STREAMS; n++) open(client, '/room')
    await world.settle()
    assert.equal(target.app.room('all').size, STREAMS)
    if (how === 'finish') client.finish()
    else client[how]()
    await world.settle()
    await world.pass(100_000)
    assert.equal(told, STREAMS, how)
    assert.equal(target.app.room('all').size, 0)
    assert.ok(visitor.server.closed)
  }
  await world.closeAndCheck()
})
