// Compressed messages as the connection puts them together: what comes out of the codec chunk by chunk is judged, counted and bounded. The
// codec is one that leaves bytes as they are, and tells what it was asked.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  DEFAULT_LIMITS,
  type InflateFault,
  type MessageCodec,
  WebSocketConnection,
  type WebSocketError,
  type WebSocketLimits,
  type WebSocketSink,
} from '../../src/websocket/index.ts'

const CHUNK = 4
/** Inflates to nothing. */
const VOID = 0x00
/** Cannot be inflated. */
const WRONG = 0xff

class ChunkCodec implements MessageCodec {
  readonly windowBits = 15
  more = false
  lasts = 0
  closed = 0
  private left: Uint8Array = new Uint8Array(0)
  private readonly chunk = new Uint8Array(CHUNK)

  inflate(bytes: Uint8Array, start: number, end: number, last: boolean, most: number): Uint8Array | InflateFault {
    assert.equal(this.more, false, 'it was not asked for all of the piece before')
    if (last) this.lasts++
    const piece = bytes.slice(start, end)
    if (piece.includes(WRONG)) return 'invalid-deflate'
    this.left = piece.filter(byte => byte !== VOID)
    return this.inflateMore(most)
  }

  inflateMore(most: number): Uint8Array | InflateFault {
    const size = Math.min(CHUNK, this.left.length)
    if (size > most) return 'message-too-large'
    this.chunk.fill(0x3f)
    this.chunk.set(this.left.subarray(0, size))
    this.left = this.left.subarray(size)
    this.more = this.left.length > 0
    return this.chunk.subarray(0, size)
  }

  deflate(): null {
    return null
  }

  deflateSlice(): null {
    return null
  }

  deflateAlone(): null {
    return null
  }

  forget(): void {}

  close(): void {
    this.closed++
  }
}

class Receiver implements WebSocketSink {
  readonly codec = new ChunkCodec()
  readonly connection: WebSocketConnection
  readonly told: string[] = []

  constructor(limits: Partial<WebSocketLimits> = {}) {
    this.connection = new WebSocketConnection('client', { ...DEFAULT_LIMITS, ...limits }, this.codec, () => 0)
  }

  /** Frames as `[first byte, payload]`, in reads of so many bytes. */
  read(size: number, ...frames: (readonly [first: number, payload: string | Uint8Array])[]): this {
    const all = Buffer.concat(
      frames.map(([first, payload]) => {
        const bytes = Buffer.from(payload as string)
        const length = bytes.length < 126 ? [bytes.length] : [126, bytes.length >> 8, bytes.length & 0xff]
        return Buffer.concat([Buffer.from([first, ...length]), bytes])
      }),
    )
    for (let at = 0; at < all.length; at += size) {
      const piece = Buffer.from(all.subarray(at, at + size))
      assert.equal(this.connection.receive(piece, this, 0, piece.length), piece.length)
    }
    return this
  }

  message(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): void {
    this.told.push(`${text ? 'text' : 'binary'} ${Buffer.from(bytes.subarray(start, end))}${owned ? ' owned' : ''}`)
  }

  pong(): void {
    this.told.push('pong')
  }

  closing(): void {}

  failed({ rule, offset }: WebSocketError): void {
    this.told.push(`failed ${rule} at ${offset}`)
  }
}

const ALL = 10_000
const whole = 0xc1
const first = 0x41
const middle = 0x00
const last = 0x80

describe('Compressed messages', () => {
  test('that come out at once are told where they lie', () => {
    assert.deepEqual(new Receiver().read(ALL, [whole, 'abc'], [0xc2, 'd'], [whole, '']).told, [
      'text abc',
      'binary d',
      'text ',
    ])
  })

  test('that come out in chunks are put together', () => {
    assert.deepEqual(new Receiver().read(ALL, [whole, 'abcdefghij'], [whole, 'k']).told, [
      'text abcdefghij owned',
      'text k',
    ])
  })

  test('that come in fragments, cut anywhere, with pongs between them, are put together', () => {
    for (const size of [1, 2, 3, 5, 7, ALL]) {
      const receiver = new Receiver().read(
        size,
        [first, 'abcdefgh'],
        [0x8a, ''],
        [middle, 'ü'],
        [middle, ''],
        [last, 'xyz'],
      )
      assert.deepEqual(receiver.told, ['pong', 'text abcdefghüxyz owned'])
      assert.equal(receiver.codec.lasts, 1)
    }
  })

  test('whose last fragment is empty end with it', () => {
    for (const size of [1, ALL]) {
      const receiver = new Receiver().read(size, [first, 'abc'], [last, ''])
      assert.deepEqual(receiver.told, ['text abc owned'])
      assert.equal(receiver.codec.lasts, 1)
    }
  })

  test('are judged as text chunk by chunk', () => {
    assert.deepEqual(new Receiver().read(ALL, [whole, 'aüöäüö']).told, ['text aüöäüö owned'])
    for (const size of [1, 6, ALL]) {
      const bad = Buffer.from([0x61, 0xc3, 0x61, 0x61, 0x61])
      assert.deepEqual(new Receiver().read(size, [whole, 'a'], [whole, bad]).told, [
        'text a',
        'failed invalid-utf8 at 3',
      ])
      assert.deepEqual(new Receiver().read(size, [whole, bad.subarray(0, 2)]).told, ['failed invalid-utf8 at 0'])
      assert.deepEqual(new Receiver().read(size, [first, bad.subarray(0, 2)], [last, '']).told, [
        'failed invalid-utf8 at 4',
      ])
      assert.deepEqual(new Receiver().read(size, [first, bad.subarray(0, 2)], [middle, bad]).told, [
        'failed invalid-utf8 at 4',
      ])
    }
  })

  test('are counted as they come out', () => {
    for (const size of [1, ALL]) {
      const small = () => new Receiver({ messageBytes: 10 })
      assert.deepEqual(
        small()
          .read(size, [whole, 'abcdefghij'])
          .told.map(what => what.slice(0, 9)),
        ['text abcd'],
      )
      assert.deepEqual(small().read(size, [whole, 'abcdefghijk']).told, ['failed message-too-large at 0'])
      assert.deepEqual(small().read(size, [first, 'abcdef'], [last, 'ghijk']).told, ['failed message-too-large at 8'])
      assert.equal(
        small()
          .read(size, [whole, new Uint8Array(100)])
          .told[0].slice(0, 5),
        'text ',
      )
    }
  })

  test('that come to nothing are bounded as they come in', () => {
    const nothing = new Uint8Array(500)
    const small = new Receiver({ messageBytes: 10 })
    assert.deepEqual(small.read(ALL, [first, nothing], [middle, nothing], [middle, nothing]).told, [
      'failed message-too-large at 1008',
    ])
    assert.deepEqual(new Receiver({ messageBytes: 10 }).read(ALL, [whole, new Uint8Array(1045)]).told, [
      'failed message-too-large at 0',
    ])
  })

  test('that cannot be inflated end the connection', () => {
    const bad = Uint8Array.of(0x61, WRONG)
    assert.deepEqual(new Receiver().read(1, [whole, bad], [whole, 'a']).told, ['failed invalid-deflate at 0'])
    assert.deepEqual(new Receiver().read(ALL, [first, 'a'], [0x8a, ''], [last, bad]).told, [
      'pong',
      'failed invalid-deflate at 5',
    ])
  })

  test('of many chunks are copied a bounded number of times', () => {
    const receiver = new Receiver()
    const buffers = new Set<ArrayBufferLike>()
    const { codec } = receiver
    const inflateMore = codec.inflateMore.bind(codec)
    codec.inflateMore = most => {
      const { message } = receiver.connection as unknown as { message: { bytes: Uint8Array } | null }
      if (message !== null) buffers.add(message.bytes.buffer)
      return inflateMore(most)
    }
    receiver.read(ALL, [whole, 'a'.repeat(8000)])
    assert.equal(receiver.told[0].length, 'text  owned'.length + 8000)
    assert.ok(buffers.size > 3 && buffers.size < 20, `${buffers.size} buffers`)
  })

  test('and others take turns', () => {
    assert.deepEqual(new Receiver().read(1, [0x01, 'a'], [last, 'b'], [whole, 'c'], [0x81, 'd']).told, [
      'text ab owned',
      'text c',
      'text d',
    ])
  })

  test('are no longer inflated once the connection is gone', () => {
    const receiver = new Receiver().read(ALL, [first, 'a'])
    receiver.connection.letGo()
    receiver.read(ALL, [last, 'b'])
    assert.deepEqual(receiver.told, [])
    assert.equal(receiver.codec.closed, 1)
  })
})
