// Handshakes that are slow, huge, wrong, or from elsewhere, that bring bytes along which a server that is not careful would
// take for something else, and very many of them. Each is refused as it should be, and costs nothing afterwards.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { App } from '../../src/app/index.ts'
import { World } from '../server/support.ts'
import { HandshakeRefused } from '../support/websocket-client.ts'
import { breath, house, until } from './support.ts'
import { manyRefused } from './websocket-many.ts'
import { assertServed, eachHouse, echoing, frame, KB, MB, SOCKET_WIRES, type Target } from './websocket-support.ts'

let target: Target
let asked: string[]
const app = (): App => {
  target = echoing()
  asked = []
  const { app } = target
  app.get('/asked', ({ url }) => {
    asked.push(url.search)
    return 'asked'
  })
  app.socket('/late', {
    message(peer, message) {
      peer.send(message)
    },
  })
  app.before(async ({ url }) => {
    if (url.pathname === '/late') await breath()
    return undefined
  })
  return app
}

const upgrade = (path: string, fields = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${fields}\r\n`

const REFUSED: readonly [name: string, fields: Record<string, string | null>, status: number, only?: 'HTTP/1.1'][] = [
  ['a page of another site', { origin: 'https://evil.example' }, 403],
  ['a page without an origin', { origin: 'null' }, 403],
  ['a page of a host that begins like ours', { origin: 'http://localhost.evil.example' }, 403],
  ['a page of another port', { origin: 'http://localhost:1' }, 403],
  ['an origin that is none', { origin: 'http://' }, 403],
  ['version 12', { 'sec-websocket-version': '12' }, 426],
  ['no version', { 'sec-websocket-version': null }, 426],
  ['no key', { 'sec-websocket-key': null }, 400, 'HTTP/1.1'],
  ['a short key', { 'sec-websocket-key': 'c2hvcnQ=' }, 400, 'HTTP/1.1'],
  ['a long key', { 'sec-websocket-key': `${'A'.repeat(8000)}==` }, 400, 'HTTP/1.1'],
  ['a subprotocol twice', { 'sec-websocket-protocol': 'chat, chat' }, 400],
  ['a subprotocol that is no token', { 'sec-websocket-protocol': 'chat, su per' }, 400],
  ['a huge field', { 'x-huge': 'x'.repeat(40 * KB) }, 431],
  ['an offer of 30 KB that is none', { 'sec-websocket-extensions': `${';'.repeat(30_000)}` }, 400],
]

eachHouse('handshakes that are wrong are refused, and cost nothing', app, async ({ connect, wire, house }) => {
  const other = await connect({ path: '/echo' })
  for (const [name, fields, status, only] of REFUSED) {
    if (only !== undefined && only !== wire) continue
    const refused = await connect({ path: '/echo', fields }).then(
      () => 'taken',
      (error: unknown) => error,
    )
    assert.ok(refused instanceof HandshakeRefused, `${name}: ${String(refused)}`)
    // There is no Upgrade in HTTP/2, and so no 426.
    assert.equal(refused.response.status, status === 426 && wire === 'HTTP/2' ? 400 : status, name)
    await assertServed(other)
  }
  assert.equal(target.peers.size, 1, 'the program has not seen any of them')
  assert.deepEqual(target.closings, [])
  assert.deepEqual(house.failures, [])
})

eachHouse('what comes in one piece with a handshake belongs to it', app, async ({ connect }) => {
  const behind = Buffer.concat(['one', 'two', 'three'].map(payload => frame({ opcode: 'text', payload })))
  for (const path of ['/echo', '/late']) {
    const socket = await connect({ path, behind })
    assert.deepEqual(await socket.take(3), ['one', 'two', 'three'])
    socket.close()
    assert.equal((await socket.closed).code, 1000)
  }
})

eachHouse('nothing is kept without a bound of what comes before a late handshake is taken', app, async served => {
  const { connect, house } = served
  const other = await connect({ path: '/echo' })
  const message = frame({ payload: 'x'.repeat(10_000) })
  const socket = await connect({ path: '/late', behind: Buffer.concat(Array(400).fill(message)) })
  for (let got = 0; got < 400; got++) {
    assert.equal((await socket.next()).length, 10_000)
    const { waiting, content } = house.server.ledger
    assert.ok(waiting + content < MB, `${waiting} + ${content}`)
  }
  await assertServed(other)
})

test('a request that is smuggled behind a handshake is not answered', async context => {
  await house(context, 'TCP, shared reads', app().handler, {}, async ({ connect, server }) => {
    for (const path of ['/echo', '/late']) {
      const client = await connect()
      client.send(`${upgrade(path)}GET /asked?smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n`)
      await client.over()
      assert.deepEqual(client.statuses, [101])
      assert.match(client.text, /reserved-bits|mask-missing|reserved-opcode/)
      client.destroy()
    }
    assert.deepEqual(asked, [])
    await until(() => server.ledger.connections === 0)
  })
})

test('a handshake behind pipelined requests waits for its turn, and those behind a refused one are answered', async context => {
  await house(context, 'TCP, shared reads', app().handler, {}, async ({ connect }) => {
    const hello = frame({ opcode: 'text', payload: 'hello' })
    const client = await connect()
    const get = (n: number): string => `GET /asked?${n} HTTP/1.1\r\nHost: localhost\r\n\r\n`
    client.send(Buffer.concat([Buffer.from(get(1) + get(2) + upgrade('/echo')), hello]))
    await client.until(() => client.text.endsWith('\x81\x05hello'))
    assert.deepEqual(client.statuses, [200, 200, 101])
    const refused = await connect()
    refused.send(get(3) + upgrade('/echo', 'Origin: http://evil.example\r\n') + get(4))
    await refused.responses(3)
    assert.deepEqual(refused.statuses, [200, 403, 200])
    assert.deepEqual(asked, ['?1', '?2', '?3', '?4'])
  })
})

test('a handshake that brings content is refused, and its content is not taken for frames', async context => {
  await house(context, 'TCP, shared reads', app().handler, {}, async ({ connect }) => {
    const hello = frame({ opcode: 'text', payload: 'hello' })
    for (const framing of [`Content-Length: ${hello.length}`, 'Transfer-Encoding: chunked']) {
      const client = await connect()
      client.send(Buffer.concat([Buffer.from(upgrade('/echo', `${framing}\r\n`)), hello]))
      await client.responses(1)
      assert.equal(client.statuses[0], 426)
      await breath()
      assert.ok(!client.text.includes('\x81\x05hello'))
      client.destroy()
    }
    assert.equal(target.peers.size, 0)
  })
})

test('a handshake that comes a byte a second is ended as any head', async () => {
  const world = new World(app().handler)
  const visitor = world.connect()
  const text = upgrade('/echo')
  for (let second = 0; second < 22; second++) {
    visitor.send(text[second])
    await world.pass(1000)
  }
  assert.ok(visitor.ended)
  assert.deepEqual(visitor.statuses, [408])
  await world.closeAndCheck()
})

for (const wire of SOCKET_WIRES) {
  test(`200 refused handshakes leave nothing (${wire})`, t => manyRefused(t, wire, 200))
}
