// What a server allows a client to make long, large, many or slow. Each default is a judgement call and names its precedent.

/** Times in milliseconds, sizes in bytes. 0 switches a time-out or a count off, but for those of which it makes no sense. */
export interface Limits {
  /** A request's head in all; nginx reads 4 buffers of 8 KB. */
  readonly headBytes: number
  /** A request's target: 8 KB, as nginx and Apache. */
  readonly targetBytes: number
  /** Fields in a head: 100, as Apache's LimitRequestFields. */
  readonly fieldCount: number
  /** A request's content. nginx's 1 MB breaks uploads; content is never held whole here, so a handler may set its own, lower one. */
  readonly contentBytes: number
  /** Bytes of further requests that wait behind the one being answered: one read's worth. */
  readonly pipelineBytes: number
  /** Unread content that is thrown away so that the connection can be used again; with more the connection is closed. Node discards without a bound; Go stops at 256 KB, which is taken here. */
  readonly discardBytes: number
  /** From a head's first byte, or the connection's begin, to the head's last byte. nginx: 60 s, Node: 60 s. 20 s stands any honest client. */
  readonly headTimeout: number
  /** Between two requests. nginx: 75 s. */
  readonly idleTimeout: number
  /** Bytes a second that content must bring on average once `contentGrace` has passed. Apache's mod_reqtimeout: 500. */
  readonly contentRate: number
  /** Apache's mod_reqtimeout: 20 s. */
  readonly contentGrace: number
  /** For the program to answer. nginx proxy_read_timeout: 60 s; programs may be slower. */
  readonly replyTimeout: number
  /** A peer that takes not one byte of what is to be written. nginx send_timeout: 60 s. */
  readonly writeTimeout: number
  /** For the TLS handshake: nginx allows 60 s, Node 120 s; honest ones take less than one. */
  readonly handshakeTimeout: number
  /** After the last reply of a connection, for the peer to read it and close. nginx lingering_timeout: 5 s. */
  readonly lingerTimeout: number
  /** Open connections in all; 0 for as many as there are descriptors for, which is never exceeded. */
  readonly connections: number
  /** Open connections from one address (IPv6: from one /64); 0 for no limit, since many people may share one. */
  readonly connectionsPerAddress: number
  /** Requests on one connection, after which it is closed in order; 0 for no limit. */
  readonly requestsPerConnection: number
  /** Requests at a time on one HTTP/2 connection, those included that were reset while their handlers go on: 128, as nginx. */
  readonly streams: number
  /** A WebSocket message, inflated. ws takes 100 MB, uWebSockets 16 KB; what is larger than 1 MB is better sent in pieces. */
  readonly messageBytes: number
  /** What all WebSocket connections together may hold of messages that have come in part, beyond 64 KB each: as much as 256 uploads of the largest message. */
  readonly messageMemory: number
  /** Bytes of WebSocket messages that may wait for a peer that reads slowly, and one message on top. */
  readonly queueBytes: number
  /** Silence on a WebSocket connection after which the peer is asked whether it is there. Proxies take a connection for dead after 60 s (nginx). */
  readonly pingTimeout: number
  /** How long it may take to answer. */
  readonly pongTimeout: number
  /**
   * Memory for compressing WebSocket messages, all connections together. Half of what nginx's zlib takes for 1000 responses; where it is used up clients
   * are asked to compress each message by itself, which takes none.
   */
  readonly compressionBytes: number
  /** What the windows of all HTTP/2 connections together may grow by for uploads that are quick: the most that is held if their readers stop. */
  readonly windowBytes: number
}

/** The limits that hold where nothing else is said. */
export const DEFAULT_LIMITS: Limits = {
  headBytes: 32 * 1024,
  targetBytes: 8 * 1024,
  fieldCount: 100,
  contentBytes: 1024 ** 3,
  pipelineBytes: 64 * 1024,
  discardBytes: 256 * 1024,
  headTimeout: 20_000,
  idleTimeout: 75_000,
  contentRate: 500,
  contentGrace: 20_000,
  replyTimeout: 120_000,
  writeTimeout: 60_000,
  handshakeTimeout: 10_000,
  lingerTimeout: 5_000,
  connections: 0,
  connectionsPerAddress: 0,
  requestsPerConnection: 0,
  streams: 128,
  messageBytes: 1024 * 1024,
  messageMemory: 256 * 1024 * 1024,
  queueBytes: 1024 * 1024,
  pingTimeout: 30_000,
  pongTimeout: 20_000,
  compressionBytes: 64 * 1024 * 1024,
  windowBytes: 64 * 1024 * 1024,
}

/** Limits that must be at least 1: nothing could be served otherwise. */
const POSITIVE: ReadonlySet<keyof Limits> = new Set([
  'headBytes',
  'targetBytes',
  'fieldCount',
  'pipelineBytes',
  'lingerTimeout',
  'streams',
])

/**
 * The defaults with the given ones in their place.
 * @throws TypeError for an unknown name or a value that is no whole number in range
 */
export function limitsFrom(given: Partial<Limits>): Limits {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) throw unknownLimit(name)
    const least = POSITIVE.has(name as keyof Limits) ? 1 : 0
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= least)) throw invalidLimit(name, value, least)
  }
  const limits: Record<string, number> = { ...DEFAULT_LIMITS }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) limits[name] = value
  return limits as unknown as Limits
}

function unknownLimit(name: string): TypeError {
  return new TypeError(
    `There is no limit named ${JSON.stringify(name)}; there are ${Object.keys(DEFAULT_LIMITS).join(', ')}`,
  )
}

function invalidLimit(name: string, value: unknown, least: number): TypeError {
  return new TypeError(`The limit ${name} must be a whole number from ${least} on, not ${String(value)}`)
}
