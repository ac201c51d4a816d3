// What a connection sends, as another one reads it: messages whole and slice by slice, in order, with control frames in between.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DEFAULT_LIMITS, type MessageCodec, WebSocketConnection } from '../../src/websocket/index.ts'
import { codecFor } from './codec.ts'

const LIMITS = { ...DEFAULT_LIMITS, messageBytes: 8 * 1024 * 1024 }
const DEFLATE = 'permessage-deflate'
const KB = 1024
const utf8 = new TextEncoder()

/** A connection and its peer, which is told what comes. */
class Pair {
  readonly near: WebSocketConnection
  readonly far: WebSocketConnection
  /** `text n`, `bytes n`, `ping n`, `pong n`, `close code reason`. */
  readonly events: string[] = []
  readonly messages: (string | Uint8Array)[] = []
  /** The first byte and the payload's length of each frame. */
  readonly frames: [number, number][] = []

  constructor(role: 'server' | 'client' = 'server', agreed: string | null = DEFLATE) {
    const other = role === 'server' ? 'client' : 'server'
    const codec = (role: 'server' | 'client'): MessageCodec | null => (agreed === null ? null : codecFor(role, agreed))
    this.near = new WebSocketConnection(role, LIMITS, codec(role), role === 'client' ? keys() : null)
    this.far = new WebSocketConnection(other, LIMITS, codec(other), other === 'client' ? keys() : null)
  }

  /** Takes what is in the output over to the peer. */
  flush(): this {
    const bytes = Buffer.concat(this.near.output.take())
    this.near.output.recycle()
    for (let at = 0; at < bytes.length; ) {
      const short = bytes[at + 1] & 0x7f
      const head = short < 126 ? 2 : short === 126 ? 4 : 10
      const length =
        short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
      this.frames.push([bytes[at], length])
      at += head + length + (bytes[at + 1] & 0x80 ? 4 : 0)
    }
    this.far.receive(bytes, this, 0, bytes.length)
    return this
  }

  /** The same, with all that is pending, in turns. */
  settle(): this {
    this.flush()
    while (this.near.pendingBytes > 0) {
      this.near.produce()
      this.flush()
    }
    return this
  }

  message(text: boolean, bytes: Uint8Array, start: number, end: number): void {
    const copy = Uint8Array.from(bytes.subarray(start, end))
    this.messages.push(text ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(copy) : copy)
    this.events.push(`${text ? 'text' : 'bytes'} ${copy.length}`)
  }

  pong(_bytes: Uint8Array, start: number, end: number): void {
    this.events.push(`pong ${end - start}`)
  }

  closing(code: number, reason: string): void {
    this.events.push(`close ${code} ${reason}`.trim())
  }

  failed(error: { rule: string }): void {
    this.events.push(`failed ${error.rule}`)
  }
}

function keys(): () => number {
  let key = 0
  return () => {
    key = (Math.imul(key, 1_103_515_245) + 12_345) | 0
    return key
  }
}

function json(size: number): string {
  let text = ''
  for (let id = 0; text.length < size; id++)
    text += JSON.stringify({ id, name: `user ${(id * 7919) % 1000}`, of: Math.sqrt(id) })
  return text.slice(0, size)
}

/** Bytes without any order that a compressor could find. */
function noiseOf(size: number): Uint8Array {
  let state = 1
  return Uint8Array.from({ length: size }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 8
  })
}

const WAYS: readonly (readonly ['server' | 'client', string | null])[] = [
  ['server', null],
  ['client', null],
  ['server', DEFLATE],
  ['client', DEFLATE],
  ['server', `${DEFLATE}; server_no_context_takeover; client_no_context_takeover`],
  ['client', `${DEFLATE}; server_max_window_bits=9; client_max_window_bits=8`],
]

for (const [role, agreed] of WAYS) {
  const way = `from a ${role}, ${agreed ?? 'not compressed'}`

  test(`messages of any size and kind arrive as they were sent, in order: ${way}`, () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀', '{"id":1}'), maxLength: 60 }),
      fc.constantFrom(0, 125, 126, 65_535, 65_536, 100 * KB).map(json),
    )
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(40 * KB, 200 * KB).map(size => utf8.encode(json(size))),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(text, bytes), fc.boolean()), { maxLength: 8 }), messages => {
        const pair = new Pair(role, agreed)
        for (const [message, flushed] of messages) {
          if (typeof message === 'string') pair.near.sendText(message)
          else {
            const borrowed = Buffer.from(message)
            pair.near.sendMessage(false, borrowed, 0, borrowed.length, false)
            borrowed.fill(0)
          }
          if (flushed) pair.flush()
        }
        pair.settle()
        assert.deepEqual(
          pair.messages,
          messages.map(([message]) => message),
        )
      }),
      { numRuns: 25 },
    )
  })

  test(`what is no part of a character becomes U+FFFD: ${way}`, () => {
    const pair = new Pair(role, agreed)
    for (const text of ['\ud800', `${'x'.repeat(200)}\udfff`, '\ud83d'.repeat(30_000)]) pair.near.sendText(text)
    pair.settle()
    assert.deepEqual(pair.messages, ['\ufffd', `${'x'.repeat(200)}\ufffd`, '\ufffd'.repeat(30_000)])
  })
}

test('a large message is compressed slice by slice, as fragments with control frames between them', () => {
  const pair = new Pair()
  const large = json(400 * KB)
  pair.near.sendText(large)
  assert.ok(pair.near.pendingBytes > 300 * KB)
  let turns = 0
  while (pair.near.pendingBytes > 0) {
    pair.near.ping(Uint8Array.of(++turns))
    pair.near.produce()
    assert.ok(pair.near.output.size < 32 * KB)
    pair.flush()
  }
  assert.ok(turns > 10)
  assert.deepEqual(pair.messages, [large])
  const opcodes = pair.frames.map(([first]) => first)
  const data = opcodes.filter(first => first !== 0x89)
  assert.equal(opcodes.length - data.length, turns)
  assert.equal(data[0], 0x41)
  assert.equal(data.at(-1), 0x80)
  assert.ok(data.slice(1, -1).every(first => first === 0))
})

test('what is sent behind a large message waits for its turn, and the close frame too', () => {
  const pair = new Pair()
  pair.near.sendText(json(200 * KB))
  pair.near.sendText('short')
  pair.near.sendShared({ text: true, bytes: utf8.encode(json(2 * KB)), prepared: undefined })
  pair.near.sendMessage(false, new Uint8Array(0), 0, 0, true)
  pair.near.sendMessage(false, utf8.encode(json(100 * KB)), 10, 90 * KB, true)
  pair.near.close(4000, 'done')
  assert.ok(pair.near.closeSent)
  pair.near.sendText('too late')
  pair.near.ping(Uint8Array.of(1))
  pair.settle()
  assert.deepEqual(pair.events, [
    `text ${200 * KB}`,
    'text 5',
    `text ${2 * KB}`,
    'bytes 0',
    `bytes ${90 * KB - 10}`,
    'close 4000 done',
  ])
  assert.equal(pair.near.pendingBytes, 0)
})

test('a large message that does not become smaller is sent as it is, in one frame', () => {
  const pair = new Pair()
  const noise = noiseOf(100 * KB)
  pair.near.sendMessage(false, noise, 0, noise.length, true)
  // What the peer has not got from the compressor must not be referred to.
  const next = Buffer.concat([noise.subarray(30 * KB, 31 * KB), utf8.encode(json(5000))])
  pair.near.sendMessage(false, next, 0, next.length, true)
  pair.settle()
  assert.deepEqual(pair.messages, [noise, Uint8Array.from(next)])
  assert.equal(pair.frames[1][0], 0xc2)
  assert.deepEqual(pair.frames[0], [0x82, noise.length])
})

test('where the peer breaks a rule, its close frame comes between two fragments and nothing behind it', () => {
  const pair = new Pair()
  pair.near.sendText(json(200 * KB))
  pair.flush()
  pair.near.receive(Buffer.from([0x83, 0x80, 0, 0, 0, 0]), pair, 0, 6)
  pair.settle()
  assert.deepEqual(pair.events, ['failed reserved-opcode', 'close 1002 reserved-opcode'])
  assert.equal(pair.near.pendingBytes, 0)
})

test('where the peer closes, what was sent before still goes out', () => {
  const pair = new Pair()
  pair.near.sendText(json(200 * KB))
  pair.near.receive(Buffer.from([0x88, 0x80, 0, 0, 0, 0]), pair, 0, 6)
  pair.settle()
  assert.deepEqual(pair.events, ['close 1005', `text ${200 * KB}`, 'close 1005'])
})

test('where we have closed and the peer breaks a rule, our close frame goes out at once', () => {
  const pair = new Pair()
  pair.near.sendText(json(200 * KB))
  pair.near.close(4001, 'first')
  pair.near.receive(Buffer.from([0x83, 0x80, 0, 0, 0, 0]), pair, 0, 6)
  pair.settle()
  assert.deepEqual(pair.events, ['failed reserved-opcode', 'close 4001 first'])
})

test('nothing is sent behind the close frame, nor once it has been let go of', () => {
  const pair = new Pair('server', null)
  pair.near.close(1000)
  pair.near.close(4000, 'again')
  pair.near.sendText('text')
  pair.near.sendShared({ text: true, bytes: utf8.encode('text'), prepared: undefined })
  pair.near.ping(new Uint8Array(0))
  pair.settle()
  assert.deepEqual(pair.events, ['close 1000'])
  const gone = new Pair()
  gone.near.sendText(json(100 * KB))
  gone.near.letGo()
  assert.equal(gone.near.pendingBytes, 0)
  gone.near.sendText('text')
  gone.near.produce()
})

test('a message for many is made once for each way in which it is read, and what follows is read by all', () => {
  const peers = [
    new Pair('server', null),
    new Pair('server', null),
    ...[15, 15, 13, 9].map(bits => new Pair('server', `${DEFLATE}; server_max_window_bits=${bits}`)),
    new Pair('server', `${DEFLATE}; server_no_context_takeover`),
    new Pair('client', DEFLATE),
  ]
  for (let round = 0; round < 3; round++) {
    const message = { text: true, bytes: utf8.encode(json(3000 + round)), prepared: undefined }
    const sent = new Set<unknown>()
    for (const peer of peers) {
      peer.near.sendText(json(500))
      peer.settle()
      peer.near.sendShared(message)
      for (const piece of peer.near.output.take()) {
        sent.add(piece)
        peer.far.receive(Buffer.from(piece), peer, 0, piece.length)
      }
      peer.near.output.recycle()
    }
    // As it is; compressed with the window of 9 bits, and with those of ours that are larger; and the client's own.
    assert.equal(sent.size, 4)
  }
  for (const { messages } of peers)
    assert.deepEqual(
      messages,
      [0, 1, 2].flatMap(round => [json(500), json(3000 + round)]),
    )
})

test('a short message for many, and one that does not become smaller, is sent as it is', () => {
  const pair = new Pair()
  const noise = noiseOf(1000)
  for (const bytes of [utf8.encode('short'), noise]) pair.near.sendShared({ text: false, bytes, prepared: undefined })
  pair.settle()
  assert.deepEqual(pair.messages, [utf8.encode('short'), noise])
  assert.deepEqual(pair.frames, [
    [0x82, 5],
    [0x82, 1000],
  ])
})

const MISUSED: readonly (readonly [string, (connection: WebSocketConnection) => void, string, RegExp])[] = [
  ['a code that is never sent', connection => connection.close(1006), 'RangeError', /^1006 cannot be sent/],
  ['a code of nobody', connection => connection.close(2999), 'RangeError', /3000 to 4999/],
  ['a reason without a code', connection => connection.close(1005, 'x'), 'RangeError', /has no reason/],
  [
    'a reason that is too long',
    connection => connection.close(1000, 'é'.repeat(62)),
    'RangeError',
    /123 bytes of UTF-8 at most, not 124/,
  ],
  ['a code that is no number', connection => connection.close('1000' as never), 'TypeError', /a number, not string/],
  [
    'a reason that is no string',
    connection => connection.close(1000, null as never),
    'TypeError',
    /a string, not null/,
  ],
  [
    'a ping that is too long',
    connection => connection.ping(new Uint8Array(126)),
    'RangeError',
    /125 bytes at most, not 126/,
  ],
]

for (const [what, misuse, name, message] of MISUSED)
  test(`${what} is refused, and nothing is sent`, () => {
    const { near } = new Pair('server', null)
    assert.throws(() => misuse(near), { name, message })
    assert.equal(near.output.size, 0)
    assert.ok(!near.closeSent)
  })

test('reasons may have 123 bytes, whatever characters they are of', () => {
  for (const reason of ['x'.repeat(123), `${'é'.repeat(61)}x`, '漢'.repeat(41)]) {
    const pair = new Pair('client', null)
    pair.near.close(1000, reason)
    assert.deepEqual(pair.settle().events, [`close 1000 ${reason}`])
  }
})
