// All budgets against abuse, in one place. What HTTP/2 lets a peer do for nothing (open and reset, ping, set, touch windows) is
// paid from a budget; time and honest work fill it again. Whoever goes on beyond it loses the connection, with
// ENHANCE_YOUR_CALM. docs/abuse.md lists the attacks, after how many frames each is ended, and what bounds memory and time.
import type { RuleName } from './errors.ts'

export type BudgetKind = 'reset' | 'ping' | 'settings' | 'idle-frame'

interface Budget {
  /** What is spent on it. */
  readonly spentOn: string
  /** How much may be spent at once: the frame after that ends the connection, if nothing was earned in between. */
  readonly most: number
  /** Earned with each tick, every 500 ms. */
  readonly tick: number
  /** Earned with each exchange that was completed. */
  readonly exchange: number
  /** Earned with each DATA frame that was sent and was as long as there was content for. */
  readonly frame: number
  /** Earned with so many bytes of content, either way; a frame's remainder earns nothing. */
  readonly bytes: number
  readonly rule: RuleName
  readonly attacks: readonly string[]
  readonly reason: string
  readonly precedent: string
}

/** That of `continuation` is a header block's, not a connection's: head-blocks.ts counts it. */
export const BUDGETS: Readonly<Record<BudgetKind | 'continuation', Budget>> = {
  reset: {
    spentOn:
      'a stream that the peer resets before its reply is complete, that we reset for its fault, or that we refuse',
    most: 1000,
    tick: 16,
    exchange: 1,
    frame: 0,
    bytes: Number.POSITIVE_INFINITY,
    rule: 'too-many-resets',
    attacks: ['CVE-2023-44487 rapid reset', 'CVE-2025-8671 made you reset', 'more streams than are allowed'],
    reason:
      'A request that is reset gives its place to the next at once: SETTINGS_MAX_CONCURRENT_STREAMS bounds nothing.',
    precedent:
      'nghttp2: 1000 at once, 33 a second; Netty: 200 in 30 seconds; nginx: 100 refused streams, or as many as may be open',
  },
  ping: {
    spentOn: 'PING without ACK',
    most: 200,
    tick: 10,
    exchange: 1,
    frame: 1,
    bytes: 16384,
    rule: 'too-many-pings',
    attacks: ['CVE-2019-9512 ping flood'],
    reason: 'Each is answered. gRPC measures with one for each round trip while content flows, so content earns them.',
    precedent: 'Jetty: 128 a second of all such events; nghttp2 and Go: 1000 and 10000 answers that are not read',
  },
  settings: {
    spentOn: 'SETTINGS without ACK, and each 32 parameters in one',
    most: 100,
    tick: 2,
    exchange: 0,
    frame: 0,
    bytes: Number.POSITIVE_INFINITY,
    rule: 'too-many-settings',
    attacks: ['CVE-2019-9515 settings flood'],
    reason: 'Each is answered, and may change the window of every stream. A client sends one, perhaps a second.',
    precedent:
      'Jetty: 128 a second of all such events; nghttp2: 32 parameters in a frame, 1000 answers that are not read',
  },
  'idle-frame': {
    spentOn:
      'a frame that carries nothing: empty DATA without END_STREAM, an empty piece of a header block, PRIORITY, PRIORITY_UPDATE, an unknown frame, WINDOW_UPDATE, GOAWAY, an acknowledgement nobody waits for, a frame for a stream that is over',
    most: 2000,
    tick: 100,
    exchange: 10,
    frame: 10,
    bytes: 256,
    rule: 'too-many-idle-frames',
    attacks: [
      'CVE-2019-9511 data dribble',
      'CVE-2019-9513 resource loop',
      'CVE-2019-9518 empty frames',
      'windows opened by a byte',
    ],
    reason:
      'Content that goes out or comes in earns the WINDOW_UPDATE for it: two for each frame, with room to spare. A frame that a small window cut short earns by its bytes alone.',
    precedent:
      'Envoy: 5 + 2 × (streams + 10 × DATA frames sent) of WINDOW_UPDATE, 100 of PRIORITY for each stream; Netty: 2 empty DATA in a row',
  },
  continuation: {
    spentOn: 'CONTINUATION within one header block',
    most: 32,
    tick: 0,
    exchange: 0,
    frame: 0,
    bytes: Number.POSITIVE_INFINITY,
    rule: 'endless-head',
    attacks: ['CVE-2024-27316 and its kin: CONTINUATION flood'],
    reason: 'A head of 32 KB fits into two frames; 32 allow for one that comes in pieces of 1 KB.',
    precedent: 'nghttp2: 8',
  },
}

const KINDS: readonly BudgetKind[] = ['reset', 'ping', 'settings', 'idle-frame']
const TABLE = KINDS.map(kind => BUDGETS[kind])
const INDEX = Object.fromEntries(KINDS.map((kind, i) => [kind, i])) as Readonly<Record<BudgetKind, number>>

/** What one connection has spent. Tiny while nothing is. */
export class Budgets {
  /** By kind; null while nothing is spent. */
  private spent: number[] | null = null

  /** @returns the rule that is broken where the budget does not allow for it, else null */
  spend(kind: BudgetKind, count = 1): RuleName | null {
    this.spent ??= TABLE.map(() => 0)
    const i = INDEX[kind]
    this.spent[i] += count
    return this.spent[i] > TABLE[i].most ? TABLE[i].rule : null
  }

  /** A request was answered in full. */
  exchangeCompleted(): void {
    const { spent } = this
    if (spent === null) return
    for (let i = 0; i < spent.length; i++) spent[i] = Math.max(0, spent[i] - TABLE[i].exchange)
  }

  /**
   * A DATA frame with content was sent; one that was received counts as cut, since nothing need be sent for it.
   * @param cut it was shorter than it would have been without a window: such frames are the peer's making, and earn by their bytes alone
   */
  contentMoved(bytes: number, cut = false): void {
    const { spent } = this
    if (spent === null) return
    for (let i = 0; i < spent.length; i++) {
      const earned = (cut ? 0 : TABLE[i].frame) + Math.floor(bytes / TABLE[i].bytes)
      spent[i] = Math.max(0, spent[i] - earned)
    }
  }

  /** To be called every 500 ms. */
  tick(): void {
    const { spent } = this
    if (spent === null) return
    let sum = 0
    for (let i = 0; i < spent.length; i++) sum += spent[i] = Math.max(0, spent[i] - TABLE[i].tick)
    if (sum === 0) this.spent = null
  }
}
