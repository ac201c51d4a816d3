// What a connection needs of a codec for permessage-deflate (RFC 7692). It is handed in, since compression comes from the platform.

/** What may be wrong with a compressed message. */
export type InflateFault = 'message-too-large' | 'invalid-deflate'

/** Compresses and inflates the messages of one connection. */
export interface MessageCodec {
  /** Codecs with the same number here make the same of a message by itself: the window that they compress with, in bits, is what was agreed on at most. */
  readonly windowBits: number
  /**
   * Inflates a piece of a compressed message. What comes out is given chunk by chunk: where `more` is true afterwards, the rest of
   * it is asked for with `inflateMore` before anything else is.
   * @param last the message ends with this piece
   * @param most bytes that may come out of it
   * @returns a chunk, borrowed until the next call, of this or another codec; or what is wrong, after which the codec inflates no more
   */
  inflate(bytes: Uint8Array, start: number, end: number, last: boolean, most: number): Uint8Array | InflateFault
  /** There may be more of the piece that was given last. */
  readonly more: boolean
  /** The next chunk. @param most bytes that may still come out of the piece */
  inflateMore(most: number): Uint8Array | InflateFault
  /** A compressed message, borrowed until the next call; null where it is better sent as it is. */
  deflate(bytes: Uint8Array, start: number, end: number): Uint8Array | null
  /**
   * Compresses a message slice by slice. It may be begun at any time; once it has been, the slices must follow each other up to the last.
   * @returns what came out, borrowed until the next call, and often nothing before the last one; null where the first slice
   *   is better sent as it is, with all that follow
   */
  deflateSlice(bytes: Uint8Array, start: number, end: number, first: boolean, last: boolean): Uint8Array | null
  /**
   * A message compressed without regard to any other, for many peers that agreed on the same window; null where it is better
   * sent as it is. The bytes are the caller's.
   */
  deflateAlone(bytes: Uint8Array): Uint8Array | null
  /** A message that `deflateAlone` has made is sent: the peer's memory is no longer ours. */
  forget(): void
  /** Lets go of what it holds; afterwards it must not be used. */
  close(): void
}
