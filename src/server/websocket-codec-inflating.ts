// The half of a codec that inflates: takes a compressed message piece by piece, and gives chunks. No more than a chunk is made at
// a time, and never more than one byte beyond what may come out, so that a bomb costs no more than a message that is too large.
import { HeldBytes } from '../bytes/held-bytes.ts'
import type { InflateFault } from '../websocket/index.ts'
import { type CodecPool, inflaterKind } from './websocket-codec-pool.ts'
import { Coder, FLUSH } from './websocket-codec-zlib.ts'

/** What the peer's compressor cut off (RFC 7692 section 7.2.2). */
const CUT_OFF = 4
const EMPTY_BLOCK = [0, 0, 0, 0xff, 0xff]
/**
 * That, and as many empty blocks as the head of a block can be long: a message that does not end between two blocks gives output
 * here, or an error. They take 0.2 µs.
 */
const TAIL = Uint8Array.from(Array.from({ length: 64 }, () => EMPTY_BLOCK).flat()).subarray(1)
const NOTHING = new Uint8Array(0)

/** Shared by all: what comes out is used up before anything else is inflated. */
const chunk = new Uint8Array(64 * 1024)

/** Compressed bytes that are kept rather than inflated where inflaters have become scarce. Who has sent as many has paid for one. */
const MOST_KEPT = 32 * 1024

/** A compressor that ends its messages with final blocks has done so within as many bytes. */
const TRIAL = 4096

/** Final blocks that a message may have, and one more for so many bytes: each sets an inflater up anew, which takes 10 µs. */
const FINAL_BLOCKS = 16
const FINAL_BLOCK_BYTES = 256

/** Inflates the messages of one connection. */
export class InflatingSide {
  /** There may be more of the piece that was given last. */
  more = false
  private readonly pool: CodecPool
  private readonly windowBits: number
  private readonly takeover: boolean
  private coder: Coder | null = null
  /** The coder begins with a history of its own, and can serve nobody else. */
  private isMarked = false
  // The piece that was given last, as far as it has not been taken.
  private input: Uint8Array = NOTHING
  private at = 0
  private end = 0
  private isLast = false
  // The message.
  private size = 0
  private finalBlocks = 0
  private kept: HeldBytes | null = null
  /**
   * What came out last, as much as the peer may refer to: zlib forgets it behind a final block. Only for a peer that has been seen to use
   * them, or of which little has been seen.
   */
  private history: Uint8Array | null = NOTHING
  private usesFinalBlocks = false
  /** Where in the chunk begins what the history has not. */
  private untold = 0

  /** @param takeover what came out is kept for the next message: paid for here, until `close` */
  constructor(pool: CodecPool, windowBits: number, takeover: boolean) {
    this.pool = pool
    this.windowBits = windowBits
    this.takeover = takeover
    if (takeover) pool.reserve(windowBits)
  }

  /** See `MessageCodec`. */
  inflate(bytes: Uint8Array, start: number, end: number, last: boolean, most: number): Uint8Array | InflateFault {
    this.size += end - start
    this.isLast = last
    if (this.coder === null && !this.mayHaveCoder()) return this.keep(bytes, start, end)
    this.coder ??= this.takeover ? new Coder(inflaterKind(this.windowBits)) : this.pool.borrowInflater()
    this.input = bytes
    this.at = start
    this.end = end
    if (this.kept !== null) this.takeUp(this.kept)
    return this.inflateMore(most)
  }

  /** See `MessageCodec`. */
  inflateMore(most: number): Uint8Array | InflateFault {
    const room = Math.min(chunk.length, most + 1)
    const made = this.fill(room)
    if (made === -1) return this.failed('invalid-deflate')
    if (made > most) return this.failed('message-too-large')
    this.remember(made)
    if (this.isLast && !this.more) this.endMessage()
    return chunk.subarray(0, made)
  }

  /** Gives everything back. */
  close(): void {
    this.kept = null
    this.history = null
    this.dropCoder()
    if (this.takeover) this.pool.unreserve(this.windowBits)
  }

  /** Inflates until the chunk is full up to `room`, or the piece is through. @returns how much came out; -1 for what cannot be */
  private fill(room: number): number {
    let made = 0
    this.untold = 0
    do {
      const coder = this.coder!
      coder.write(FLUSH.everything, this.input, this.at, this.end, chunk, made, room)
      if (coder.failed) return -1
      made = room - coder.outputLeft
      this.at = this.end - coder.inputLeft
      this.more = coder.outputLeft === 0
      if (this.more) return made
      // There is room, and still it does not go on: the block was a final one (section 7.2.3.4). Another follows.
      if (coder.inputLeft > 0 && !this.startOver(made)) return -1
    } while (this.at < this.end)
    return this.isLast && this.size > 0 && !this.endsWell(made, room) ? -1 : made
  }

  /** Gives the coder what the peer has cut off. @returns whether the message may end here */
  private endsWell(made: number, room: number): boolean {
    const coder = this.coder!
    coder.write(FLUSH.everything, TAIL, 0, TAIL.length, chunk, made, room)
    if (coder.failed || coder.outputLeft < room - made) return false
    if (coder.inputLeft === 0) return true
    // The stream has ended: with the message itself, as what zlib makes in one go does, or with the block that was cut off.
    const before = TAIL.length - coder.inputLeft
    return (before === 0 || before === CUT_OFF) && this.startOver(made)
  }

  /** Goes on behind a final block, with what has come out so far as the history. */
  private startOver(made: number): boolean {
    if (++this.finalBlocks > FINAL_BLOCKS + this.size / FINAL_BLOCK_BYTES) return false
    this.usesFinalBlocks = true
    this.history ??= NOTHING
    this.remember(made)
    this.untold = made
    this.coder!.close()
    this.coder = new Coder(inflaterKind(this.windowBits), this.history.length > 0 ? this.history : undefined)
    this.isMarked = true
    return true
  }

  private remember(made: number): void {
    if (this.history === null || made === this.untold) return
    const size = 2 ** this.windowBits
    const fresh = chunk.subarray(Math.max(this.untold, made - size), made)
    const before = this.history.subarray(Math.max(0, this.history.length + fresh.length - size))
    this.history = new Uint8Array(before.length + fresh.length)
    this.history.set(before)
    this.history.set(fresh, before.length)
  }

  /** Whether the message at hand may have a coder now. */
  private mayHaveCoder(): boolean {
    return this.takeover || this.isLast || this.size > MOST_KEPT || this.pool.hasInflater
  }

  private keep(bytes: Uint8Array, start: number, end: number): Uint8Array {
    this.kept ??= new HeldBytes()
    this.kept.add(bytes, start, end)
    return NOTHING
  }

  /** Goes on with what has been kept, and the piece at hand behind it. */
  private takeUp(kept: HeldBytes): void {
    kept.add(this.input, this.at, this.end)
    this.kept = null
    this.input = kept.bytes
    this.at = 0
    this.end = kept.size
  }

  private endMessage(): void {
    this.size = 0
    this.finalBlocks = 0
    this.input = NOTHING
    if (this.history !== null && !this.usesFinalBlocks && (!this.takeover || this.history.length >= TRIAL))
      this.history = null
    if (this.takeover) return
    if (this.history !== null) this.history = NOTHING
    const { coder } = this
    if (coder === null || this.isMarked) {
      this.dropCoder()
      return
    }
    this.coder = null
    coder.reset()
    this.pool.returnInflater(coder)
  }

  private dropCoder(): void {
    if (this.coder === null) return
    this.coder.close()
    this.coder = null
    this.isMarked = false
    if (!this.takeover) this.pool.dropInflater()
  }

  private failed(fault: InflateFault): InflateFault {
    this.more = false
    this.dropCoder()
    return fault
  }
}
