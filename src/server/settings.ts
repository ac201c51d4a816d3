// What a server works by, once its options have been checked: shared by all its connections.
import type { Handler, Refuse, Report } from '../exchange/index.ts'
import type { H1Limits, Preamble } from '../h1/index.ts'
import type { TrustList } from '../http/forwarded.ts'
import type { Clock } from '../transport/index.ts'
import type { Limits } from './limits.ts'

export interface Settings {
  readonly handler: Handler
  readonly refuse: Refuse
  readonly report: Report
  readonly reports: Reports
  readonly limits: Limits
  /** The same, as far as they are HTTP/1.1's. */
  readonly h1Limits: H1Limits
  readonly clock: Clock
  readonly trust: TrustList
  /** What responses begin with; its date is set by the server's one clock. */
  readonly preamble: Preamble
}

/** Which of the frequent events are asked for: telling each costs time on the hot path. */
export interface Reports {
  readonly exchanges: boolean
  readonly connections: boolean
}
