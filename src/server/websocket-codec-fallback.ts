// permessage-deflate where zlib cannot be used as websocket-codec-zlib.ts does: by the functions that every Node and what is like it has. Each
// message is taken whole and stands for itself, so that it is right only where no side refers to earlier messages.
import { HeldBytes } from '../bytes/held-bytes.ts'
import type { InflateFault, MessageCodec } from '../websocket/index.ts'
import { FLUSH } from './websocket-codec-zlib.ts'

const CUT_OFF = Uint8Array.of(0, 0, 0xff, 0xff)
const NOTHING = new Uint8Array(0)
/** Messages below are sent as they are. */
const LEAST = 128
/** What a compressed message may be larger than what it stands for. */
const SLACK = 64 * 1024

/** A codec for whole messages without a memory. */
export class PlainCodec implements MessageCodec {
  readonly windowBits: number
  readonly more = false
  private held: HeldBytes | null = null

  /** @param windowBits 9 to 15 */
  constructor(windowBits: number) {
    this.windowBits = windowBits
  }

  inflate(bytes: Uint8Array, start: number, end: number, last: boolean, most: number): Uint8Array | InflateFault {
    this.held ??= new HeldBytes()
    this.held.add(bytes, start, end)
    if (this.held.size > most + SLACK) return 'message-too-large'
    if (!last) return NOTHING
    const { held } = this
    this.held = null
    if (held.size === 0) return NOTHING
    held.add(CUT_OFF, 0, CUT_OFF.length)
    try {
      return zlib().inflateRawSync(held.bytes.subarray(0, held.size), {
        finishFlush: FLUSH.everything,
        maxOutputLength: Math.max(1, most),
      })
    } catch (error) {
      const tooLarge = error instanceof RangeError
      return tooLarge ? 'message-too-large' : 'invalid-deflate'
    }
  }

  inflateMore(): Uint8Array {
    return NOTHING
  }

  deflate(bytes: Uint8Array, start: number, end: number): Uint8Array | null {
    if (end - start < LEAST) return null
    const made = zlib().deflateRawSync(bytes.subarray(start, end), {
      finishFlush: FLUSH.everything,
      windowBits: this.windowBits,
      level: 3,
    })
    return made.length - CUT_OFF.length < end - start ? made.subarray(0, -CUT_OFF.length) : null
  }

  /** Large messages are sent as they are: there is no way to compress them slice by slice. */
  deflateSlice(): null {
    return null
  }

  deflateAlone(bytes: Uint8Array): Uint8Array | null {
    return this.deflate(bytes, 0, bytes.length)
  }

  forget(): void {}

  close(): void {
    this.held = null
  }
}

function zlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib')
}
