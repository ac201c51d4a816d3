// Bytes that wait to be taken piece by piece, in the order in which they came: copies of what was only borrowed. Large
// pieces are copied once; small ones are put together, so that many of a byte each take no more room than one of many.
import { copyOf } from './copy.ts'
import { HeldBytes } from './held-bytes.ts'

/** A piece of this size stands for itself: what is spent on it besides its bytes is little. */
const LARGE = 4096

/** Bytes that wait, first in, first out. */
export class ByteQueue {
  /** How many bytes wait. */
  size = 0
  private pieces: Uint8Array[] = []
  /** Small pieces behind those. */
  private tail: HeldBytes | null = null

  /** Adds a copy of the bytes from `start` to `end`. */
  add(bytes: Uint8Array, start: number, end: number): void {
    this.size += end - start
    if (end - start < LARGE) {
      this.tail ??= new HeldBytes()
      this.tail.add(bytes, start, end)
      return
    }
    this.endTail()
    this.pieces.push(copyOf(bytes, start, end))
  }

  /** The next piece, which is the taker's from now on; null where nothing waits. */
  take(): Uint8Array | null {
    if (this.pieces.length === 0) this.endTail()
    const piece = this.pieces.shift() ?? null
    if (piece !== null) this.size -= piece.length
    return piece
  }

  private endTail(): void {
    if (this.tail === null) return
    this.pieces.push(this.tail.bytes.subarray(0, this.tail.size))
    this.tail = null
  }
}
