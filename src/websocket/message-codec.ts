// What a connection needs of a codec for permessage-deflate (RFC 7692). It is handed in, since compression comes from the platform.

/** Compresses and inflates the messages of one connection. */
export interface MessageCodec {
  /**
   * Inflates a piece of a compressed message.
   * @param last the message ends with this piece
   * @param most bytes that may come out of it
   * @returns what came out, borrowed until the next call; or what is wrong
   */
  inflate(
    bytes: Uint8Array,
    start: number,
    end: number,
    last: boolean,
    most: number,
  ): Uint8Array | 'message-too-large' | 'invalid-deflate'
  /** A compressed message, borrowed until the next call; null where it is better sent as it is. */
  deflate(bytes: Uint8Array, start: number, end: number): Uint8Array | null
  /** Lets go of what it holds. */
  close(): void
}
