// Where the two ends of a socket are, and what TLS agreed on for it.
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { plainAddress } from './address.ts'
import type { Ends } from './channel.ts'

/** @param address the peer's, which is known from when it was accepted */
export function endsOf(socket: Socket, address: string): Ends {
  return {
    address,
    port: socket.remotePort ?? 0,
    localAddress: plainAddress(socket.localAddress ?? ''),
    localPort: socket.localPort ?? 0,
    tls: 'encrypted' in socket ? tlsOf(socket as TLSSocket) : null,
  }
}

function tlsOf(socket: TLSSocket): Ends['tls'] {
  const cipher = socket.getCipher() as { standardName?: string; name?: string } | null | undefined
  const serverName: unknown = (socket as { servername?: unknown }).servername
  return {
    version: socket.getProtocol() ?? '',
    cipher: cipher?.standardName ?? cipher?.name ?? '',
    serverName: typeof serverName === 'string' ? serverName : '',
    alpn: socket.alpnProtocol || '',
  }
}
