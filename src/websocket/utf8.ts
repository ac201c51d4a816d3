// UTF-8 judged as it arrives (RFC 6455 section 8.1, RFC 3629): the first wrong byte is found when it comes, wherever frames and
// reads are cut.

/** Judges text piece by piece. */
export class Utf8Judge {
  /** Bytes that are due to complete a character. */
  private due = 0
  /** What the next of them may be. */
  private least = 0x80
  private most = 0xbf

  /** Whether the bytes from `start` to `end` go on as UTF-8. */
  takes(bytes: Uint8Array, start: number, end: number): boolean {
    for (let at = start; at < end; at++) {
      const byte = bytes[at]
      if (this.due > 0) {
        if (byte < this.least || byte > this.most) return false
        this.due--
        this.least = 0x80
        this.most = 0xbf
      } else if (byte >= 0x80) {
        if (byte < 0xc2 || byte > 0xf4) return false
        this.due = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
        this.least = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80
        this.most = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf
      }
    }
    return true
  }

  /** Whether the text may end here. */
  get complete(): boolean {
    return this.due === 0
  }
}

/** Whether the bytes from `start` to `end` are UTF-8. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  const judge = new Utf8Judge()
  return judge.takes(bytes, start, end) && judge.complete
}
