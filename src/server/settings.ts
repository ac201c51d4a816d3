// What a server works by, once its options have been checked: shared by all its connections.
import { plainRefusals, type Refuse, type Report } from '../exchange/index.ts'
import { DEFAULT_LIMITS, type H1Limits, Preamble } from '../h1/index.ts'
import { DEFAULT_LIMITS as H2_DEFAULTS, type H2Limits, UsualFields, WindowBudget } from '../h2/index.ts'
import { type TrustList, trustList } from '../http/forwarded.ts'
import { type Clock, systemClock } from '../transport/index.ts'
import { MessageBudget } from '../websocket/index.ts'
import { Afterwork } from './afterwork.ts'
import { type Limits, limitsFrom } from './limits.ts'
import { CodecPool } from './websocket-codec-pool.ts'

/** What a server works by: its options, checked. */
export interface Settings {
  /** Makes the replies to what is refused. */
  readonly refuse: Refuse
  /** Is told what happens. */
  readonly report: Report
  /** Which of the frequent events it is told of. */
  readonly reports: Reports
  /** What clients may make long, large, many or slow. */
  readonly limits: Limits
  /** The same, as far as they are HTTP/1.1's. */
  readonly h1Limits: H1Limits
  /** The same, as far as they are HTTP/2's. */
  readonly h2Limits: H2Limits
  /** Connections may speak HTTP/2. */
  readonly http2: boolean
  /** HTTP/1.1 may be left for HTTP/2 by way of `Upgrade: h2c`. */
  readonly h2c: boolean
  /** What time it is, and what comes due. */
  readonly clock: Clock
  /** The proxies whose word about their clients is believed. */
  readonly trust: TrustList
  /** What responses begin with over HTTP/1.1; its date is set by the server's one clock. */
  readonly preamble: Preamble
  /** The fields that responses have over HTTP/2; likewise. */
  readonly usual: UsualFields
  /** What the windows of all HTTP/2 connections may grow by. */
  readonly windows: WindowBudget
  /** What all WebSocket connections may hold of messages that have come in part. */
  readonly messages: MessageBudget
  /** What compresses WebSocket messages. */
  readonly codecs: CodecPool
  /** What goes on after its reply. */
  readonly afterwork: Afterwork
}

/** Which of the frequent events are asked for: telling each costs time on the hot path. */
export interface Reports {
  readonly exchanges: boolean
  readonly connections: boolean
}

/** The options that hold for all connections, whatever they come in by. */
export interface SettingsOptions {
  /** What clients may make long, large, many or slow, where it is not to be as in `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits> | undefined
  /** The Server field's value; `Wirewright` by default, empty for none. */
  readonly serverName?: string | undefined
  /** Addresses, networks (CIDR), `loopback`, `private` or `unix`: proxies whose word about their clients is believed. */
  readonly trustedProxies?: readonly string[] | undefined
  /** Makes the replies to what is refused, and to failures. */
  readonly refuse?: Refuse | undefined
  /** Tells clients what was wrong, where, and why a handler failed. Not for a server that strangers can reach. */
  readonly development?: boolean | undefined
  /** Is told what happens: refusals, failures, notices. Standard error by default. */
  readonly report?: Report | undefined
  /** Reports every exchange to `report` as well, for an access log; it costs time for each request. */
  readonly reportExchanges?: boolean | undefined
  /** Reports every connection being opened and closed as well. */
  readonly reportConnections?: boolean | undefined
  /** What time it is, and what comes due; for tests. */
  readonly clock?: Clock | undefined
  /** Speaks HTTP/2 to those who do: true by default. */
  readonly http2?: boolean | undefined
  /**
   * Lets a request in the clear change to HTTP/2 by `Upgrade: h2c`: false by default. RFC 9113 has dropped it, and behind a
   * proxy that passes it on unread it is a way past what the proxy would have refused.
   */
  readonly h2c?: boolean | undefined
}

/** Checks the options, and puts the defaults in the place of what was left out. @throws TypeError for a limit, a proxy or a name that cannot be */
export function settingsFrom(options: SettingsOptions): Settings {
  const limits = limitsFrom(options.limits ?? {})
  const serverName = options.serverName ?? 'Wirewright'
  const http2 = options.http2 ?? true
  const report = options.report === undefined ? reportToStandardError : guarded(options.report)
  return {
    refuse: options.refuse ?? plainRefusals(options.development ?? false),
    report,
    reports: { exchanges: options.reportExchanges ?? false, connections: options.reportConnections ?? false },
    limits,
    h1Limits: { ...DEFAULT_LIMITS, ...limits },
    h2Limits: { ...H2_DEFAULTS, ...limits },
    http2,
    h2c: http2 && (options.h2c ?? false),
    clock: options.clock ?? systemClock,
    trust: trustList(options.trustedProxies ?? []),
    preamble: new Preamble(serverName),
    usual: new UsualFields(serverName),
    windows: new WindowBudget(limits.windowBytes),
    messages: new MessageBudget(limits.messageMemory),
    codecs: new CodecPool(limits.compressionBytes),
    afterwork: new Afterwork(report),
  }
}

/** A listener that throws costs nobody a connection. */
function guarded(report: Report): Report {
  return event => {
    try {
      report(event)
    } catch (error) {
      console.error('wirewright: what is told of failures and refusals has failed itself:', error)
    }
  }
}

/** Failures and notices alone: a refused request is its client's affair. */
const reportToStandardError: Report = event => {
  if (event.kind === 'failed') {
    const { exchange, doing, error } = event
    const request =
      exchange === null ? '' : `${exchange.method} ${JSON.stringify(exchange.base + exchange.target).slice(1, -1)}: `
    console.error(`wirewright: ${request}failed while ${doing}:`, error)
  }
  if (event.kind === 'notice') console.error(`wirewright: ${event.message}`, event.error ?? '')
}
