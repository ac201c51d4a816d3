// RFC 7692 section 7.2.2 as plainly as it can be: a message is inflated whole, with what came before it as a dictionary.
import { inflateRawSync } from 'node:zlib'

const EMPTY_BLOCK = Uint8Array.of(0x00, 0x00, 0xff, 0xff)
const WINDOW = 32 * 1024

export class PlainInflater {
  private readonly takesOver: boolean
  private readonly windowBits: number
  private before: Uint8Array = new Uint8Array(0)

  /** @param takesOver messages may refer to those before them */
  constructor(takesOver: boolean, windowBits = 15) {
    this.takesOver = takesOver
    this.windowBits = windowBits
  }

  /** @throws Error for what is no DEFLATE data, or makes more than `most` bytes */
  message(payload: Uint8Array, most = 1 << 26): Uint8Array {
    const made: Uint8Array[] = []
    let before = this.before
    for (let left: Uint8Array = Buffer.concat([payload, EMPTY_BLOCK]); left.length > 0; ) {
      // A block that ends the stream ends this inflating, and nothing else.
      const { buffer, taken } = inflated(left, before, this.windowBits)
      made.push(buffer)
      before = Buffer.concat([before, buffer]).subarray(-WINDOW)
      left = left.subarray(taken)
      if (made.reduce((sum, { length }) => sum + length, 0) > most) throw new TooLarge()
    }
    if (this.takesOver) this.before = before
    return Buffer.concat(made)
  }
}

/** A message that makes more bytes than it may. */
export class TooLarge extends Error {}

function inflated(bytes: Uint8Array, before: Uint8Array, windowBits: number): { buffer: Buffer; taken: number } {
  const dictionary = before.length === 0 ? {} : { dictionary: before }
  const { buffer, engine } = inflateRawSync(bytes, {
    finishFlush: 2,
    windowBits,
    info: true,
    ...dictionary,
  }) as unknown as {
    buffer: Buffer
    engine: { bytesWritten: number }
  }
  if (engine.bytesWritten === 0) throw new Error('not inflated')
  return { buffer, taken: engine.bytesWritten }
}
