// How much of a message is read before it is refused. Sizes in bytes.

/** What a peer may make long or many. */
export interface H1Limits {
  /** The whole head, start line and fields; the trailer section too. */
  readonly headBytes: number
  /** The longest target, in bytes. */
  readonly targetBytes: number
  /** The most field lines. */
  readonly fieldCount: number
  /** Content in all, without its framing. */
  readonly contentBytes: number
  /** Chunk extensions of one message in all: they carry nothing that is used, so a little is plenty. */
  readonly chunkExtensionBytes: number
}

/** The limits that hold where nothing else is said. */
export const DEFAULT_LIMITS: H1Limits = {
  headBytes: 32 * 1024,
  targetBytes: 8 * 1024,
  fieldCount: 100,
  contentBytes: Number.MAX_SAFE_INTEGER,
  chunkExtensionBytes: 4 * 1024,
}

/** Methods are short: the longest registered one (UPDATEREDIRECTREF) has 17 characters. */
export const METHOD_BYTES = 32
