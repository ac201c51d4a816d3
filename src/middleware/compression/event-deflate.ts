// Events compressed with next to no memory: each by itself, as blocks of deflate (RFC 1951) that end on a byte, with the
// last 4 KB that were sent as the dictionary. Blocks may point back into what came before, so for the one who decompresses
// it is one stream like any other. Between two events a stream is those 4 KB and a checksum: no codec waits with it, and
// there is none to close. A stream of zlib's own would take 100 KB.
import zlib from 'node:zlib'

/** Bytes of the past that an event may repeat. Less gives more away than it saves: the usual event is 100 bytes. */
const HISTORY = 4096
/** The window of 4 KB (2^12), and tables to go with it. */
const WINDOW_BITS = 12
const TABLES = 6
/** Bytes of output made at a time: most events are smaller, and it is allocated for each. */
const OUTPUT = 1024
/** An event up to this size is compressed on the thread: it takes 10 to 300 µs. */
const ON_THREAD = 16 * 1024

const FINISH = zlib.constants.Z_SYNC_FLUSH
const EMPTY = new Uint8Array(0)
/** A last block, with nothing in it. */
const LAST_BLOCK = [0x03, 0x00]

/** How content is wrapped: gzip (RFC 1952) or zlib (RFC 1950), which HTTP calls deflate. */
interface Wrapping {
  readonly head: Uint8Array
  readonly start: number
  sum(chunk: Uint8Array, before: number): number
  end(sum: number, length: number): Uint8Array
}

const GZIP: Wrapping = {
  // No name, no time, an unknown system.
  head: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff),
  start: 0,
  sum: (chunk, before) => zlib.crc32(chunk, before),
  end(sum, length) {
    const bytes = new DataView(new ArrayBuffer(10))
    LAST_BLOCK.forEach((byte, i) => {
      bytes.setUint8(i, byte)
    })
    bytes.setUint32(2, sum, true)
    bytes.setUint32(6, length % 2 ** 32, true)
    return new Uint8Array(bytes.buffer)
  },
}

const ZLIB: Wrapping = {
  // A window of 32 KB, so that whoever inflates it need not look closely.
  head: Uint8Array.of(0x78, 0x9c),
  start: 1,
  sum: adler32,
  end(sum) {
    const bytes = new DataView(new ArrayBuffer(6))
    LAST_BLOCK.forEach((byte, i) => {
      bytes.setUint8(i, byte)
    })
    bytes.setUint32(2, sum)
    return new Uint8Array(bytes.buffer)
  },
}

/** What was done last: a topic's event goes to many listeners, who mostly share its past as well. */
interface Step {
  readonly before: Uint8Array
  /** What the dictionary is after it; it ends with the event. */
  readonly after: Uint8Array
  readonly size: number
  readonly level: number
  readonly blocks: Uint8Array
}

let last: Step | null = null

/** One stream of events being compressed. */
export class EventDeflate {
  private readonly wrapping: Wrapping
  private readonly level: number
  private history: Uint8Array = EMPTY
  private sum: number
  private length = 0
  private begun = false

  constructor(coding: 'gzip' | 'deflate', level: number) {
    this.wrapping = coding === 'gzip' ? GZIP : ZLIB
    this.sum = this.wrapping.start
    this.level = level
  }

  /** The next event's bytes, complete: nothing of it is held back. The event may change once this is fulfilled. */
  next(event: Uint8Array): Uint8Array | Promise<Uint8Array> {
    this.sum = this.wrapping.sum(event, this.sum)
    this.length += event.length
    if (event.length > ON_THREAD) return this.nextLarge(event)
    const step = isSameStep(last, this.history, event, this.level) ? last : this.step(event)
    this.history = step.after
    return this.begin(step.blocks)
  }

  /** What ends the stream. */
  end(): Uint8Array {
    return this.begin(this.wrapping.end(this.sum, this.length))
  }

  private step(event: Uint8Array): Step {
    const before = this.history
    const blocks = zlib.deflateRawSync(event, optionsWith(before, this.level))
    const step = { before, after: pastWith(before, event), size: event.length, level: this.level, blocks }
    if (event.length <= HISTORY) last = step
    return step
  }

  private nextLarge(event: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      zlib.deflateRaw(event, optionsWith(this.history, this.level), (error, blocks) => {
        if (error !== null) {
          reject(error)
          return
        }
        this.history = pastWith(EMPTY, event)
        resolve(this.begin(blocks))
      })
    })
  }

  private begin(bytes: Uint8Array): Uint8Array {
    if (this.begun) return bytes
    this.begun = true
    return Buffer.concat([this.wrapping.head, bytes])
  }
}

function optionsWith(history: Uint8Array, level: number): zlib.ZlibOptions {
  const options = { level, windowBits: WINDOW_BITS, memLevel: TABLES, finishFlush: FINISH, chunkSize: OUTPUT }
  return history.length === 0 ? options : { ...options, dictionary: history }
}

/** The last 4 KB of both. */
function pastWith(before: Uint8Array, event: Uint8Array): Uint8Array {
  if (event.length >= HISTORY) return new Uint8Array(event.subarray(event.length - HISTORY))
  const kept = before.subarray(Math.max(0, before.length + event.length - HISTORY))
  const after = new Uint8Array(kept.length + event.length)
  after.set(kept)
  after.set(event, kept.length)
  return after
}

/** Whether the same event is sent after the same past once more. */
function isSameStep(step: Step | null, before: Uint8Array, event: Uint8Array, level: number): step is Step {
  if (step === null || step.size !== event.length || step.level !== level) return false
  if (step.before !== before && Buffer.compare(step.before, before) !== 0) return false
  return Buffer.compare(step.after.subarray(step.after.length - event.length), event) === 0
}

/** The checksum of RFC 1950 section 8.2. */
function adler32(chunk: Uint8Array, before: number): number {
  let a = before & 0xffff
  let b = before >>> 16
  // The sums stay below 2^32 for so many bytes.
  for (let at = 0; at < chunk.length; at += 5552) {
    const end = Math.min(at + 5552, chunk.length)
    for (let i = at; i < end; i++) {
      a += chunk[i]
      b += a
    }
    a %= 65521
    b %= 65521
  }
  return ((b << 16) | a) >>> 0
}
