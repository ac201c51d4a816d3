// Bytes of an incomplete head, copied because what `receive` is given is only borrowed. Most heads come whole, so
// nothing is held most of the time.

const NOTHING = new Uint8Array(0)
const FIRST = 1024

export class HeldBytes {
  bytes: Uint8Array = NOTHING
  size = 0

  add(from: Uint8Array, start: number, end: number): void {
    const needed = this.size + end - start
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(Math.max(FIRST, needed, this.bytes.length * 2))
      larger.set(this.bytes.subarray(0, this.size))
      this.bytes = larger
    }
    this.bytes.set(from.subarray(start, end), this.size)
    this.size = needed
  }

  /** Lets the memory go: the next head will most likely come whole. Whoever still has `bytes` may go on reading them. */
  clear(): void {
    this.bytes = NOTHING
    this.size = 0
  }
}
