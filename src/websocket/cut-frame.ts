// A frame that has come in part, and how far it has.
import { MOST_CONTROL, MOST_HEAD } from './frames.ts'

/** A frame that has come in part. There is one only while it has. */
export class CutFrame {
  /** The head, as far as it has come; null where it is complete. */
  head: Uint8Array | null = null
  headSize = 0
  /** The head's first byte. */
  first = 0
  /** The masking key; 0 where it is not masked. */
  key = 0
  /** Of the payload. */
  length = 0
  /** How much of the payload has come. */
  taken = 0
  /** What has come of a control frame's payload: it is needed whole. */
  payload: Uint8Array | null = null

  get heldBytes(): number {
    return this.head !== null ? this.headSize : this.payload !== null ? this.taken : 0
  }

  /** Its head has come in part. */
  beginHead(): void {
    this.head = new Uint8Array(MOST_HEAD)
  }

  /** Its head is complete. */
  begin(first: number, key: number, length: number): void {
    this.head = null
    this.first = first
    this.key = key
    this.length = length
  }

  /** Keeps a piece of a control frame's payload. */
  keep(bytes: Uint8Array, start: number, end: number): void {
    this.payload ??= new Uint8Array(MOST_CONTROL)
    this.payload.set(bytes.subarray(start, end), this.taken)
    this.taken += end - start
  }
}
