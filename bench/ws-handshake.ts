// The client's side of a WebSocket handshake, and frames, for loads that are made in this process.
import { connect, type Socket } from 'node:net'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
/** What RFC 6455 section 1.3 says that it is answered with. */
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
/** A mask that changes nothing. */
const NO_MASK = [0, 0, 0, 0]
const TEXT = 0x81

/** The request. No extension is offered. */
export function handshake(path: string, port: number): string {
  const fields = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${KEY}`]
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${fields.join('\r\n')}\r\n\r\n`
}

/** Whether a reply's head goes on with WebSocket, as it was asked for. */
export function isAccepted(head: string): boolean {
  return head.startsWith('HTTP/1.1 101') && head.includes(ACCEPT) && !/^sec-websocket-extensions:/im.test(head)
}

/** A message of fewer than 126 characters of ASCII, as a server sends it. */
export function served(text: string): Buffer {
  return Buffer.concat([Buffer.of(TEXT, text.length), Buffer.from(text)])
}

/** The same as a client sends it. */
export function masked(text: string): Buffer {
  return Buffer.concat([Buffer.of(TEXT, 0x80 | text.length, ...NO_MASK), Buffer.from(text)])
}

/** Opens a connection that has had one message back. */
export function openSocket(path: string, port: number, localAddress: string): Promise<Socket> {
  const text = 'Hello, world!'
  const answer = served(text).toString('latin1')
  return new Promise((done, fail) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    let received = ''
    const read = (bytes: Buffer) => {
      received += bytes.toString('latin1')
      const end = received.indexOf('\r\n\r\n')
      if (end === -1) return
      if (!isAccepted(received.slice(0, end + 2))) return fail(new Error(`answers with ${received.slice(0, 200)}`))
      if (received.length === end + 4) socket.write(masked(text))
      if (!received.endsWith(answer)) return
      socket.off('data', read).off('error', fail)
      done(socket)
    }
    socket.once('connect', () => socket.write(handshake(path, port)))
    socket.once('error', fail).once('close', () => fail(new Error('a new connection was closed')))
    socket.on('data', read)
  })
}
