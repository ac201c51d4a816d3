// The half of a codec that compresses: each message whole, or a large one slice by slice. A message that would not become smaller
// is sent as it is; what the compressor then remembers the peer has not got, so it is made to forget.
import type { CodecPool, Deflater } from './websocket-codec-pool.ts'
import { type Coder, FLUSH } from './websocket-codec-zlib.ts'

/** The empty block that a flush ends with is not sent (RFC 7692 section 7.2.1). */
const CUT_OFF = 4

/**
 * Messages below are sent as they are (bench/micro/websocket-deflate.ts). With a history to refer to even short ones shrink to a
 * third; without one they hardly shrink.
 */
const LEAST_WITH_HISTORY = 64
const LEAST_ALONE = 128

/** Of a large message's first slice no more than this part must remain: some of what is made of it comes out only with the next. */
const WORTH_IT = 0.85

/** Shared by all: what comes out is copied before anything else is compressed. Larger than any slice's output. */
const SCRATCH = 80 * 1024
let scratch = new Uint8Array(SCRATCH)

/** Compresses the messages of one connection. */
export class DeflatingSide {
  private readonly pool: CodecPool
  private readonly windowBits: number
  private readonly takeover: boolean
  private deflater: Deflater | null = null
  /** What the deflater remembers is not what the peer does. */
  private isStale = false

  constructor(pool: CodecPool, windowBits: number, takeover: boolean) {
    this.pool = pool
    this.windowBits = windowBits
    this.takeover = takeover
  }

  /** See `MessageCodec`. */
  deflate(bytes: Uint8Array, start: number, end: number): Uint8Array | null {
    const length = end - start
    if (!this.takeover) {
      if (length < LEAST_ALONE) return null
      return compressed(this.pool.loneDeflater(this.windowBits), bytes, start, end)
    }
    if (length < LEAST_WITH_HISTORY) return null
    const deflater = this.ownDeflater()
    if (deflater === null) return null
    const made = compressed(deflater.coder, bytes, start, end)
    this.isStale = made === null
    return made
  }

  /** See `MessageCodec`. */
  deflateSlice(bytes: Uint8Array, start: number, end: number, first: boolean, last: boolean): Uint8Array | null {
    const deflater = first ? this.ownDeflater() : this.deflater
    if (deflater === null) return null
    if (first) this.pool.hold(deflater)
    const { coder } = deflater
    const made = flushed(coder, last ? FLUSH.everything : FLUSH.blocks, bytes, start, end)
    const worthIt = !first || made <= WORTH_IT * (end - start)
    if (last || !worthIt) {
      this.isStale = !worthIt
      if (this.takeover) this.pool.used(deflater)
      else this.giveBack()
    }
    return worthIt ? scratch.subarray(0, last ? made - CUT_OFF : made) : null
  }

  /** The peer has got what the deflater has not. */
  forget(): void {
    this.isStale = this.deflater !== null
  }

  /** Gives everything back. */
  close(): void {
    this.giveBack()
  }

  /** This connection's deflater, which knows no more than the peer does. */
  private ownDeflater(): Deflater | null {
    const { deflater } = this
    if (deflater === null || deflater.owner !== this) {
      this.deflater = this.pool.lend(this, this.windowBits)
    } else {
      this.pool.used(deflater)
      if (this.isStale) deflater.coder.reset()
    }
    this.isStale = false
    return this.deflater
  }

  private giveBack(): void {
    if (this.deflater?.owner === this) this.pool.giveBack(this.deflater)
    this.deflater = null
  }
}

/** A whole message, borrowed until the next one; null where it did not become smaller. */
export function compressed(coder: Coder, bytes: Uint8Array, start: number, end: number): Uint8Array | null {
  const room = end - start + CUT_OFF
  takeScratch(room)
  coder.write(FLUSH.everything, bytes, start, end, scratch, 0, room)
  const made = room - coder.outputLeft - CUT_OFF
  return coder.outputLeft === 0 ? null : scratch.subarray(0, made)
}

/** Compresses into the scratch. @returns how much came out */
function flushed(coder: Coder, flush: number, bytes: Uint8Array, start: number, end: number): number {
  let at = start
  let made = 0
  takeScratch(0)
  for (;;) {
    coder.write(flush, bytes, at, end, scratch, made, scratch.length)
    at = end - coder.inputLeft
    made = scratch.length - coder.outputLeft
    if (coder.outputLeft > 0) return made
    const larger = new Uint8Array(2 * scratch.length)
    larger.set(scratch)
    scratch = larger
  }
}

function takeScratch(room: number): void {
  if (room > scratch.length || scratch.length > SCRATCH) scratch = new Uint8Array(Math.max(SCRATCH, room))
}
