// permessage-deflate by the server's codec: against zlib itself, against itself in every combination of parameters, and against data
// that means no good.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { codecFor } from '../../src/server/websocket-codec.ts'
import { CodecPool } from '../../src/server/websocket-codec-pool.ts'
import { Coder, FLUSH, hasCoders } from '../../src/server/websocket-codec-zlib.ts'
import type { Agreed, MessageCodec } from '../../src/websocket/index.ts'

const MB = 1024 * 1024
const BITS = [8, 9, 10, 12, 15]
const USUAL: Agreed = { serverTakeover: true, clientTakeover: true, serverWindowBits: 15, clientWindowBits: 15 }
const ALONE: Agreed = { ...USUAL, serverTakeover: false, clientTakeover: false }
const TAIL = Uint8Array.of(0, 0, 0xff, 0xff)

function codec(
  agreed: Agreed = USUAL,
  role: 'server' | 'client' = 'server',
  pool = new CodecPool(64 * MB),
): MessageCodec {
  return codecFor(agreed, role, pool)
}

/** All that comes out of a message that comes in pieces; or the fault. */
function inflated(codec: MessageCodec, pieces: readonly Uint8Array[], most = MB): Buffer | string {
  const out: Uint8Array[] = []
  let left = most
  for (const [at, piece] of pieces.entries()) {
    let made = codec.inflate(piece, 0, piece.length, at === pieces.length - 1, left)
    for (;;) {
      if (typeof made === 'string') return made
      out.push(made.slice())
      left -= made.length
      if (!codec.more) break
      made = codec.inflateMore(left)
    }
  }
  return Buffer.concat(out)
}

/** What zlib makes of a message, with the memory of what was before. */
function zlibDeflated(message: Uint8Array, before: Uint8Array, windowBits = 15, level = 6): Buffer {
  const dictionary = before.length === 0 ? {} : { dictionary: before.subarray(-(2 ** windowBits)) }
  const made = deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH, windowBits, level, ...dictionary })
  return made.subarray(0, -4)
}

function zlibInflated(made: Uint8Array, before: Uint8Array): Buffer {
  const dictionary = before.length === 0 ? {} : { dictionary: before.subarray(-32768) }
  return inflateRawSync(Buffer.concat([made, TAIL]), { finishFlush: constants.Z_SYNC_FLUSH, ...dictionary })
}

function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.map(place => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return cuts.slice(1).map((end, at) => bytes.subarray(cuts[at], end))
}

const words = fc.array(fc.constantFrom('user', '"id":', 'wire', '[1,2,3]', 'žluť', '\0', 'a'.repeat(300)), {
  maxLength: 400,
})
const message = fc.oneof(
  words.map(parts => Buffer.from(parts.join(''))),
  fc.uint8Array({ maxLength: 2000 }).map(bytes => Buffer.from(bytes)),
)
const cuts = fc.array(fc.nat(), { maxLength: 6 })

test('this runtime has coders', () => assert.ok(hasCoders()))

for (const takeover of [true, false])
  test(`what zlib has compressed is inflated, wherever it is cut, ${takeover ? 'with' : 'without'} a history`, () => {
    const level = fc.constantFrom(0, 1, 6, 9)
    fc.assert(
      fc.property(fc.array(fc.tuple(message, cuts, level), { maxLength: 6 }), messages => {
        const server = codec({ ...USUAL, clientTakeover: takeover })
        let before: Buffer = Buffer.alloc(0)
        for (const [bytes, places, level] of messages) {
          assert.deepEqual(inflated(server, cutAt(zlibDeflated(bytes, before, 15, level), places)), bytes)
          if (takeover) before = Buffer.concat([before, bytes])
        }
        server.close()
      }),
    )
  })

for (const takeover of [true, false])
  test(`zlib inflates what was compressed, ${takeover ? 'with' : 'without'} a history, sent as it is or for many in between`, () => {
    const way = fc.constantFrom('usual', 'usual', 'usual', 'slices', 'for many')
    fc.assert(
      fc.property(fc.array(fc.tuple(message, way), { maxLength: 8 }), messages => {
        const server = codec({ ...USUAL, serverTakeover: takeover })
        let before: Buffer = Buffer.alloc(0)
        for (const [bytes, way] of messages) {
          const made = compressedBy(server, bytes, way)
          if (made === null) continue
          assert.deepEqual(zlibInflated(made, takeover ? before : Buffer.alloc(0)), bytes)
          before = Buffer.concat([before, bytes])
        }
        server.close()
      }),
    )
  })

function compressedBy(codec: MessageCodec, bytes: Uint8Array, way: string): Uint8Array | null {
  if (way === 'usual') return codec.deflate(bytes, 0, bytes.length)?.slice() ?? null
  if (way === 'for many') {
    const made = codec.deflateAlone(bytes)
    if (made !== null) codec.forget()
    return made
  }
  const slices = cutAt(bytes, [bytes.length >> 2, bytes.length >> 1])
  const made: Uint8Array[] = []
  for (const [at, slice] of slices.entries()) {
    const piece = codec.deflateSlice(slice, 0, slice.length, at === 0, at === slices.length - 1)
    if (piece === null) {
      assert.equal(at, 0, 'only the first slice may be better sent as it is')
      return null
    }
    made.push(piece.slice())
  }
  return Buffer.concat(made)
}

for (const serverTakeover of [true, false])
  for (const clientTakeover of [true, false])
    for (const serverWindowBits of BITS)
      for (const clientWindowBits of BITS) {
        const agreed = { serverTakeover, clientTakeover, serverWindowBits, clientWindowBits }
        test(`both roles understand each other: ${JSON.stringify(agreed)}`, () => {
          const pool = new CodecPool(64 * MB)
          const [server, client] = [codec(agreed, 'server', pool), codec(agreed, 'client', pool)]
          for (let at = 0; at < 24; at++) {
            const bytes = record(at)
            const [from, to] = at % 3 === 0 ? [server, client] : [client, server]
            const made = from.deflate(bytes, 0, bytes.length)
            if (made !== null) assert.deepEqual(inflated(to, cutAt(made.slice(), [at * 31, at * 57])), bytes)
          }
          server.close()
          client.close()
          assert.equal(pool.inflating, 0)
        })
      }

/** Messages of some 2 KB that have much in common, also with ones of long ago. */
function record(at: number): Buffer {
  const fields = Array.from({ length: 40 }, (_, i) => ({
    id: at * i,
    name: `user ${(at * i) % 17}`,
    score: Math.sqrt(i + at),
  }))
  return Buffer.from(JSON.stringify(fields))
}

for (const bits of [8, 9, 10, 11, 12])
  test(`nothing refers back by more than a window of ${bits} bits`, () => {
    const server = codec({ ...USUAL, serverWindowBits: bits })
    const window = new Coder({ mode: 'inflate', windowBits: bits, level: 0, memLevel: 8 })
    for (let at = 0; at < 30; at++) {
      const bytes =
        at % 2 === 0 ? record(at) : Buffer.from(Array.from({ length: 900 }, (_, i) => `${i % 89}`).join(' '))
      const made = server.deflate(bytes, 0, bytes.length)
      assert.ok(made !== null && made.length < bytes.length / 2)
      // One byte at a time: the inflater has nothing to look into but its window.
      const whole = Buffer.concat([made, TAIL])
      const out = new Uint8Array(1)
      for (let left = bytes.length, from = 0; left > 0; left--) {
        window.write(FLUSH.everything, whole, from, whole.length, out, 0, 1)
        assert.ok(!window.failed)
        from = whole.length - window.inputLeft
        assert.equal(out[0], bytes[bytes.length - left])
        if (left === 1) window.write(FLUSH.everything, whole, from, whole.length, new Uint8Array(9), 0, 9)
      }
    }
    window.close()
    server.close()
  })

test('an empty message is inflated from what stands for it, and from nothing', () => {
  for (const agreed of [USUAL, ALONE]) {
    const server = codec(agreed)
    for (const empty of [[0], [1], [], [2, 0], [3, 0], [3, 0, 0]]) {
      assert.deepEqual(inflated(server, [Uint8Array.from(empty)]), Buffer.alloc(0))
      assert.deepEqual(inflated(server, [zlibDeflated(Buffer.from('Hello'), Buffer.alloc(0))]), Buffer.from('Hello'))
    }
    server.close()
  }
})

test('messages of blocks that end a stream are inflated, wherever they are cut, and what follows may refer to them', () => {
  for (const agreed of [USUAL, ALONE])
    fc.assert(
      fc.property(fc.array(fc.tuple(message, cuts, fc.boolean()), { minLength: 1, maxLength: 5 }), messages => {
        const server = codec(agreed)
        let before: Buffer = Buffer.alloc(0)
        for (const [bytes, places, padded] of messages) {
          const dictionary =
            before.length === 0 || !agreed.clientTakeover ? {} : { dictionary: before.subarray(-32768) }
          const stream = deflateRawSync(bytes, dictionary)
          const whole = padded ? Buffer.concat([stream, Uint8Array.of(0)]) : stream
          assert.deepEqual(inflated(server, cutAt(whole, places)), bytes)
          before = Buffer.concat([before, bytes])
        }
        server.close()
      }),
      { numRuns: 60 },
    )
})

test('blocks that end a stream again and again are refused', () => {
  const blocks = Buffer.alloc(60_000, Buffer.from([0x4b, 0x04, 0x00]))
  assert.equal(inflated(codec(), [blocks]), 'invalid-deflate')
})

const INVALID: Readonly<Record<string, Buffer>> = {
  'a block of no type': Buffer.from([0x07]),
  'a length that does not fit its complement': Buffer.from([0x00, 0x05, 0x00, 0x00, 0x00, 0x41]),
  'a distance before the begin': Buffer.from([0x4b, 0x84, 0x41, 0x00]),
  'what ends in the middle of a block': zlibDeflated(
    Buffer.from('Hello, this goes on for a while'),
    Buffer.alloc(0),
  ).subarray(0, 12),
  'what ends in the middle of a stored block': Buffer.from([0x00, 0x05, 0x00, 0xfa, 0xff, 0x48]),
  'a last block that is ended only by what was cut off': Buffer.from([0x03]),
  'what ends in the head of a block': Buffer.from([0x04, 0x0a]),
  'a message with garbage behind it': Buffer.concat([zlibDeflated(record(1), Buffer.alloc(0)), Buffer.from('garbage')]),
  'garbage behind a block that ends a stream': Buffer.concat([deflateRawSync(record(1)), Buffer.from('garbage')]),
}

for (const [what, bytes] of Object.entries(INVALID))
  test(`${what} is refused, wherever it is cut`, () => {
    for (const agreed of [USUAL, ALONE])
      for (let cut = 0; cut <= bytes.length; cut++) {
        const pool = new CodecPool(64 * MB)
        const server = codec(agreed, 'server', pool)
        assert.equal(inflated(server, cutAt(bytes, [cut])), 'invalid-deflate', `cut at ${cut}`)
        server.close()
        server.close()
        assert.equal(pool.inflating, 0)
      }
  })

test('bytes at random are inflated or refused, and give everything back', () => {
  const pool = new CodecPool(64 * MB)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), cuts, fc.boolean(), (bytes, places, takeover) => {
      const server = codec({ ...USUAL, clientTakeover: takeover }, 'server', pool)
      const made = inflated(server, cutAt(bytes, places), 10_000)
      assert.ok(typeof made === 'string' || made.length <= 10_000)
      server.close()
      assert.equal(pool.inflating, 0)
    }),
    { numRuns: 500 },
  )
})

test('a bomb is cut off while it inflates', () => {
  const bomb = zlibDeflated(Buffer.alloc(64 * MB), Buffer.alloc(0))
  for (const most of [0, 1, 1000, 65_535, 65_536, 65_537, MB]) {
    const server = codec()
    let made = 0
    let chunk = server.inflate(bomb, 0, bomb.length, true, most)
    while (typeof chunk !== 'string') {
      made += chunk.length
      assert.ok(server.more && made <= most)
      chunk = server.inflateMore(most - made)
    }
    assert.equal(chunk, 'message-too-large')
    assert.ok(made >= most - 65_536)
    server.close()
  }
})

test('a message may be exactly as large as is allowed', () => {
  for (const size of [1, 65_535, 65_536, 65_537, 200_000]) {
    const server = codec()
    const bytes = Buffer.alloc(size, 'abc')
    const made = zlibDeflated(bytes, Buffer.alloc(0))
    assert.deepEqual(inflated(server, [made], size), bytes)
    assert.equal(inflated(codec(), [made], size - 1), 'message-too-large')
    server.close()
  }
})

test('what does not become smaller is sent as it is, and what follows does not refer to it', () => {
  const server = codec()
  const noise = Buffer.from(Array.from({ length: 400 }, (_, at) => Math.imul(at + 1, 2_654_435_761) >>> 24))
  assert.equal(server.deflate(noise, 0, noise.length), null)
  const bytes = Buffer.concat([noise, record(3)])
  assert.deepEqual(zlibInflated(server.deflate(bytes, 0, bytes.length)!, Buffer.alloc(0)), bytes)
  server.close()
})

test('short messages are sent as they are', () => {
  const short = Buffer.from('short')
  for (const agreed of [USUAL, ALONE]) assert.equal(codec(agreed).deflate(short, 0, short.length), null)
})

test('messages that have much in common become much smaller with a history', () => {
  const [kept, alone] = [codec(), codec(ALONE)]
  const sizes = [kept, alone].map(codec => {
    let all = 0
    for (let at = 0; at < 20; at++) all += codec.deflate(record(at), 0, record(at).length)!.length
    return all
  })
  assert.ok(sizes[0] < 0.8 * sizes[1], `${sizes}`)
})
