// The buffers that files are read into on their way out: lent, given back, used again. The pool never refuses, since a
// reply under way must go on; instead the buffers get smaller as more are lent, so that many slow readers stay cheap.

/**
 * The sizes of buffers, in bytes. The large one is where a download of 100 MB stops getting cheaper: it costs 2 thirds of
 * what it does in pieces of 128 KB, and no less in pieces of 1 MB.
 */
export const SMALL_BUFFER = 16 * 1024
export const MEDIUM_BUFFER = 64 * 1024
export const LARGE_BUFFER = 512 * 1024

/** Lent bytes up to which large buffers are lent: 32 fast downloads with two buffers each. */
const LARGE_UNTIL = 32 * 1024 * 1024
/** Lent bytes up to which medium buffers are lent, and files are read ahead. */
const MEDIUM_UNTIL = 64 * 1024 * 1024
/** Free bytes that are kept for the next file. */
const KEEP = 8 * 1024 * 1024

export class BufferPool {
  /** Bytes that are lent now. */
  lent = 0
  /** Bytes that are free and kept. */
  free = 0
  private readonly shelves = new Map<number, Uint8Array[]>([
    [SMALL_BUFFER, []],
    [MEDIUM_BUFFER, []],
    [LARGE_BUFFER, []],
  ])

  /** Whether there is room for a second buffer for each reader. */
  get roomy(): boolean {
    return this.lent < MEDIUM_UNTIL
  }

  /** A buffer of the size that was wished for, or a smaller one where much is lent already. Its bytes are anything. */
  take(wish: typeof MEDIUM_BUFFER | typeof LARGE_BUFFER): Uint8Array {
    const size = this.lent < LARGE_UNTIL ? wish : this.lent < MEDIUM_UNTIL ? MEDIUM_BUFFER : SMALL_BUFFER
    this.lent += size
    const kept = this.shelves.get(size)?.pop()
    if (kept === undefined) return Buffer.allocUnsafeSlow(size)
    this.free -= size
    return kept
  }

  /** Takes a buffer back; whoever gave it must not touch it again. */
  give(buffer: Uint8Array): void {
    this.lent -= buffer.length
    if (this.free + buffer.length > KEEP) return
    this.free += buffer.length
    this.shelves.get(buffer.length)?.push(buffer)
  }

  /** Lets go of the free ones. */
  clear(): void {
    for (const shelf of this.shelves.values()) shelf.length = 0
    this.free = 0
  }
}
