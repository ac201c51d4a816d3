// `serve`: a handler, options, and a running server. Checks the options, listens, and ends it all.
import { type Handler, Reply } from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'
import {
  type ListenAddress,
  type Listener,
  listen,
  TlsContext,
  type TlsMaterial,
  type Where,
} from '../transport/index.ts'
import { Connections, type Ledger } from './connections.ts'
import type { DrainReport } from './drain.ts'
import { type SettingsOptions, settingsFrom } from './settings.ts'
import { turnAway } from './turn-away.ts'

export interface ServeOptions extends SettingsOptions {
  /** The TCP port, 0 for any free one. 8000 unless something else to listen on is named. */
  readonly port?: number | undefined
  /** The address to bind. Without one only this machine can connect, over 127.0.0.1 and ::1 alike. */
  readonly host?: string | undefined
  /** Everything to listen on, instead of `port` and `host`: ports, Unix sockets, descriptors that listen already. */
  readonly listen?: readonly Where[] | undefined
  /** Speaks TLS with this certificate and key. */
  readonly tls?: TlsMaterial | TlsContext | undefined
  /** What plain connections get where `tls` is on: cut off (`refuse`, the default), redirected to https, or served as well. */
  readonly plain?: 'refuse' | 'redirect' | 'serve' | undefined
  /** Connections that the kernel holds until they are accepted: 511 by default, as nginx has it. */
  readonly backlog?: number | undefined
  /** `never` reads by way of Node's streams even where one buffer could be shared: for tests. */
  readonly sharedReads?: 'auto' | 'never' | undefined
}

export class Server {
  private readonly listeners: readonly Listener[]
  private readonly connections: Connections
  private ending: Promise<void> | null = null

  /** Made by `serve`. */
  constructor(listeners: readonly Listener[], connections: Connections) {
    this.listeners = listeners
    this.connections = connections
  }

  get addresses(): readonly ListenAddress[] {
    return this.listeners.flatMap(listener => listener.addresses)
  }

  /** The port of the first TCP address; 0 where there is none. */
  get port(): number {
    for (const address of this.addresses) if ('port' in address) return address.port
    return 0
  }

  /** What is buffered where: all 0 when nothing is under way. */
  get ledger(): Ledger {
    return this.connections.ledger
  }

  /**
   * Stops accepting and lets exchanges under way end, then closes.
   * @param deadline milliseconds after which what is left is cut
   */
  async drain(deadline: number): Promise<DrainReport> {
    for (const listener of this.listeners) listener.stop()
    const report = await this.connections.drain(deadline)
    await this.close()
    return report
  }

  /** Cuts all connections and ends. Fulfilled once nothing of the server is left. */
  close(): Promise<void> {
    this.ending ??= Promise.all(this.listeners.map(listener => listener.close())).then(() => this.connections.close())
    return this.ending
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * Serves a handler until the server is closed or drained.
 * @throws TypeError, TlsError or Error for options that are wrong, and for a port that is taken
 */
export async function serve(handler: Handler, options: ServeOptions = {}): Promise<Server> {
  if (typeof handler !== 'function') throw noHandler(handler)
  const settings = settingsFrom(options)
  const tls =
    options.tls === undefined || options.tls instanceof TlsContext ? (options.tls ?? null) : new TlsContext(options.tls)
  const plain = options.plain ?? 'refuse'
  const connections = new Connections(settings)
  const listeners: Listener[] = []
  try {
    for (const where of options.listen ?? [{ port: options.port ?? 8000, host: options.host }]) {
      const listener = await listen({
        where,
        tls,
        plainToo: tls !== null && plain !== 'refuse',
        accept: channel =>
          connections.add(channel, plain === 'redirect' && channel.ends.tls === null ? redirectToHttps : handler),
        refused: channel => turnAway(channel, settings),
        notice: (message, error) => settings.report({ kind: 'notice', level: 'warn', message, error }),
        clock: settings.clock,
        maxConnections: settings.limits.connections || Number.POSITIVE_INFINITY,
        connectionsPerAddress: settings.limits.connectionsPerAddress,
        handshakeTimeout: settings.limits.handshakeTimeout,
        backlog: options.backlog,
        sharedReads: options.sharedReads,
      })
      listeners.push(listener)
    }
  } catch (error) {
    await Promise.all(listeners.map(listener => listener.close()))
    connections.close()
    throw error
  }
  return new Server(listeners, connections)
}

/** What a plain connection gets where everything is to be https. */
const redirectToHttps: Handler = exchange => {
  if (exchange.authority === '') return new Reply(400)
  return new Reply(
    308,
    FieldList.of({
      Location: `https://${exchange.authority}${exchange.target.startsWith('/') ? exchange.target : '/'}`,
    }),
  )
}

function noHandler(value: unknown): TypeError {
  return new TypeError(
    `serve needs a handler: a function from an exchange to a reply, not ${value === null ? 'null' : typeof value}`,
  )
}
