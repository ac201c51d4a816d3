// `serve`: a handler or several hosts, options, and a running server.
import type { Handler } from '../exchange/index.ts'
import { type Channel, Crowd, type Listener, listen } from '../transport/index.ts'
import { Certificates } from './certificates.ts'
import { type Door, doorsOfHosts, doorsOfOne } from './doors.ts'
import type { VirtualHost } from './hosts.ts'
import type { ServeOptions } from './serve-options.ts'
import { endOf, type Parts, Server } from './server.ts'
import { type Settings, settingsFrom } from './settings.ts'
import { turnAway } from './turn-away.ts'

/**
 * Serves a handler, or several hosts, until the server is closed or drained.
 * @throws TypeError, TlsError or Error for options that are wrong, and for a port that is taken
 */
export async function serve(what: Handler | readonly VirtualHost[], options: ServeOptions = {}): Promise<Server> {
  if (typeof what !== 'function' && !Array.isArray(what)) throw noHandler(what)
  const settings = settingsFrom(options)
  const certificates = new Certificates(settings)
  const listeners: Listener[] = []
  let doors: readonly Door[] = []
  const parts = (): Parts => ({
    listeners,
    places: listeners.map(({ addresses }, at) => ({
      addresses,
      secure: doors[at].tls !== null,
      hosts: doors[at].hosts,
    })),
    connections: [...new Set(doors.map(door => door.connections))],
    certificates,
  })
  try {
    const setUp = {
      options,
      settings,
      certificates,
      securePort: (host?: VirtualHost) => securePort(listeners, doors, host),
    }
    doors = typeof what === 'function' ? doorsOfOne(what, setUp) : doorsOfHosts(what, setUp)
    const crowd = new Crowd()
    for (const door of doors) listeners.push(await open(door, crowd, options, settings))
  } catch (error) {
    await endOf(parts())
    throw error
  }
  return new Server(parts())
}

function securePort(listeners: readonly Listener[], doors: readonly Door[], host?: VirtualHost): number | null {
  for (const [at, { addresses }] of listeners.entries()) {
    if (doors[at].tls === null || (host !== undefined && !doors[at].hosts.includes(host))) continue
    for (const address of addresses) if ('port' in address) return address.port
  }
  return null
}

function open(door: Door, crowd: Crowd, options: ServeOptions, settings: Settings): Promise<Listener> {
  const { where, tls, tlsFor, connections, secure, plain } = door
  const { limits, clock } = settings
  return listen({
    where,
    tls,
    tlsFor,
    plainToo: true,
    alpn: settings.http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    accept:
      tls === null
        ? channel => connections.add(channel, plain)
        : channel => connections.add(channel, isSecure(channel) ? secure : plain),
    refused: channel => turnAway(channel, settings),
    notice: (message, error) => settings.report({ kind: 'notice', level: 'warn', message, error }),
    clock,
    crowd,
    maxConnections: limits.connections || Number.POSITIVE_INFINITY,
    connectionsPerAddress: limits.connectionsPerAddress,
    handshakeTimeout: limits.handshakeTimeout,
    backlog: options.backlog,
    sharedReads: options.sharedReads,
  })
}

function isSecure(channel: Channel): boolean {
  return channel.ends.tls !== null
}

function noHandler(value: unknown): TypeError {
  return new TypeError(
    `serve needs a handler, a function from an exchange to a reply, or a list of hosts, not ${value === null ? 'null' : typeof value}`,
  )
}
