// Bytes on their way out, gathered in blocks that are used again: small pieces are put into the block at hand, large ones
// are lent. For wires made of bytes rather than text; output.ts serves those made of text.
import { BLOCK, writeBlock } from './thread-memory.ts'

/** Free blocks kept for a thread: as many as there are connections that gather at a time, which are few. */
const MOST_SPARE = 16

/** A block for outputs of which thousands may gather at a time, each a little. */
export const SMALL_BLOCK = 2 * 1024
/** Those: 2 MB. */
const MOST_SPARE_SMALL = 1024

const NOTHING = new Uint8Array(0)
const spare: Uint8Array[] = []
const spareSmall: Uint8Array[] = []

/** A Buffer where there is one: sockets take it as it is. */
const newBlock: (size: number) => Uint8Array =
  typeof Buffer === 'function' ? size => Buffer.allocUnsafeSlow(size) : size => new Uint8Array(size)

/** Bytes to be written, gathered in blocks that are used again. */
export class ByteOutput {
  /** The block at hand: bytes are put into it from `at` on, once `reserve` has made room. */
  bytes: Uint8Array = NOTHING
  /** Where the next byte goes. */
  at = 0
  /** Where what has not been taken up as a piece yet begins in the block. */
  private from = 0
  /** Everything before that; null while there is nothing, which is the usual case. */
  private pieces: Uint8Array[] | null = null
  private before = 0
  /** Blocks that are full. */
  private filled: Uint8Array[] | null = null
  private readonly first: typeof BLOCK | typeof SMALL_BLOCK

  /** @param first the size of the first block: a small one where many outputs are filled at a time */
  constructor(first: typeof BLOCK | typeof SMALL_BLOCK = BLOCK) {
    this.first = first
  }

  /** How many bytes are waiting. */
  get size(): number {
    return this.before + this.at - this.from
  }

  /** Makes room for `count` bytes from `at` on in `bytes`. */
  reserve(count: number): void {
    if (this.at + count > this.bytes.length) this.nextBlock(count)
  }

  /** Adds a copy of the bytes from `start` to `end`. */
  copy(from: Uint8Array, start: number, end: number): void {
    const length = end - start
    this.reserve(length)
    const { bytes } = this
    if (length <= SHORT) for (let i = start, at = this.at; i < end; i++) bytes[at++] = from[i]
    else bytes.set(start === 0 && end === from.length ? from : from.subarray(start, end), this.at)
    this.at += length
  }

  /** Adds bytes that are not copied: they must not change before they have been written. */
  lend(bytes: Uint8Array): void {
    this.endPiece()
    this.pieces ??= []
    this.pieces.push(bytes)
    this.before += bytes.length
  }

  /** All of it, in order; nothing waits afterwards. `recycle` or `forget` must follow once it has been written. */
  take(): readonly Uint8Array[] {
    if (this.pieces === null) {
      const { from, at } = this
      this.from = at
      return at === from ? [] : [this.bytes.subarray(from, at)]
    }
    this.endPiece()
    const { pieces } = this
    this.pieces = null
    this.before = 0
    return pieces
  }

  /** What was taken may be overwritten: the blocks are used again. */
  recycle(): void {
    if (this.filled !== null) for (const block of this.filled) giveBack(block)
    giveBack(this.bytes)
    this.forget()
  }

  /** What was taken has been used: the block at hand is filled from its begin again, and not given back. */
  rewind(): void {
    this.filled = null
    this.at = 0
    this.from = 0
  }

  /** What was taken is still being read: the blocks that it lies in, to be given to `reuse` once it has been. */
  handOver(): Uint8Array[] {
    const blocks = this.filled ?? []
    blocks.push(this.bytes)
    this.forget()
    return blocks
  }

  /** What was taken is still being read: the blocks are left to it. */
  forget(): void {
    this.filled = null
    this.bytes = NOTHING
    this.at = 0
    this.from = 0
  }

  private nextBlock(count: number): void {
    this.endPiece()
    if (this.bytes !== NOTHING) {
      this.filled ??= []
      this.filled.push(this.bytes)
      this.bytes = blockOf(count, BLOCK)
    } else this.bytes = blockOf(count, this.first)
    this.at = 0
    this.from = 0
  }

  private endPiece(): void {
    if (this.at === this.from) return
    this.pieces ??= []
    this.pieces.push(this.bytes.subarray(this.from, this.at))
    this.before += this.at - this.from
    this.from = this.at
  }
}

/** Up to here a loop is quicker than a call. */
const SHORT = 48

/** Blocks that were handed over may be overwritten. */
export function reuse(blocks: readonly Uint8Array[]): void {
  for (const block of blocks) giveBack(block)
}

function blockOf(count: number, size: number): Uint8Array {
  if (count <= size && size === SMALL_BLOCK) return spareSmall.pop() ?? newBlock(SMALL_BLOCK)
  return count <= BLOCK ? (spare.pop() ?? writeBlock() ?? newBlock(BLOCK)) : newBlock(count)
}

function giveBack(block: Uint8Array): void {
  if (block.length === BLOCK && spare.length < MOST_SPARE) spare.push(block)
  else if (block.length === SMALL_BLOCK && spareSmall.length < MOST_SPARE_SMALL) spareSmall.push(block)
}
