// Floods: of pings, pongs, closes, tiny messages and fragments. Whatever comes, what is held stays bounded, the sender is
// stopped where it must be, nobody else notices, and nothing is left.
import assert from 'node:assert/strict'
import type { World } from '../server/support.ts'
import {
  alive,
  assertServed,
  closing,
  eachHouse,
  eachWorld,
  echoing,
  frame,
  KB,
  MB,
  type Target,
} from './websocket-support.ts'

let target: Target
/** What the handler of `/slow` waits for, message by message. */
let due: (() => void)[]
let heard: string[]
const app = (): Target['app'] => {
  target = echoing()
  due = []
  heard = []
  target.app.socket('/slow', {
    message(_, message) {
      heard.push(String(message))
      return new Promise<void>(resolve => due.push(resolve))
    },
  })
  return target.app
}

/** What one connection may hold: what is read ahead, what is written ahead, and a read or two on top. */
const MOST_HELD = 600 * KB

function assertBounded(world: World, most = MOST_HELD): void {
  const { content, waiting, output } = world.connections.ledger
  assert.ok(content + waiting + output <= most, JSON.stringify(world.connections.ledger))
}

const PING = frame({ opcode: 'ping', payload: 'x'.repeat(20) })

eachWorld('pings without end are answered, each, while they are read', app, async ({ world, visit, served }) => {
  const { socket } = await visit({ path: '/mute' })
  for (let sent = 0; sent < 8000; sent += 2000) {
    socket.raw(Buffer.concat(Array(2000).fill(PING)))
    await world.settle()
    assertBounded(world)
    await served()
  }
  assert.equal(socket.pongs, 8000)
  socket.close()
  await world.settle()
})

eachWorld(
  'who sends pings and reads no pong has the latest answered, and is cut',
  app,
  async ({ world, visit, served }) => {
    const guest = await visit({ path: '/mute' })
    await served()
    guest.server.room = 0
    for (let sent = 0; sent < 4 * MB; sent += 2000 * PING.length) {
      guest.socket.raw(Buffer.concat(Array(2000).fill(PING)))
      await world.settle()
      assertBounded(world, 100 * KB)
      await served()
    }
    assert.deepEqual(target.closings, [])
    await world.pass(62_000)
    assert.deepEqual(target.closings, [{ code: 1006, reason: '' }])
    guest.near.destroy()
    await world.settle()
  },
)

eachWorld('pongs without end are nothing to anybody', app, async ({ world, visit, served }) => {
  const { socket, server } = await visit({ path: '/mute' })
  await served()
  const before = server.bytesSent
  const PONG = frame({ opcode: 'pong', payload: 'x'.repeat(125) })
  for (let sent = 0; sent < 10_000; sent += 1000) {
    socket.raw(Buffer.concat(Array(1000).fill(PONG)))
    await world.settle()
    assert.equal(world.connections.ledger.output, 0)
    await served()
  }
  // Over HTTP/2 the stream's window is opened again.
  assert.ok(server.bytesSent - before <= 4 * KB, `${server.bytesSent - before} bytes`)
  socket.close()
  await world.settle()
})

eachWorld('of many close frames the first counts', app, async ({ world, visit, served }) => {
  const { socket } = await visit({ path: '/mute' })
  const frames = Array.from({ length: 5000 }, (_, n) => closing(3000 + (n % 1000), `${n}`))
  socket.raw(Buffer.concat(frames))
  await world.settle()
  assert.deepEqual(target.closings, [{ code: 3000, reason: '0' }])
  assert.equal((await socket.closed).code, 3000)
  await served()
})

eachWorld('a slow program stops who sends it tiny messages', app, async ({ world, visit, served }) => {
  const { socket } = await visit({ path: '/slow' })
  const count = 15_000
  for (let sent = 0; sent < count; sent += 1000)
    socket.sendAll(Array.from({ length: 1000 }, (_, n) => `message ${sent + n}, which is not very long`))
  for (let settled = 0; settled < 5; settled++) {
    await world.settle()
    assertBounded(world, 300 * KB)
    await served()
  }
  // The program gets one at a time, in order, however long it takes.
  for (let done = 0; done < 50; done++) {
    assert.equal(heard.length, done + 1)
    due.shift()!()
    await world.settle()
    assertBounded(world, 300 * KB)
  }
  // Then it is quick.
  const goOn = setInterval(() => {}, 1000)
  while (heard.length < count || due.length > 0) {
    due.splice(0).forEach(done => void done())
    await null
    await null
    await null
    if (due.length === 0) await world.settle()
  }
  clearInterval(goOn)
  assert.deepEqual(
    heard,
    Array.from({ length: count }, (_, n) => `message ${n}, which is not very long`),
  )
  world.assertNothingIsHeld()
  socket.close()
  await world.settle()
})

eachWorld(
  'what waits for a slow program is heard, and the close behind it told, though the peer has ended',
  app,
  async served => {
    const { world, visit } = served
    const { socket } = await visit({ path: '/slow' })
    socket.sendAll(['one', 'two', 'three']).close(4000, 'that is all').finish()
    for (let n = 1; n <= 3; n++) {
      await world.settle()
      assert.equal(heard.length, n)
      due.shift()!()
    }
    await world.settle()
    assert.deepEqual(heard, ['one', 'two', 'three'])
    assert.deepEqual(await socket.closed, { code: 4000, reason: '' })
    await served.served()
  },
)

eachWorld('fragments of one byte, with pings between, are a message', app, async ({ world, visit, served }) => {
  const { socket } = await visit()
  const pieces: Uint8Array[] = [frame({ opcode: 'text', fin: false, payload: '0' })]
  for (let n = 1; n < 30_000; n++) {
    pieces.push(frame({ opcode: 'continuation', fin: false, payload: String(n % 10) }))
    if (n % 100 === 0) pieces.push(frame({ opcode: 'ping' }))
  }
  for (let at = 0; at < pieces.length; at += 3000) {
    socket.raw(Buffer.concat(pieces.slice(at, at + 3000)))
    await world.settle()
    assertBounded(world, 100 * KB)
    await served()
  }
  socket.raw(frame({ opcode: 'continuation', payload: '' }))
  await world.settle()
  assert.deepEqual(socket.messages, ['0123456789'.repeat(3000)])
  assert.equal(socket.pongs, 299)
  socket.close()
  await world.settle()
})

eachWorld('fragments without end are too large a message', app, async ({ world, visit, served }) => {
  const { socket } = await visit({ path: '/mute' })
  socket.raw(frame({ fin: false, payload: 'x' }))
  const piece = frame({ opcode: 'continuation', fin: false, payload: 'x'.repeat(10_000) })
  let sent = 0
  for (; socket.closeFrame === null && sent < 200; sent++) {
    socket.raw(piece)
    await world.settle()
    assertBounded(world, MB + 100 * KB)
  }
  assert.equal(sent, 105)
  assert.deepEqual(socket.closeFrame, { code: 1009, reason: 'message-too-large' })
  assert.deepEqual(target.closings, [{ code: 1006, reason: 'message-too-large' }])
  await served()
})

eachHouse('memory does not grow with what is flooded over sockets', app, async ({ connect }) => {
  const other = await connect({ path: '/echo' })
  const before = await alive()
  const pings = Buffer.concat(Array(2000).fill(PING))
  const tiny = Buffer.concat(Array(5000).fill(frame({ payload: 'x' })))
  for (const [path, bytes] of [
    ['/mute', pings],
    ['/echo', tiny],
    ['/slow', tiny],
  ] as const) {
    const socket = await connect({ path })
    socket.pauseReading()
    for (let round = 0; round < 6; round++) {
      socket.raw(bytes)
      await assertServed(other)
    }
    // What the client has not got rid of is its own.
    const own = 6 * bytes.length * 2
    const grown = (await alive()) - before - own
    assert.ok(grown < 4 * MB, `${path}: ${grown} bytes`)
    socket.reset()
    await assertServed(other)
  }
  assert.ok((await alive()) - before < 6 * MB)
})
