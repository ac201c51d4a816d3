// A door: one socket that listens.
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net'
import type { ListenAddress } from './listener.ts'
import { HIGH_WATER_MARK } from './socket-channel.ts'

export interface Door {
  readonly server: Server
  readonly address: ListenAddress
  /** May be called again. */
  close(): void
}

/** Who stands at it. */
export interface Doorkeeper {
  /** A connection: it stands still until somebody reads it. */
  arrived(socket: Socket): void
  /** A connection could not be accepted. */
  acceptFailed(error: Error): void
}

/** Opens it. Fails with the system's error. */
export function openDoor(target: ListenOptions & { fd?: number }, keeper: Doorkeeper): Promise<Door> {
  const server = createServer({
    allowHalfOpen: true,
    pauseOnConnect: true,
    noDelay: true,
    highWaterMark: HIGH_WATER_MARK,
  })
  server.on('connection', socket => keeper.arrived(socket))
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(target, () => {
      server.off('error', reject)
      server.on('error', error => keeper.acceptFailed(error))
      resolve({ server, address: addressOf(server), close: () => close(server) })
    })
  })
}

function close(server: Server): void {
  if (server.listening) server.close()
}

function addressOf(server: Server): ListenAddress {
  const address = server.address()
  if (address === null || typeof address === 'string') return { path: address ?? '' }
  return { host: address.address, port: address.port }
}
