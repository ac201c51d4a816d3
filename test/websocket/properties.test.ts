// What must hold for frames whatever is in them: they say the same however they are cut and wherever reading pauses, and what the RFC
// says of them, read as plainly as can be.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Role } from './notation.ts'
import { plainlyRead } from './plain-reader.ts'
import { Recorder } from './told.ts'

const LIMITS = { messageBytes: 700, emptyFragments: 3 }

interface Frame {
  readonly first: number
  readonly payload: Uint8Array
  readonly key: number
  /** How many bytes the length is written in, instead of as few as can be. */
  readonly lengthIn: 0 | 2 | 8
  /** Masked, or not, against the rule. */
  readonly wrongMask: boolean
  /** Added to the length. */
  readonly more: number
}

const text = fc
  .string({ unit: fc.constantFrom('a', '{"name"}', 'ü', '世', '🌍', '\u07ff', '\uffff'), maxLength: 60 })
  .map(value => Uint8Array.from(Buffer.from(value)))
const payload = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 2, arbitrary: fc.tuple(text, fc.nat({ max: 5 })).map(([bytes, less]) => bytes.subarray(less)) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(600, 125, 126, 300).map(size => new Uint8Array(size).fill(0x61)) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom([3, 232], [3, 233, 111, 107], [3, 237], [15, 160, 0xff])
      .map(from => Uint8Array.from(from)),
  },
)
/** Fragments and whole messages, control frames, and now and then anything. */
const first = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x00, 0x80) },
  { weight: 5, arbitrary: fc.constantFrom(0x89, 0x8a) },
  { weight: 1, arbitrary: fc.constant(0x88) },
  { weight: 1, arbitrary: fc.nat({ max: 255 }) },
)
const rarely = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 40, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other })
const frame: fc.Arbitrary<Frame> = fc.record({
  first,
  payload,
  key: fc.nat({ max: 0xffffffff }),
  lengthIn: rarely<0 | 2 | 8>(0, fc.constantFrom(2, 8)),
  wrongMask: rarely(false, fc.constant(true)),
  more: rarely(0, fc.constantFrom(1, 700, 2 ** 40, 2 ** 63)),
})
const frames = fc.array(frame, { minLength: 1, maxLength: 8 })
const role = fc.constantFrom<Role>('server', 'client')
const sizes = fc.array(fc.nat({ max: 90 }), { maxLength: 40 })

describe('WebSocket frames', () => {
  test('are read as the RFC says, however they are cut', () => {
    fc.assert(
      fc.property(role, frames, sizes, fc.boolean(), (who, list, at, ended) => {
        const bytes = Buffer.concat(list.map(one => frameBytes(one, who)))
        const recorder = new Recorder(who, LIMITS).read(bytes, at)
        if (ended) recorder.connection.end(recorder)
        assert.deepEqual(recorder.all, plainlyRead(bytes, who, LIMITS, ended))
      }),
      { numRuns: 1500 },
    )
  })

  test('are read as the RFC says byte by byte', () => {
    fc.assert(
      fc.property(role, frames, (who, list) => {
        const bytes = Buffer.concat(list.map(one => frameBytes(one, who)))
        const recorder = new Recorder(who, LIMITS).read(
          bytes,
          bytes.map(() => 1),
        )
        assert.deepEqual(recorder.all, plainlyRead(bytes, who, LIMITS, false))
      }),
      { numRuns: 300 },
    )
  })

  test('are told once and in order where each call pauses the connection', () => {
    fc.assert(
      fc.property(role, frames, sizes, fc.array(fc.boolean()), (who, list, at, pauses) => {
        const bytes = Buffer.concat(list.map(one => frameBytes(one, who)))
        const recorder = new Pausing(who, LIMITS, pauses).read(bytes, at)
        assert.deepEqual(recorder.all, plainlyRead(bytes, who, LIMITS, false))
      }),
      { numRuns: 500 },
    )
  })

  test('that break off hold what has come of them, and nothing else', () => {
    fc.assert(
      fc.property(frames, fc.nat({ max: 1000 }), (list, cut) => {
        const bytes = Buffer.concat(list.map(one => frameBytes(one, 'server')))
        const { connection } = new Recorder('server', LIMITS).read(bytes.subarray(0, cut), [])
        assert.ok(connection.heldBytes <= Math.min(cut, LIMITS.messageBytes + 14))
        if (connection.finished) assert.equal(connection.heldBytes, 0)
        if (!connection.midMessage) assert.equal(connection.heldBytes, 0)
      }),
      { numRuns: 500 },
    )
  })
})

/** Pauses in calls of the sink, is given bytes all the same, and goes on. */
class Pausing extends Recorder {
  private readonly pauses: Iterator<boolean>
  private isPaused = false

  constructor(who: Role, limits: typeof LIMITS, pauses: readonly boolean[]) {
    super(who, limits)
    this.pauses = pauses[Symbol.iterator]()
  }

  override message(...message: Parameters<Recorder['message']>): void {
    super.message(...message)
    this.pauseOrNot()
  }

  override pong(...pong: Parameters<Recorder['pong']>): void {
    super.pong(...pong)
    this.pauseOrNot()
  }

  protected override give(bytes: Uint8Array, at: number, end: number): number {
    const taken = super.give(bytes, at, end)
    if (!this.isPaused) return taken
    const told = this.all.length
    if (!this.connection.finished) assert.equal(super.give(bytes, at + taken, end), 0)
    assert.equal(this.all.length, told)
    this.isPaused = false
    this.connection.resume()
    assert.equal(super.give(bytes, end, end), 0)
    assert.equal(this.all.length, told)
    return taken
  }

  private pauseOrNot(): void {
    if (this.pauses.next().value !== true) return
    this.isPaused = true
    this.connection.pause()
  }
}

function frameBytes({ first, payload, key, lengthIn, wrongMask, more }: Frame, receiver: Role): Buffer {
  const isMasked = (receiver === 'server') !== wrongMask
  const length = BigInt(payload.length) + BigInt(more)
  const width = lengthIn !== 0 && length < 65_536n ? lengthIn : length < 126n ? 0 : length < 65_536n ? 2 : 8
  const head = [first, (isMasked ? 0x80 : 0) | (width === 0 ? Number(length) : width === 2 ? 126 : 127)]
  const long = Buffer.from(length.toString(16).padStart(width * 2, '0'), 'hex').subarray(0, width)
  const keyBytes = Buffer.from(key.toString(16).padStart(8, '0'), 'hex')
  const shown = isMasked ? payload.map((byte, i) => byte ^ keyBytes[i % 4]) : payload
  return Buffer.concat([Buffer.from(head), long, isMasked ? keyBytes : Buffer.alloc(0), shown])
}
