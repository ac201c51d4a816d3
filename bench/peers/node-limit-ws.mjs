// What node:net alone costs with WebSocket: reads into one buffer, and for as many bytes as a message of that length takes, writes
// one that was made before. It looks at the handshake and at the length of the first message, and at nothing else, so no
// server on Node can be cheaper. usage: node node-limit-ws.mjs PORT
import { createHash } from 'node:crypto'
import { createServer, Socket } from 'node:net'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** As many answers as there can be to one read. */
const AT_ONCE = 1024
const buffer = Buffer.alloc(64 * 1024)
/** Answers one behind the other, by the length of a message. */
const answers = new Map()

createServer({ pauseOnConnect: true, noDelay: true }, accepted => {
  const handle = accepted._handle
  accepted._handle = null
  const socket = new Socket({ handle, onread: { buffer, callback: read } }).on('error', () => {})
  socket.greeted = false
  socket.frame = 0
  socket.received = 0
  socket.answers = null
}).listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 1024 })

function read(size) {
  if (!this.greeted) return greet(this, buffer.latin1Slice(0, size))
  if (this.frame === 0) measure(this)
  this.received += size
  const count = Math.floor(this.received / this.frame)
  if (count === 0) return true
  this.received -= count * this.frame
  // A frame without a mask is four bytes shorter.
  this.write(this.answers.subarray(0, count * (this.frame - 4)))
  return true
}

function greet(socket, head) {
  const key = /sec-websocket-key: *(\S+)/i.exec(head)[1]
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64')
  const reply = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`
  socket.write(reply, 'latin1')
  socket.greeted = true
  return true
}

function measure(socket) {
  const short = buffer[1] & 127
  const head = Buffer.from(buffer.subarray(0, short === 126 ? 4 : 2))
  const length = short === 126 ? head.readUInt16BE(2) : short
  head[1] &= 127
  if (!answers.has(length)) {
    const one = Buffer.concat([head, Buffer.alloc(length, 'a')])
    const count = Math.min(AT_ONCE, Math.ceil(buffer.length / one.length) + 1)
    answers.set(length, Buffer.concat(Array(count).fill(one)))
  }
  socket.frame = head.length + 4 + length
  socket.answers = answers.get(length)
}
