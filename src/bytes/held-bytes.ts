// Bytes that must wait: a copy of what was only borrowed, until more has come or somebody is ready for it. It grows by
// doubling, so that bytes which come one at a time cost no more than those which come together.

const NOTHING = new Uint8Array(0)
const FIRST = 1024

/** Bytes that are kept, one piece behind the other in one array. */
export class HeldBytes {
  /** The array: `size` of it is in use. */
  bytes: Uint8Array = NOTHING
  /** How many of `bytes` are held. */
  size = 0

  /** Copies the bytes from `start` to `end` behind those held. */
  add(from: Uint8Array, start: number, end: number): void {
    const needed = this.size + end - start
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(Math.max(Math.min(FIRST, needed * 2), needed, this.bytes.length * 2))
      larger.set(this.bytes.subarray(0, this.size))
      this.bytes = larger
    }
    this.bytes.set(from.subarray(start, end), this.size)
    this.size = needed
  }

  /** Drops the first `count` bytes. */
  drop(count: number): void {
    this.bytes.copyWithin(0, count, this.size)
    this.size -= count
  }
}
