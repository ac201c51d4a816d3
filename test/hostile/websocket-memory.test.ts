// Messages that begin and do not end, over many connections: what they hold is bounded for all of them together. Who wants
// more is closed with 1013, small messages go on, and what was held is there again for others afterwards.
import assert from 'node:assert/strict'
import { deflateRawSync } from 'node:zlib'
import { alive, assertServed, eachHouse, eachWorld, echoing, frame, KB, MB, type Target } from './websocket-support.ts'

let target: Target
const app = (): Target['app'] => {
  target = echoing()
  return target.app
}

const BUDGET = 3 * MB
const COUNT = 16
/** What each connection may hold in any case. */
const FREE = 64 * KB
/** As large as a message may be, and not its last byte. */
const UNFINISHED = frame({ payload: 'x'.repeat(MB) }).subarray(0, -1)
const EXTENSIONS = 'permessage-deflate'
const COMPRESSED = frame({
  opcode: 'binary',
  reserved: 0x40,
  fin: false,
  payload: deflateRawSync(new Uint8Array(MB - 1), { finishFlush: 2 }),
})

for (const [how, bytes, extensions] of [
  ['messages', UNFINISHED, ''],
  ['compressed messages', COMPRESSED, EXTENSIONS],
] as const) {
  eachWorld(
    `the ${how} of ${COUNT} connections that are not complete share a budget`,
    app,
    async ({ world, visit, served }) => {
      for (let round = 0; round < 2; round++) {
        target.closings.length = 0
        const guests = []
        for (let n = 0; n < COUNT; n++) guests.push(await visit({ path: '/mute', extensions }))
        for (const { socket } of guests) {
          socket.raw(bytes)
          await world.settle()
          const { content } = world.connections.ledger
          assert.ok(content <= BUDGET + COUNT * FREE, `${content} bytes are held`)
        }
        await served()
        const refused = guests.filter(({ socket }) => socket.closeFrame !== null)
        assert.ok(refused.length > COUNT / 2 && refused.length < COUNT, `${refused.length} of ${COUNT}`)
        for (const { socket } of refused)
          assert.deepEqual(socket.closeFrame, { code: 1013, reason: 'no-message-memory' })
        // Others take small messages, however little is left.
        const { socket } = await visit()
        const small = 'y'.repeat(60_000)
        socket.send(small)
        await world.settle()
        assert.deepEqual(socket.messages, [small])
        // What they hold is given back however they end.
        for (const [n, { socket, near }] of guests.entries()) {
          if (n % 3 === 0) near.reset()
          else if (n % 3 === 1) socket.finish()
          else if (extensions === '') socket.raw([1])
          else socket.raw(frame({ opcode: 'continuation', payload: Buffer.from([1, 0, 0, 0xff, 0xff]) }))
        }
        await world.settle()
        for (const { near } of guests) near.destroy()
        socket.close()
        await world.settle()
        world.assertNothingIsHeld()
        assert.equal(target.peers.size, 1)
      }
      const large = 'z'.repeat(MB)
      const { socket } = await visit()
      socket.send(large)
      await world.settle()
      assert.deepEqual(socket.messages, [large])
    },
    { limits: { messageMemory: BUDGET } },
  )
}

eachHouse(
  'heads that announce 64 MB cost what has come of them, not what they say',
  app,
  async ({ connect }) => {
    const other = await connect({ path: '/echo' })
    const sockets = await Promise.all(Array.from({ length: 64 }, () => connect({ path: '/mute' })))
    await assertServed(other)
    const before = await alive()
    const head = frame({ announced: { bits: 64, length: BigInt(64 * MB) } })
    for (const socket of sockets) socket.raw(head).raw(Buffer.alloc(100))
    await assertServed(other)
    assert.ok((await alive()) - before < 64 * 8 * KB)
  },
  { limits: { messageBytes: 64 * MB } },
)
