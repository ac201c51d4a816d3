// Compressed messages that mean harm (RFC 7692): bombs, blocks that inflate to nothing and have no end, data that is no
// DEFLATE, compression where there must be none, and many connections that want memory for it.
import assert from 'node:assert/strict'
import { constants, deflateRawSync } from 'node:zlib'
import { until } from './support.ts'
import {
  alive,
  assertServed,
  eachHouse,
  eachWorld,
  echoing,
  type FrameOptions,
  frame,
  KB,
  MB,
  type Target,
} from './websocket-support.ts'

const EXTENSIONS = 'permessage-deflate; client_max_window_bits'
const RSV1 = 0x40
let target: Target
let heard: unknown[]
const app = (): Target['app'] => {
  target = echoing()
  heard = []
  target.app.socket('/heard', { message: (_, message) => void heard.push(message) })
  return target.app
}

/** A piece that goes on anywhere, and can be followed by itself again and again: a sync flush ends it. */
function deflated(content: Uint8Array | string): Buffer {
  return deflateRawSync(content, { finishFlush: constants.Z_SYNC_FLUSH })
}

/** A compressed message, the end of its last block left out (section 7.2.1). */
function message(content: Uint8Array | string, options: FrameOptions = {}): Buffer {
  return frame({ opcode: 'text', reserved: RSV1, payload: deflated(content).subarray(0, -4), ...options })
}

/** 1 MB of zeros in about 1 KB. */
const ZEROS = deflated(new Uint8Array(MB))
/** Inflates to nothing. */
const NOTHING = Buffer.from([0, 0, 0, 0xff, 0xff])

const WORDS = 'what is referred to was never there'

const FAULTS: readonly [name: string, bytes: Uint8Array, code: number, rule: string][] = [
  ['a compressed ping', frame({ opcode: 'ping', reserved: RSV1, payload: deflated('x') }), 1002, 'reserved-bits'],
  ['a compressed close', frame({ opcode: 'close', reserved: RSV1 }), 1002, 'reserved-bits'],
  [
    'a continuation that says it is compressed',
    Buffer.concat([
      frame({ reserved: RSV1, fin: false, payload: deflated('x') }),
      frame({ opcode: 'continuation', reserved: RSV1, payload: deflated('y') }),
    ]),
    1002,
    'reserved-bits',
  ],
  [
    'a block type that there is not',
    frame({ reserved: RSV1, payload: Buffer.from([0x07, 0, 0]) }),
    1007,
    'invalid-deflate',
  ],
  [
    'a stored block whose length is wrong',
    frame({ reserved: RSV1, payload: Buffer.from([0, 5, 0, 5, 0, 1, 2, 3, 4, 5]) }),
    1007,
    'invalid-deflate',
  ],
  [
    'a distance beyond the begin',
    frame({ reserved: RSV1, payload: deflateRawSync(WORDS, { dictionary: Buffer.from(WORDS) }) }),
    1007,
    'invalid-deflate',
  ],
  ['noise', frame({ reserved: RSV1, payload: Buffer.alloc(1000, 0xff) }), 1007, 'invalid-deflate'],
  ['text that inflates to what is not UTF-8', message(Buffer.from([0x61, 0xff])), 1007, 'invalid-utf8'],
  [
    'wrong text in a message that goes on',
    message(Buffer.from([0x61, 0xff, 0x62]), { fin: false, payload: deflated(Buffer.from([0x61, 0xff, 0x62])) }),
    1007,
    'invalid-utf8',
  ],
  [
    'a bomb of 900 MB',
    frame({ reserved: RSV1, payload: Buffer.concat(Array(900).fill(ZEROS)) }),
    1009,
    'message-too-large',
  ],
]

eachHouse('compressed messages that are wrong, or bombs, end with their close codes', app, async ({ connect }) => {
  const other = await connect({ path: '/echo' })
  await assertServed(other)
  const { rss } = process.memoryUsage()
  for (const [name, bytes, code, rule] of FAULTS) {
    const socket = await connect({ path: '/mute', extensions: EXTENSIONS })
    assert.match(socket.extensions, /^permessage-deflate/)
    socket.raw(bytes)
    assert.equal((await socket.closed).code, code, name)
    assert.equal(socket.closeFrame?.reason, rule, name)
    await assertServed(other)
  }
  const grown = process.memoryUsage().rss - rss
  assert.ok(grown < 60 * MB, `${grown / MB} MB`)
})

eachHouse('a bomb in many fragments, over many connections at once, is cut off at the limit', app, async served => {
  const { connect, house } = served
  const other = await connect({ path: '/echo' })
  await assertServed(other)
  const sockets = await Promise.all(
    Array.from({ length: 40 }, () => connect({ path: '/mute', extensions: EXTENSIONS })),
  )
  const { rss } = process.memoryUsage()
  const first = frame({ reserved: RSV1, fin: false, payload: ZEROS.subarray(0, 500) })
  const second = frame({ opcode: 'continuation', fin: false, payload: ZEROS.subarray(500) })
  const more = frame({ opcode: 'continuation', fin: false, payload: ZEROS })
  for (const socket of sockets) socket.raw(first)
  for (const socket of sockets) socket.raw(second)
  await assertServed(other)
  // Each has exactly as much as is allowed.
  await until(() => house.server.ledger.content === sockets.length * MB)
  assert.deepEqual(target.closings, [])
  for (const socket of sockets) {
    socket.raw(more)
    await assertServed(other)
  }
  for (const socket of sockets) assert.equal((await socket.closed).code, 1009)
  const grown = process.memoryUsage().rss - rss
  assert.ok(grown < 150 * MB, `${grown / MB} MB for 40 messages of 1 MB`)
})

eachWorld('blocks that inflate to nothing have an end', app, async ({ world, visit, served }) => {
  const guest = await visit({ path: '/mute', extensions: EXTENSIONS })
  const { socket } = guest
  socket.raw(frame({ reserved: RSV1, fin: false, payload: NOTHING }))
  const piece = frame({ opcode: 'continuation', fin: false, payload: Buffer.concat(Array(2000).fill(NOTHING)) })
  let sent = 0
  for (; !socket.over && sent < 10 * MB; sent += piece.length) {
    socket.raw(piece)
    await world.settle()
    if (sent % 100 === 0) await served()
    const { content, waiting } = world.connections.ledger
    assert.ok(content + waiting < 200 * KB)
  }
  assert.equal(socket.closeFrame?.code, 1009)
  assert.ok(sent <= 3 * MB, `${sent} bytes`)
  await served()
})

eachWorld('blocks that inflate to nothing, a few at a time, are a message that comes too slowly', app, async served => {
  const { world, visit } = served
  const { socket } = await visit({ path: '/mute', extensions: EXTENSIONS })
  socket.raw(frame({ reserved: RSV1, fin: false, payload: NOTHING }))
  let second = 0
  for (; !socket.over && second < 30; second++) {
    socket.raw(frame({ opcode: 'continuation', fin: false, payload: Buffer.concat(Array(500).fill(NOTHING)) }))
    await world.pass(1000)
  }
  assert.equal(socket.closeFrame?.code, 1008)
  assert.ok(second >= 20 && second <= 22, `${second} s`)
  await served.served()
})

eachWorld('empty compressed fragments have an end', app, async ({ world, visit, served }) => {
  const { socket } = await visit({ path: '/mute', extensions: EXTENSIONS })
  socket.raw(frame({ reserved: RSV1, fin: false }))
  for (let n = 0; n < 20 && !socket.over; n++) {
    socket.raw(Buffer.concat(Array(100).fill(frame({ opcode: 'continuation', fin: false }))))
    await world.settle()
  }
  assert.equal(socket.closeFrame?.code, 1008)
  await served()
})

eachHouse(
  'connections that want memory for compression share a budget, and work without it too',
  app,
  async ({ connect, house }) => {
    const before = await alive()
    const sockets = []
    for (let n = 0; n < 60; n++) sockets.push(await connect({ path: '/mute', extensions: EXTENSIONS }))
    const kept = sockets.filter(({ extensions }) => !extensions.includes('client_no_context_takeover'))
    assert.ok(kept.length > 0 && kept.length < 40, `${kept.length} of 60 keep their inflater`)
    const text = 'all work and no play makes a dull connection, '.repeat(100)
    for (const socket of sockets) socket.raw(message(text)).raw(message(text))
    for (const socket of sockets) {
      socket.ping()
      await socket.until(() => socket.pongs === 1 || socket.over)
      assert.ok(!socket.over, JSON.stringify(socket.closeFrame))
    }
    const grown = (await alive()) - before
    assert.ok(grown < 6 * MB, `${grown / MB} MB`)
    for (const socket of sockets) socket.close()
    await Promise.all(sockets.map(({ closed }) => closed))
    await until(() => target.peers.size === 0)
    // What they had is there for others.
    const again = await connect({ path: '/mute', extensions: EXTENSIONS })
    assert.ok(!again.extensions.includes('client_no_context_takeover'))
    assert.deepEqual(house.rules, [])
  },
  { limits: { compressionBytes: MB } },
)

eachWorld(
  'messages that are compressed and do not end wait, small, where there is no memory for more inflaters',
  app,
  async ({ world, visit, served }) => {
    const before = await alive()
    const guests = []
    const extensions = `${EXTENSIONS}; client_no_context_takeover`
    for (let n = 0; n < 40; n++) guests.push(await visit({ path: '/heard', extensions }))
    for (const { socket } of guests) {
      socket.raw(frame({ opcode: 'text', reserved: RSV1, fin: false, payload: deflated('begun, ').subarray(0, 5) }))
      await world.settle()
      assert.ok(world.settings.codecs.bytes <= MB, `${world.settings.codecs.bytes} bytes`)
    }
    await served()
    const middle = deflated('x'.repeat(50))
    const tiny = [...deflated('begun, ').subarray(5), ...Buffer.concat(Array(300).fill(middle))].map(byte =>
      frame({ opcode: 'continuation', fin: false, payload: Buffer.of(byte) }),
    )
    for (const { socket } of guests) socket.raw(Buffer.concat(tiny))
    await world.settle()
    await served()
    const grown = (await alive()) - before
    assert.ok(grown < 8 * MB, `${grown} bytes for 40 connections`)
    for (const { socket } of guests) {
      socket.raw(frame({ opcode: 'continuation', payload: deflated(', and ended').subarray(0, -4) }))
      await world.settle()
    }
    assert.deepEqual(heard, Array(40).fill(`begun, ${'x'.repeat(15_000)}, and ended`))
    for (const { near } of guests) near.reset()
    await world.settle()
  },
  { limits: { compressionBytes: MB } },
)
