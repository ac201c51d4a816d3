// A message that has come in part: the buffer that it is gathered in, which becomes its receiver's when it is complete.
//
// Its law: the buffer grows with what has come, never with what a head has announced.
import { FREE_BYTES, type WebSocketLimits } from './limits.ts'
import { Utf8Judge } from './utf8.ts'

const NOTHING = new Uint8Array(0)
/** The buffer is never larger than so many times what has come: each byte of a large frame is copied about once more. */
const AHEAD = 4
const LEAST = 64

/** Memory that is filled before anybody sees it need not be cleared before. */
const uncleared: (size: number) => Uint8Array =
  typeof Buffer === 'function' ? size => Buffer.allocUnsafeSlow(size) : size => new Uint8Array(size)

/** A message that is being put together. */
export class IncompleteMessage {
  readonly compressed: boolean
  /** Of its text; null for a binary message. */
  readonly judge: Utf8Judge | null
  /** Fragments without a payload that have come. */
  emptyFragments = 0
  /** What has come of it as it is on the wire, if it is compressed. */
  compressedSize = 0
  /** How much of `bytes` is the message's. */
  size = 0
  bytes: Uint8Array = NOTHING
  private readonly limits: WebSocketLimits
  /** What has been taken from the budget. */
  private taken = 0

  constructor(text: boolean, compressed: boolean, limits: WebSocketLimits) {
    this.compressed = compressed
    this.judge = text ? new Utf8Judge() : null
    this.limits = limits
  }

  /**
   * Adds the bytes from `start` to `end`.
   * @param due how many are announced to follow at once
   * @param isLast nothing comes behind those
   * @returns false where there is no memory for them
   */
  add(bytes: Uint8Array, start: number, end: number, due: number, isLast: boolean): boolean {
    const size = this.size + end - start
    if (size > this.bytes.length && !this.grow(size, due, isLast)) return false
    this.bytes.set(bytes.subarray(start, end), this.size)
    this.size = size
    return true
  }

  /** Gives back what was taken from the budget. */
  letGo(): void {
    if (this.taken > 0) this.limits.budget!.give(this.taken)
    this.taken = 0
  }

  /** A buffer of its own takes at least `size`, and no more than can come. */
  private grow(size: number, due: number, isLast: boolean): boolean {
    const announced = Math.min(size + due, size * AHEAD)
    const { bytes, limits } = this
    const capacity = isLast
      ? announced
      : Math.max(announced, Math.min(Math.max(bytes.length * 2, LEAST), limits.messageBytes))
    const beyond = capacity - FREE_BYTES - this.taken
    if (beyond > 0 && limits.budget != null) {
      if (!limits.budget.take(beyond)) return false
      this.taken += beyond
    }
    // Only what is announced is sure to be filled.
    this.bytes = isLast ? uncleared(capacity) : new Uint8Array(capacity)
    this.bytes.set(bytes.subarray(0, this.size))
    return true
  }
}
