// Peers that vanish, in every way and at every moment: with a FIN, a reset, or a TLS connection that ends without
// close_notify; in the middle of a message, while they are broadcast to, and inside of each handler. The program is told once; nothing is left; nobody else notices.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { App } from '../../src/app/index.ts'
import type { TestSocket } from '../support/websocket-client.ts'
import { breath, until } from './support.ts'
import { largeOnTheWay } from './websocket-large.ts'
import { manyOpensAndCloses } from './websocket-many.ts'
import {
  assertServed,
  eachHouse,
  echoing,
  frame,
  KB,
  leave,
  MB,
  SOCKET_WIRES,
  type Target,
} from './websocket-support.ts'

let target: Target
let told: number[]
/** What a handler does with the client while it runs. */
let meanwhile: (() => Promise<void>) | null

const app = (): App => {
  target = echoing()
  told = []
  meanwhile = null
  const { app } = target
  const close = (_: unknown, code: number): void => void told.push(code)
  app.socket('/room', { queueBytes: 64 * MB }, { open: peer => peer.join('all'), close })
  app.socket('/open', {
    async open(peer) {
      await meanwhile?.()
      await peer.send('too late')
      peer.join('all')
    },
    close,
  })
  app.socket('/message', {
    async message(peer) {
      await meanwhile?.()
      await peer.send('too late')
      peer.join('all')
    },
    close,
  })
  app.socket('/close', {
    async close(peer, code) {
      told.push(code)
      await breath()
      peer.send('too late')
      peer.join('all')
      peer.close()
    },
  })
  return app
}

/** What a client can do in place of a close frame, at any moment. */
const ENDS = {
  FIN: (socket: TestSocket) => socket.finish(),
  reset: (socket: TestSocket) => socket.reset(),
  'the connection is gone': leave,
} as const

const MOMENTS = {
  'at rest': () => {},
  'with a handshake behind it and nothing more': () => {},
  'in the head of a frame': (socket: TestSocket) => socket.raw([0x82]),
  'in the middle of a frame': (socket: TestSocket) => socket.raw(frame({ payload: 'x'.repeat(500) }).subarray(0, 300)),
  'between fragments': (socket: TestSocket) => socket.raw(frame({ fin: false, payload: 'x' })),
  'in the middle of a ping': (socket: TestSocket) =>
    socket.raw(frame({ opcode: 'ping', payload: 'abc' }).subarray(0, 7)),
  'in the middle of a close frame': (socket: TestSocket) =>
    socket.raw(frame({ opcode: 'close', payload: Buffer.from([3, 0xe8]) }).subarray(0, 7)),
  'behind 1,000 messages': (socket: TestSocket) => socket.sendAll(Array(1000).fill('hello')),
} as const

for (const through of ['TCP, shared reads', 'TCP, streams', 'TLS'] as const) {
  eachHouse(
    `over ${through}, peers that end without a close frame are told as 1006`,
    app,
    async ({ house, connect }) => {
      const other = await connect({ path: '/echo' })
      let count = 0
      for (const end of Object.values(ENDS)) {
        for (const begin of Object.values(MOMENTS)) {
          const socket = await connect({ path: '/mute' })
          begin(socket)
          await breath()
          end(socket)
          count++
          await until(() => target.closings.length === count)
          await assertServed(other)
        }
      }
      assert.ok(target.closings.every(({ code }) => code === 1006))
      await until(() => house.server.ledger.content + house.server.ledger.waiting === 0)
      assert.equal(target.peers.size, 1)
    },
    { through },
  )
}

for (const path of ['/open', '/message', '/close'] as const) {
  eachHouse(`the peer is gone while the handler of ${path} runs`, app, async ({ connect }) => {
    const other = await connect({ path: '/echo' })
    let count = 0
    for (const end of Object.values(ENDS)) {
      let client: TestSocket | null = null
      const gone = async (): Promise<void> => {
        await until(() => client !== null)
        end(client!)
        await breath()
      }
      meanwhile = path === '/close' ? null : gone
      client = await connect({ path })
      client.send('hello')
      if (path === '/close') end(client)
      count++
      await until(() => told.length === count)
      await breath()
      await assertServed(other)
    }
    assert.equal(target.app.room('all').size, 0, 'who is gone is in no room')
  })
}

eachHouse('peers are cut, and go, in the middle of a broadcast', app, async ({ connect }) => {
  const other = await connect({ path: '/echo' })
  const sockets = await Promise.all(Array.from({ length: 20 }, () => connect({ path: '/room' })))
  const room = target.app.room('all')
  assert.equal(room.size, 20)
  const message = 'x'.repeat(100 * KB)
  let sent = 0
  for (const [n, socket] of sockets.entries()) {
    if (n % 4 === 0) leave(socket)
    if (n % 4 === 1) socket.reset()
    if (n % 4 === 2) socket.finish()
    sent += room.send(message)
    await assertServed(other)
  }
  assert.ok(sent >= 20 * 5 && sent <= 20 * 20)
  await until(() => room.size === 5)
  for (const [n, socket] of sockets.entries()) {
    if (n % 4 !== 3) continue
    const all = await socket.take(20)
    assert.ok(all.every(one => one === message))
  }
  assert.deepEqual(told, Array(15).fill(1006))
})

// websocket-large.full.test.ts has 64 MB, over TLS too.
largeOnTheWay('TCP, shared reads', 10)

// websocket-many.full.test.ts has 10,000.
for (const wire of SOCKET_WIRES) {
  test(`200 sockets are opened and closed, and nothing is left (${wire})`, t => manyOpensAndCloses(t, wire, 200))
}
