// How much memory the codecs of all streams may take together. Its law: what was lent is given back exactly once.

/** Bytes lent to one stream. */
export interface Lease {
  /** Takes so many bytes in all instead; false, and nothing changes, where there are not so many left. */
  resize(bytes: number): boolean
  /** Gives everything back. Does nothing the second time. */
  end(): void
}

/** A bound in bytes that streams share. */
export class CodecMemory {
  readonly most: number
  private lent = 0

  constructor(most: number) {
    this.most = most
  }

  /** Bytes lent right now. */
  get inUse(): number {
    return this.lent
  }

  /** Lends so many bytes, or null where there are not so many left. */
  lend(bytes: number): Lease | null {
    if (this.lent + bytes > this.most) return null
    this.lent += bytes
    let own = bytes
    return {
      resize: wanted => {
        if (this.lent - own + wanted > this.most) return false
        this.lent += wanted - own
        own = wanted
        return true
      },
      end: () => {
        this.lent -= own
        own = 0
      },
    }
  }
}
