// A field line as HPACK has it: what both tables hold and what a decoder gives.

/** A field line. Those of the tables are shared: the same object is given each time the peer refers to it. */
export interface HpackField {
  /** As sent, one character a byte. HTTP/2 wants it in lower case; whether it is, is not judged here. */
  readonly name: string
  /** As sent, one character a byte. */
  readonly value: string
  /** Sent as a literal that is never indexed: whoever passes it on must send it the same way (RFC 7541 section 6.2.3). */
  readonly sensitive: boolean
  /**
   * What the user of the decoder found out about the field, so that one in a table is judged once; 0 before that. HPACK
   * does not look at it.
   */
  verdict: number
}

/** What a field takes in a table or counts in a list: its bytes and 32 (RFC 7541 section 4.1). */
export const FIELD_OVERHEAD = 32
