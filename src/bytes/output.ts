// Output: bytes on their way out, gathered until they leave in one write. Text in it is latin1, one byte a character.

/** Text and bytes to be written, gathered into as few pieces as can be. */
export class Output {
  /** What has been gathered as text since the last piece of bytes. */
  private tail = ''
  /** What is before the tail; null while there is only text, which is the usual case. */
  private pieces: (string | Uint8Array)[] | null = null
  private before = 0

  /** How many bytes are waiting. */
  get size(): number {
    return this.before + this.tail.length
  }

  /** Adds text, which must be latin1: each character is sent as one byte. */
  text(latin1: string): void {
    this.tail += latin1
  }

  /** Adds bytes, which are kept and not copied: they must not change before they have been written. */
  bytes(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.pieces ??= []
    if (this.tail !== '') {
      this.pieces.push(this.tail)
      this.before += this.tail.length
      this.tail = ''
    }
    this.pieces.push(bytes)
    this.before += bytes.length
  }

  /** All of it, if it is only text; null where there are bytes among it. Empties the output if it is text. */
  takeText(): string | null {
    if (this.pieces !== null) return null
    const text = this.tail
    this.tail = ''
    return text
  }

  /** All pieces in order; the output is empty afterwards. */
  takePieces(): (string | Uint8Array)[] {
    const pieces = this.pieces ?? []
    if (this.tail !== '') pieces.push(this.tail)
    this.pieces = null
    this.tail = ''
    this.before = 0
    return pieces
  }
}
