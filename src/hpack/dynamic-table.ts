// The dynamic table (RFC 7541 section 2.3.2): a ring, so that neither what comes in nor what goes out moves the rest. Its law:
// `size` is never above `limit`.

/** What stands in a table: the decoder's and the encoder's have more to say of it. */
export interface Sized {
  /** RFC 7541 section 4.1. */
  readonly size: number
}

/** The ring's first length. Most tables never outgrow it. */
const FEW = 16

export class DynamicTable<T extends Sized> {
  /** The sizes of all fields together, in bytes. */
  size = 0
  count = 0
  /** In bytes: the maximum size (RFC 7541 section 4.2). */
  limit: number
  /** Changes whenever a field comes or goes, or the limit changes. */
  edition = 0
  /** Its length is a power of two, so that a mask wraps places around. */
  private ring: (T | null)[] = []
  private mask = -1
  /** The place of the newest field. */
  private newest = -1

  constructor(limit: number) {
    this.limit = limit
  }

  /** The field that is as old as `age`, the newest one's being 0. Undefined or null where there is none: `count` tells. */
  at(age: number): T {
    return this.ring[(this.newest - age) & this.mask] as T
  }

  /**
   * Adds a field, for which the oldest have to go. One that is larger than the table empties it and is not added; that is
   * no error (RFC 7541 section 4.4).
   * @returns whether it has been added
   */
  add(field: T): boolean {
    this.edition++
    this.shrinkTo(this.limit - field.size)
    if (field.size > this.limit) return false
    if (this.count === this.ring.length) this.grow()
    this.newest = (this.newest + 1) & this.mask
    this.ring[this.newest] = field
    this.count++
    this.size += field.size
    return true
  }

  /** Sets the maximum size, in bytes; the oldest fields go until the rest fits (RFC 7541 section 4.3). */
  resize(limit: number): void {
    if (limit === this.limit) return
    this.edition++
    this.limit = limit
    this.shrinkTo(limit)
  }

  /** Told of each field that goes, before it does. */
  protected leaves(_field: T): void {}

  private shrinkTo(size: number): void {
    while (this.size > size && this.count > 0) {
      const place = (this.newest - this.count + 1) & this.mask
      const oldest = this.ring[place] as T
      this.leaves(oldest)
      // Nobody but the table may need it any more.
      this.ring[place] = null
      this.count--
      this.size -= oldest.size
    }
  }

  private grow(): void {
    const { count } = this
    const ring: (T | null)[] = new Array(Math.max(FEW, count * 2)).fill(null)
    for (let i = 0; i < count; i++) ring[i] = this.at(count - 1 - i)
    this.ring = ring
    this.mask = ring.length - 1
    this.newest = count - 1
  }
}
