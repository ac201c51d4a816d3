// What a peer may make long or many.

/** The limits of a connection. They are immutable: connections share them. */
export interface WebSocketLimits {
  /** A message's payload, inflated, in bytes: 1 MB unless said. */
  readonly messageBytes: number
  /** Fragments without a payload in one message: 1000 unless said. */
  readonly emptyFragments: number
  /** What all connections together may hold of incomplete messages; null where only each one's own limit counts. */
  readonly budget?: MessageBudget | null
}

/** The limits that hold where nothing else is said. */
export const DEFAULT_LIMITS: WebSocketLimits = { messageBytes: 1024 * 1024, emptyFragments: 1000, budget: null }

/** What every connection may hold of an incomplete message without asking: as much as one read brings. */
export const FREE_BYTES = 64 * 1024

/** Memory for the incomplete messages of all connections together, beyond the 64 KB that each may hold anyhow. */
export class MessageBudget {
  /** Bytes that are left. */
  left: number

  constructor(bytes: number) {
    this.left = bytes
  }

  /** Takes so many bytes. @returns false where there are not as many: nothing has been taken then */
  take(bytes: number): boolean {
    if (bytes > this.left) return false
    this.left -= bytes
    return true
  }

  /** Gives back what was taken. */
  give(bytes: number): void {
    this.left += bytes
  }
}
