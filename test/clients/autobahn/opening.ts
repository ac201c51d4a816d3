// Opens a WebSocket connection by hand: on a TCP connection, over TLS, or on a stream of HTTP/2 (with node:http2), in the clear or over TLS.
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectH2 } from 'node:http2'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'

export interface Opened {
  /** What carries the frames. */
  readonly stream: Duplex
  /** The value of Sec-WebSocket-Extensions in the response. */
  readonly extensions: string | undefined
}

/** A way to a server. */
export interface Way {
  readonly name: string
  /** @param extensions what is offered; nothing where it is empty */
  open(extensions: string): Promise<Opened>
  /** Closes what its connections share. */
  close(): void
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** By a connection of its own that is upgraded (RFC 6455 section 4). */
export function overHttp1(port: number, tls = false): Way {
  return {
    name: tls ? 'over TLS' : 'in the clear',
    close() {},
    async open(extensions) {
      const socket = tls
        ? connectTls({ port, servername: 'localhost', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
        : connect(port, '127.0.0.1')
      socket.setNoDelay(true)
      await once(socket, tls ? 'secureConnect' : 'connect')
      const key = randomBytes(16).toString('base64')
      const lines = [
        'GET / HTTP/1.1',
        `Host: 127.0.0.1:${port}`,
        'Upgrade: WebSocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Key: ${key}`,
        'Sec-WebSocket-Version: 13',
        ...(extensions === '' ? [] : [`Sec-WebSocket-Extensions: ${extensions}`]),
      ]
      socket.write(`${lines.join('\r\n')}\r\n\r\n`)
      const { status, fields } = await responseOf(socket)
      const accept = createHash('sha1')
        .update(key + GUID)
        .digest('base64')
      if (status !== 101 || fields.get('sec-websocket-accept') !== accept)
        throw new Error(`The handshake failed: ${status} ${JSON.stringify([...fields])}`)
      return { stream: socket, extensions: fields.get('sec-websocket-extensions') }
    },
  }
}

/** By streams of one HTTP/2 connection (RFC 8441). */
export async function overHttp2(port: number, tls = false): Promise<Way> {
  const session = connectH2(`${tls ? 'https' : 'http'}://localhost:${port}`, {
    rejectUnauthorized: false,
    // Megabytes: several of the largest messages are on their way at a time.
    maxSessionMemory: 1000,
  })
  await once(session, 'remoteSettings')
  if (session.remoteSettings.enableConnectProtocol !== true)
    throw new Error('The server allows for no extended CONNECT (RFC 8441 section 3)')
  return {
    name: `over HTTP/2 ${tls ? 'and TLS' : 'in the clear'}`,
    close: () => session.close(),
    open: extensions => openStream(session, extensions),
  }
}

async function openStream(session: ClientHttp2Session, extensions: string): Promise<Opened> {
  const stream = session.request({
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/',
    'sec-websocket-version': '13',
    ...(extensions === '' ? {} : { 'sec-websocket-extensions': extensions }),
  })
  const [fields] = await once(stream, 'response')
  if (fields[':status'] !== 200) throw new Error(`The handshake failed: ${JSON.stringify(fields)}`)
  return { stream, extensions: fields['sec-websocket-extensions'] }
}

/** The response's head; what has come behind it is put back. */
async function responseOf(stream: Duplex): Promise<{ status: number; fields: Map<string, string> }> {
  let bytes = Buffer.alloc(0)
  for (;;) {
    const piece = stream.read() as Buffer | null
    if (piece === null) {
      if (stream.readableEnded || stream.destroyed) throw new Error(`No response: ${bytes}`)
      await Promise.race([once(stream, 'readable'), once(stream, 'close')])
      continue
    }
    bytes = Buffer.concat([bytes, piece])
    const end = bytes.indexOf('\r\n\r\n')
    if (end < 0) continue
    if (end + 4 < bytes.length) stream.unshift(bytes.subarray(end + 4))
    const [start, ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
    const fields = lines.map(
      line => [line.split(':')[0].toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const,
    )
    return { status: Number(start.split(' ')[1]), fields: new Map(fields) }
  }
}
