// What an HTTP/2 connection allows its peer. What costs nothing but patience is in budgets.ts.

/** Sizes in bytes. */
export interface H2Limits {
  /** A field list in all, each field with 32 bytes on top: SETTINGS_MAX_HEADER_LIST_SIZE. Also the most that a header block may have. */
  readonly headBytes: number
  /** The longest target, in bytes. */
  readonly targetBytes: number
  /** The most fields. */
  readonly fieldCount: number
  /** Content of one message in all. */
  readonly contentBytes: number
  /** SETTINGS_MAX_CONCURRENT_STREAMS: 128, as nginx. */
  readonly streams: number
  /** What a peer may send of a stream's content before any of it is used: 65535, the protocol's own default. It grows for those who are quick. */
  readonly streamWindow: number
  /** The same for all streams of a connection together: 1 MB, as Go. */
  readonly connectionWindow: number
  /** What windows may grow to: 16 MB moves 1.6 Gbit/s over a path of 80 ms. */
  readonly mostWindow: number
  /** Bytes gathered before more content is moved to the output: half of what a socket takes at once. */
  readonly outputBytes: number
}

/** The limits that hold where nothing else is said. */
export const DEFAULT_LIMITS: H2Limits = {
  headBytes: 32 * 1024,
  targetBytes: 8 * 1024,
  fieldCount: 100,
  contentBytes: Number.MAX_SAFE_INTEGER,
  streams: 128,
  streamWindow: 65535,
  connectionWindow: 1024 * 1024,
  mostWindow: 16 * 1024 * 1024,
  outputBytes: 256 * 1024,
}

/** What all connections of a server together may have their windows grown by: a promise to hold that much if nobody reads. */
export class WindowBudget {
  /** Bytes that windows may still grow by. */
  left: number

  constructor(bytes: number) {
    this.left = bytes
  }
}
