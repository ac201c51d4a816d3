// RFC 7692 section 7.2.2 as plainly as it can be: a message is inflated whole, with what came before it as a dictionary.
import { inflateRawSync } from 'node:zlib'

const EMPTY_BLOCK = Uint8Array.of(0x00, 0x00, 0xff, 0xff)
/** A stored block of one byte. */
const STORED = Uint8Array.of(0x00, 0x01, 0x00, 0xfe, 0xff, 0x58)
/** The beginning of a block that cannot be. */
const NO_BLOCK = Uint8Array.of(0x07)
const WINDOW = 32 * 1024

export class PlainInflater {
  /** Blocks that ended the stream, in the last message. */
  finalBlocks = 0
  /** Bytes that later messages may refer to. */
  before: Uint8Array = new Uint8Array(0)
  private readonly takesOver: boolean

  /** @param takesOver messages may refer to those before them */
  constructor(takesOver: boolean) {
    this.takesOver = takesOver
  }

  /** @throws Error for what is no DEFLATE data, or makes more than `most` bytes */
  message(payload: Uint8Array, most = 1 << 26): Uint8Array {
    const content = payload.length === 0 ? payload : this.whole(payload)
    if (content.length > most) throw new RangeError('too large')
    if (this.takesOver) this.before = Buffer.concat([this.before, content]).subarray(-WINDOW)
    return content
  }

  /** What the beginning of a message makes. @throws Error where that is no DEFLATE data */
  start(payload: Uint8Array): Uint8Array {
    return this.inflated(payload).made
  }

  /** @throws Error where the message ends within a block, or what was cut off is missing or still there */
  private whole(payload: Uint8Array): Uint8Array {
    const { made, endsStream } = this.inflated(payload)
    // An empty block belongs behind one that ends the stream; where it is missing nothing is.
    if (endsStream) return made
    const whole = Buffer.concat([payload, EMPTY_BLOCK])
    const more = this.inflated(Buffer.concat([whole, STORED])).made
    if (!Buffer.concat([made, STORED.subarray(-1)]).equals(more)) throw new Error('ends within a block')
    return made
  }

  private inflated(bytes: Uint8Array): { made: Uint8Array; endsStream: boolean } {
    const made: Uint8Array[] = []
    let history = this.before
    let endsStream = false
    this.finalBlocks = 0
    // A block that ends the stream ends this inflating, and nothing else.
    for (let left = bytes; left.length > 0; ) {
      const { buffer, taken } = once(left, history)
      made.push(buffer)
      history = Buffer.concat([history, buffer]).subarray(-WINDOW)
      if (taken < left.length) this.finalBlocks++
      else endsStream = isStream(left, history)
      left = left.subarray(taken)
    }
    if (endsStream) this.finalBlocks++
    return { made: Buffer.concat(made), endsStream }
  }
}

/** Whether the bytes end with a block that ends the stream: what is behind it is not looked at. */
function isStream(bytes: Uint8Array, history: Uint8Array): boolean {
  try {
    return once(Buffer.concat([bytes, NO_BLOCK]), history).taken === bytes.length
  } catch {
    return false
  }
}

function once(bytes: Uint8Array, history: Uint8Array): { buffer: Buffer; taken: number } {
  const dictionary = history.length === 0 ? {} : { dictionary: history }
  const { buffer, engine } = inflateRawSync(bytes, { finishFlush: 2, info: true, ...dictionary }) as unknown as {
    buffer: Buffer
    engine: { bytesWritten: number }
  }
  if (engine.bytesWritten === 0) throw new Error('nothing was inflated')
  return { buffer, taken: engine.bytesWritten }
}
