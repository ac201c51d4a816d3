// What a peer may make long or many.

export interface WebSocketLimits {
  /** A message's payload, inflated: bytes. */
  readonly messageBytes: number
  /** Fragments without a payload in one message. */
  readonly emptyFragments: number
}

export const DEFAULT_LIMITS: WebSocketLimits = { messageBytes: 1024 * 1024, emptyFragments: 1000 }
