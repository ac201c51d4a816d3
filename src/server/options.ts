// What a server can be told: limits, time-outs, who is trusted. Every default is a judgement call and names its precedent.
import type { Handler, Refuse, Report } from '../exchange/index.ts'
import type { Clock } from '../transport/index.ts'

/** Times in milliseconds, sizes in bytes. 0 switches a time-out off. */
export interface Limits {
  /** A request's head, from its first byte to its last: 8 KiB lines and 32 KiB in all, as nginx's large_client_header_buffers. */
  readonly headBytes: number
  readonly targetBytes: number
  readonly fieldCount: number
  /** A request's content; the handler may ask for less. nginx's 1 MB breaks uploads, so 1 GB: content is never buffered whole. */
  readonly contentBytes: number
  /** Requests waiting behind the one being answered, in bytes: one read's worth. */
  readonly pipelineBytes: number
  /** Unread content that is thrown away so that the connection can be used again. */
  readonly discardBytes: number
  readonly headTimeout: number
  /** Between two requests. nginx: 75 s. */
  readonly idleTimeout: number
  /** A body must arrive at this least rate after `contentGrace` (Apache's mod_reqtimeout: 500 bytes a second after 20 s). */
  readonly contentRate: number
  readonly contentGrace: number
  /** No progress in writing for this long. nginx send_timeout: 60 s. */
  readonly writeTimeout: number
  readonly handshakeTimeout: number
  /** A handler that has not answered. */
  readonly replyTimeout: number
  /** How long a refused connection lingers. nginx: lingering_timeout 5 s. */
  readonly lingerTimeout: number
  readonly connections: number
  readonly connectionsPerAddress: number
  /** Requests on one connection before it is closed in order; 0 for no end. */
  readonly requestsPerConnection: number
}

export interface ServerOptions {
  readonly handler: Handler
  readonly refuse: Refuse
  readonly report: Report | null
  readonly limits: Limits
  readonly clock: Clock
  /** The `Server` field's value; empty for none. */
  readonly serverName: string
  /** Addresses and networks (CIDR) of proxies whose word about the client is believed. */
  readonly trustedProxies: readonly string[]
  /** Tell clients what exactly was wrong with what they sent. */
  readonly development: boolean
}
