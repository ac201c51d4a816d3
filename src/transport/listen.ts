// Listening: sockets are opened here; what comes in over them is the acceptor's.
import { Acceptor } from './acceptor.ts'
import { connectionLimit } from './descriptors.ts'
import { type Door, type Doorkeeper, openDoor } from './door.ts'
import type { Listener, ListenOptions } from './listener.ts'
import { openUnixSocket } from './unix-socket.ts'

/**
 * Opens what `options.where` names and takes connections from it.
 * @throws Error with the system's `code`: EADDRINUSE where somebody listens there already, EACCES, EADDRNOTAVAIL, …
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const limit = connectionLimit(options.maxConnections)
  if (Number.isFinite(options.maxConnections) && limit < options.maxConnections)
    options.notice(fewerConnections(options.maxConnections, limit))
  const acceptor = new Acceptor(options, limit)
  const doors = await openDoors(options, acceptor).catch(error => {
    acceptor.close()
    throw error
  })
  return {
    addresses: doors.map(door => door.address),
    maxConnections: limit,
    get count() {
      return acceptor.count
    },
    connections: acceptor.channels,
    ended: acceptor.ended,
    stop() {
      for (const door of doors) door.close()
      acceptor.stop()
    },
    close() {
      for (const door of doors) door.close()
      acceptor.close()
      return acceptor.ended
    },
  }
}

async function openDoors({ where, backlog = BACKLOG }: ListenOptions, keeper: Doorkeeper): Promise<Door[]> {
  if ('path' in where) return [await openUnixSocket(where, backlog, keeper)]
  if ('fd' in where) return [await openDoor({ fd: where.fd, backlog }, keeper)]
  const { host, port } = where
  if (host === undefined || host === 'localhost') return openLocal(port, backlog, keeper)
  return [await openDoor({ host, port, backlog }, keeper)]
}

/** As nginx and Node have it; the kernel rounds it up and cuts it at somaxconn. */
const BACKLOG = 511

/** How often another free port is tried, where the one that IPv4 gave is taken on IPv6. */
const TRIES = 20

/** Both loopback addresses on one port. A machine that lacks one of them gets the other. */
async function openLocal(port: number, backlog: number, keeper: Doorkeeper): Promise<Door[]> {
  for (let tries = 1; ; tries++) {
    const v4 = await unlessMissing(openDoor({ host: '127.0.0.1', port, backlog }, keeper))
    const chosen = v4 !== null && 'port' in v4.address ? v4.address.port : port
    try {
      const v6 = await unlessMissing(openDoor({ host: '::1', port: chosen, backlog }, keeper))
      if (v4 === null && v6 === null) throw noLoopback()
      return [v4, v6].filter(door => door !== null)
    } catch (error) {
      v4?.close()
      if (port !== 0 || tries === TRIES || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    }
  }
}

/** Null where the machine does not have the address or its family. */
async function unlessMissing(opening: Promise<Door>): Promise<Door | null> {
  try {
    return await opening
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return null
    throw error
  }
}

function fewerConnections(wanted: number, limit: number): string {
  return `At most ${limit} connections at a time, not ${wanted}: the limit of file descriptors (ulimit -n) leaves no more`
}

function noLoopback(): Error {
  return new Error('This machine has neither 127.0.0.1 nor ::1 to listen on')
}
