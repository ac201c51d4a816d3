// How much of a message is read before it is refused. Sizes in bytes.

export interface H1Limits {
  /** The whole head, start line and fields; the trailer section too. */
  readonly headBytes: number
  readonly targetBytes: number
  readonly fieldCount: number
  /** Content in all, without its framing. */
  readonly contentBytes: number
  /** Chunk extensions of one message in all: they carry nothing that is used, so a little is plenty. */
  readonly chunkExtensionBytes: number
}

export const DEFAULT_LIMITS: H1Limits = {
  headBytes: 32 * 1024,
  targetBytes: 8 * 1024,
  fieldCount: 100,
  contentBytes: Number.MAX_SAFE_INTEGER,
  chunkExtensionBytes: 4 * 1024,
}

/** Methods are short: the longest registered one (UPDATEREDIRECTREF) has 17 characters. */
export const METHOD_BYTES = 32
