// What runs: a server, or several as one, until they are drained or closed.
import type { ListenAddress, Listener } from '../transport/index.ts'
import type { Certificates } from './certificates.ts'
import type { Connections, Ledger } from './connections.ts'
import type { DrainReport } from './drain.ts'
import type { VirtualHost } from './hosts.ts'

/** A place that is listened at. */
export interface ServedPlace {
  /** The addresses it listens at. */
  readonly addresses: readonly ListenAddress[]
  /** Whether TLS is spoken there. */
  readonly secure: boolean
  /** Who is served there, of several hosts; empty where a handler answers for all. */
  readonly hosts: readonly VirtualHost[]
}

/** What a server consists of. */
export interface Parts {
  readonly listeners: readonly Listener[]
  /** As the listeners have them. */
  readonly places: readonly ServedPlace[]
  readonly connections: readonly Connections[]
  readonly certificates: Certificates
}

/** A server that listens, until it is drained or closed. */
export class Server {
  private readonly parts: Parts
  private ending: Promise<void> | null = null

  /** Made by `serve`. */
  constructor(parts: Parts) {
    this.parts = parts
  }

  /** The addresses it listens at. */
  get addresses(): readonly ListenAddress[] {
    return this.parts.listeners.flatMap(listener => listener.addresses)
  }

  /** The same place by place, with what is served there. */
  get places(): readonly ServedPlace[] {
    return this.parts.places
  }

  /** The port of the first TCP address; 0 where there is none. */
  get port(): number {
    for (const address of this.addresses) if ('port' in address) return address.port
    return 0
  }

  /** What is buffered where: all 0 when nothing is under way. */
  get ledger(): Ledger {
    return sumOf(this.parts.connections.map(({ ledger }) => ledger))
  }

  /**
   * Stops accepting and lets exchanges under way end, then closes.
   * @param deadline milliseconds after which what is left is cut
   */
  async drain(deadline: number): Promise<DrainReport> {
    const { listeners, connections } = this.parts
    for (const listener of listeners) listener.stop()
    const reports = await Promise.all(connections.map(one => one.drain(deadline)))
    await this.close()
    return together(reports)
  }

  /** Cuts all connections and ends. Fulfilled once nothing of the server is left. */
  close(): Promise<void> {
    this.ending ??= endOf(this.parts)
    return this.ending
  }

  /** Closes it at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Several servers that begin and end together. Made by `serveAll`. */
export class Servers {
  /** Each of them, in the order they were given. */
  readonly servers: readonly Server[]

  constructor(servers: readonly Server[]) {
    this.servers = servers
  }

  /** The addresses that they listen at. */
  get addresses(): readonly ListenAddress[] {
    return this.servers.flatMap(({ addresses }) => addresses)
  }

  /** Where their bytes are, summed. */
  get ledger(): Ledger {
    return sumOf(this.servers.map(({ ledger }) => ledger))
  }

  /** Drains all of them at once; see `Server`. */
  async drain(deadline: number): Promise<DrainReport> {
    return together(await Promise.all(this.servers.map(server => server.drain(deadline))))
  }

  /** Closes all of them. */
  async close(): Promise<void> {
    await Promise.all(this.servers.map(server => server.close()))
  }

  /** Closes them at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * Several servers as one: `await using all = await serveAll([serve(site), serve(admin, { port: 9000 })])`. Where one of
 * them cannot start, the others are closed.
 * @throws what the first one that failed threw
 */
export async function serveAll(starting: readonly (Server | Promise<Server>)[]): Promise<Servers> {
  const results = await Promise.allSettled(starting)
  const servers = results.filter(result => result.status === 'fulfilled').map(result => result.value)
  const failed = results.find(result => result.status === 'rejected')
  if (failed === undefined) return new Servers(servers)
  await new Servers(servers).close()
  throw failed.reason
}

/** Closes everything; fulfilled once nothing is left. */
export async function endOf({ listeners, connections, certificates }: Parts): Promise<void> {
  certificates.close()
  await Promise.all(listeners.map(listener => listener.close()))
  for (const one of connections) one.close()
}

function together(reports: readonly DrainReport[]): DrainReport {
  const finished = reports.reduce((sum, report) => sum + report.finished, 0)
  return { finished, cut: reports.flatMap(({ cut }) => cut) }
}

function sumOf(ledgers: readonly Ledger[]): Ledger {
  const sum = { connections: 0, head: 0, content: 0, waiting: 0, output: 0 }
  for (const ledger of ledgers) for (const key of Object.keys(sum) as (keyof Ledger)[]) sum[key] += ledger[key]
  return sum
}
