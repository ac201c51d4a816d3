// The memory that compression takes: within its budget, shared by all, and given back exactly once.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { codecFor, compressionTerms } from '../../src/server/websocket-codec.ts'
import { PlainCodec } from '../../src/server/websocket-codec-fallback.ts'
import { CodecPool, inflaterBytes } from '../../src/server/websocket-codec-pool.ts'
import type { Agreed, MessageCodec } from '../../src/websocket/index.ts'

const KB = 1024
const MB = 1024 * KB
const USUAL: Agreed = { serverTakeover: true, clientTakeover: true, serverWindowBits: 15, clientWindowBits: 15 }
const ALONE: Agreed = { ...USUAL, serverTakeover: false, clientTakeover: false }
const TEXT = Buffer.from(JSON.stringify(Array.from({ length: 60 }, (_, id) => ({ id, name: `user ${id}` }))))
const DEFLATED = deflateRawSync(TEXT, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)

function sent(codec: MessageCodec, bytes: Uint8Array = TEXT): Buffer {
  return Buffer.from(codec.deflate(bytes, 0, bytes.length)!)
}

function back(made: Uint8Array, dictionary?: Buffer): Buffer {
  const options = dictionary === undefined ? {} : { dictionary }
  const whole = Buffer.concat([made, Uint8Array.of(0, 0, 0xff, 0xff)])
  return inflateRawSync(whole, { finishFlush: constants.Z_SYNC_FLUSH, ...options })
}

test('inflaters that remember are paid for at the handshake, until the budget is used up, and given back once', () => {
  const pool = new CodecPool(MB)
  const terms = compressionTerms(pool)
  const codecs: MessageCodec[] = []
  while (terms.keeps(15)) codecs.push(codecFor(USUAL, 'server', pool))
  assert.equal(pool.inflating, codecs.length * inflaterBytes(15))
  assert.ok(pool.inflating <= MB && codecs.length > 10)
  assert.ok(terms.keeps(9), 'a small window may still fit')
  codecs[0].close()
  codecs[0].close()
  assert.equal(pool.inflating, (codecs.length - 1) * inflaterBytes(15))
  assert.ok(terms.keeps(15))
  for (const codec of codecs) codec.close()
  assert.equal(pool.inflating, 0)
})

test('deflaters are taken from those that used them longest ago: that costs ratio, and nothing else', () => {
  const pool = new CodecPool(MB)
  const codecs = Array.from({ length: 30 }, () => codecFor({ ...USUAL, clientTakeover: false }, 'server', pool))
  for (const codec of codecs) assert.deepEqual(back(sent(codec)), TEXT)
  assert.ok(pool.bytes <= MB)
  const { lentDeflaters } = pool
  assert.ok(lentDeflaters >= 4 && lentDeflaters < 12)
  // Those used last still have theirs, the first one's has been taken away.
  const [first, last] = [sent(codecs[0]), sent(codecs[29])]
  assert.deepEqual(back(first), TEXT)
  assert.deepEqual(back(last, TEXT), TEXT)
  assert.ok(last.length < first.length / 4)
  for (const codec of codecs) codec.close()
  assert.equal(pool.lentDeflaters, 0)
  assert.ok(pool.bytes < MB)
})

test('windows of different sizes share the pool', () => {
  const pool = new CodecPool(600 * KB)
  const codecs = Array.from({ length: 40 }, (_, at) =>
    codecFor({ ...ALONE, serverTakeover: true, serverWindowBits: 8 + (at % 8) }, 'server', pool),
  )
  for (let round = 0; round < 3; round++)
    for (const codec of codecs) {
      const made = sent(codec)
      const backWith = round === 0 ? [undefined] : [undefined, TEXT]
      assert.ok(backWith.some(dictionary => isBack(made, dictionary)))
      assert.ok(pool.bytes <= 600 * KB)
    }
  for (const codec of codecs) codec.close()
  assert.equal(pool.lentDeflaters, 0)
})

function isBack(made: Uint8Array, dictionary: Buffer | undefined): boolean {
  try {
    return back(made, dictionary).equals(TEXT)
  } catch {
    return false
  }
}

test('without a budget messages are compressed all the same, each by itself', () => {
  const pool = new CodecPool(0)
  const terms = compressionTerms(pool)
  assert.ok(!terms.takeover && !terms.keeps(8))
  const codecs = [0, 1, 2].map(() => codecFor(ALONE, 'server', pool))
  for (const codec of [...codecs, ...codecs]) {
    assert.deepEqual(back(sent(codec)), TEXT)
    assert.deepEqual(Buffer.from(codec.inflate(DEFLATED, 0, DEFLATED.length, true, MB) as Uint8Array), TEXT)
  }
  for (const codec of codecs) codec.close()
  assert.equal(pool.inflating, 0)
})

test('an inflater that is shared belongs to a message for as long as that takes', () => {
  const pool = new CodecPool(64 * MB)
  const codecs = [0, 1, 2].map(() => codecFor(ALONE, 'server', pool))
  const half = DEFLATED.length >> 1
  const out = codecs.map(codec => [Buffer.from(codec.inflate(DEFLATED, 0, half, false, MB) as Uint8Array)])
  assert.equal(pool.inflating, 3 * inflaterBytes(15))
  for (const [at, codec] of codecs.entries())
    out[at].push(Buffer.from(codec.inflate(DEFLATED, half, DEFLATED.length, true, MB) as Uint8Array))
  for (const pieces of out) assert.deepEqual(Buffer.concat(pieces), TEXT)
  assert.equal(pool.inflating, 0)
  codecs[0].inflate(DEFLATED, 0, half, false, MB)
  codecs[0].close()
  assert.equal(pool.inflating, 0)
})

test('who gets an inflater that another one has had finds nothing in it', () => {
  const pool = new CodecPool(64 * MB)
  const [codec, other] = [codecFor(ALONE, 'server', pool), codecFor(ALONE, 'server', pool)]
  const refersBack = Uint8Array.of(0x4b, 0x84, 0x41, 0x00)
  for (const message of [DEFLATED, Buffer.concat([deflateRawSync(TEXT), Uint8Array.of(0)])]) {
    assert.equal(codec.inflate(message, 0, message.length, true, MB).length, TEXT.length)
    assert.equal(other.inflate(refersBack, 0, refersBack.length, true, MB), 'invalid-deflate')
  }
  codec.close()
  other.close()
  assert.equal(pool.inflating, 0)
})

test('where inflaters are used up, pieces of messages wait for the rest, or until they are as large as an inflater', () => {
  const pool = new CodecPool(0)
  const [codec, other] = [codecFor(ALONE, 'server', pool), codecFor(ALONE, 'server', pool)]
  const half = DEFLATED.length >> 1
  const kept = Uint8Array.from(DEFLATED)
  assert.equal(codec.inflate(kept, 0, half, false, MB).length, 0)
  assert.equal(codec.inflate(kept, half, half, false, MB).length, 0)
  assert.equal(pool.inflating, 0)
  kept.fill(0, 0, half)
  const whole = codec.inflate(kept, half, kept.length, true, MB)
  assert.deepEqual(Buffer.from(whole as Uint8Array), TEXT)
  assert.equal(pool.inflating, 0)
  // Who sends much is given one all the same.
  const noise = randomBytes(100_000)
  const made = deflateRawSync(noise, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
  let came = 0
  for (let at = 0; at < made.length; at += 1000) {
    const last = at + 1000 >= made.length
    came += other.inflate(made, at, Math.min(made.length, at + 1000), last, MB).length
    while (other.more) came += other.inflateMore(MB).length
    if (!last) assert.equal(pool.inflating, at + 1000 > 32 * KB ? inflaterBytes(15) : 0)
  }
  assert.equal(came, noise.length)
  codec.close()
  other.close()
  assert.equal(pool.inflating, 0)
})

test('a message that is compressed slice by slice keeps its deflater, whoever else wants one', () => {
  const pool = new CodecPool(130 * KB)
  const [slow, other] = [0, 1].map(() => codecFor({ ...USUAL, clientTakeover: false }, 'server', pool))
  const slices = [TEXT, TEXT, TEXT]
  const made: Uint8Array[] = []
  for (const [at, slice] of slices.entries()) {
    made.push(slow.deflateSlice(slice, 0, slice.length, at === 0, at === 2)!.slice())
    if (at < 2) assert.equal(other.deflate(TEXT, 0, TEXT.length), null, 'there is none: it is sent as it is')
  }
  assert.deepEqual(back(Buffer.concat(made)), Buffer.concat(slices))
  assert.deepEqual(back(sent(other)), TEXT)
  slow.deflateSlice(TEXT, 0, TEXT.length, true, false)
  slow.close()
  assert.deepEqual(back(sent(other)), TEXT)
  other.close()
  assert.equal(pool.lentDeflaters, 0)
})

test('whatever connections do, the budget holds and everything comes back', () => {
  const deed = fc.constantFrom(
    'open',
    'open',
    'open alone',
    'send',
    'send',
    'receive',
    'receive half',
    'slice',
    'close',
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(deed, fc.nat()), { maxLength: 60 }), deeds => {
      const pool = new CodecPool(500 * KB)
      const codecs: { codec: MessageCodec; half: boolean; sliced: boolean }[] = []
      for (const [what, which] of deeds) {
        const chosen = codecs.length === 0 ? undefined : codecs[which % codecs.length]
        if (what.startsWith('open')) {
          const clientTakeover = what === 'open' && compressionTerms(pool).keeps(15)
          const agreed = { ...USUAL, clientTakeover, serverTakeover: which % 3 > 0, serverWindowBits: 8 + (which % 8) }
          codecs.push({ codec: codecFor(agreed, 'server', pool), half: false, sliced: false })
        } else if (chosen === undefined) continue
        else if (what === 'close') {
          chosen.codec.close()
          codecs.splice(codecs.indexOf(chosen), 1)
        } else if (what.startsWith('receive')) {
          const middle = DEFLATED.length >> 1
          const out = [chosen.half ? Buffer.alloc(0) : chosen.codec.inflate(DEFLATED, 0, middle, false, MB)]
          if (chosen.half || what === 'receive')
            out.push(chosen.codec.inflate(DEFLATED, middle, DEFLATED.length, true, MB))
          for (const made of out) assert.notEqual(typeof made, 'string')
          chosen.half = !chosen.half && what !== 'receive'
        } else if (what === 'slice' || chosen.sliced) {
          const made = chosen.codec.deflateSlice(TEXT, 0, TEXT.length, !chosen.sliced, chosen.sliced)
          chosen.sliced = made !== null && !chosen.sliced
        } else chosen.codec.deflate(TEXT, 0, TEXT.length)
      }
      for (const { codec } of codecs) codec.close()
      assert.equal(pool.inflating, 0)
      assert.equal(pool.lentDeflaters, 0)
    }),
  )
})

// --- Where zlib cannot be used like that ---

test('a runtime without coders has whole messages without a history', () => {
  const codec = new PlainCodec(15)
  assert.deepEqual(back(sent(codec)), TEXT)
  assert.deepEqual(back(codec.deflateAlone(TEXT)!), TEXT)
  assert.equal(codec.deflate(TEXT, 0, 20), null)
  assert.equal(codec.deflateSlice(), null)
  for (let round = 0; round < 2; round++)
    for (let cut = 0; cut <= DEFLATED.length; cut += 7) {
      assert.equal(codec.inflate(DEFLATED, 0, cut, false, MB).length, 0)
      assert.deepEqual(Buffer.from(codec.inflate(DEFLATED, cut, DEFLATED.length, true, MB) as Uint8Array), TEXT)
    }
  assert.equal(codec.inflate(DEFLATED, 0, 0, true, MB).length, 0)
  assert.deepEqual(codec.inflate(DEFLATED, 0, DEFLATED.length, true, TEXT.length).length, TEXT.length)
  assert.equal(codec.inflate(DEFLATED, 0, DEFLATED.length, true, TEXT.length - 1), 'message-too-large')
  assert.equal(codec.inflate(Uint8Array.of(7), 0, 1, true, MB), 'invalid-deflate')
  assert.equal(codec.inflate(new Uint8Array(100_000), 0, 100_000, false, 100), 'message-too-large')
  codec.close()
})
