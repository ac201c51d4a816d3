// What node:net, or node:tls, alone costs under HTTP/2: it walks from frame to frame, and writes a fixed reply for each stream
// that ends. It decodes nothing, so no server on Node can be cheaper. usage: node node-limit-h2.mjs PORT [CERTIFICATE KEY]
import { readFileSync } from 'node:fs'
import { createServer, Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'

const PREFACE = 24
const HEAD = 9
const [DATA, HEADERS, SETTINGS] = [0, 1, 4]
const OPENING = Buffer.from('000006040000000000000300000400', 'hex')
const SETTINGS_ACK = Buffer.from('000000040100000000', 'hex')
// :status 200, content-length 13; then the content.
const REPLY = Buffer.concat([
  Buffer.from('000006010400000000880f0d023133', 'hex'),
  Buffer.from('00000d000100000000', 'hex'),
  Buffer.from('Hello, world!'),
])
const HEADERS_STREAM = 5
const DATA_STREAM = HEAD + 6 + 5

const input = Buffer.alloc(64 * 1024)
const [port, certificate, key] = process.argv.slice(2)
const listen = { port: Number(port), host: '127.0.0.1', backlog: 1024 }

if (certificate) {
  const options = { cert: readFileSync(certificate), key: readFileSync(key), ALPNProtocols: ['h2'] }
  createSecureServer(options, socket => {
    const read = reader(socket)
    socket.on('error', () => {}).on('data', bytes => read(bytes, bytes.length))
  }).listen(listen)
} else {
  createServer({ pauseOnConnect: true, noDelay: true }, accepted => {
    const handle = accepted._handle
    accepted._handle = null
    const socket = new Socket({ handle, onread: { buffer: input, callback: size => read(input, size) } })
    const read = reader(socket)
    socket.on('error', () => {})
  }).listen(listen)
}

/** Takes what a connection reads: frames may begin and end anywhere in it. */
function reader(socket) {
  let skip = PREFACE
  let held = 0
  const head = Buffer.alloc(HEAD)
  socket.write(OPENING)
  return (bytes, size) => {
    const out = Buffer.allocUnsafe((size + HEAD) * 4)
    let end = 0
    for (let at = 0; at < size; ) {
      if (skip > 0) {
        const skipped = Math.min(skip, size - at)
        skip -= skipped
        at += skipped
        continue
      }
      let frame = bytes
      let from = at
      if (held > 0 || size - at < HEAD) {
        while (held < HEAD && at < size) head[held++] = bytes[at++]
        if (held < HEAD) break
        frame = head
        from = 0
        held = 0
      } else at += HEAD
      skip = (frame[from] << 16) | (frame[from + 1] << 8) | frame[from + 2]
      const type = frame[from + 3]
      const flags = frame[from + 4]
      if ((type === HEADERS || type === DATA) && flags & 1) {
        out.set(REPLY, end)
        for (let i = 0; i < 4; i++) {
          out[end + HEADERS_STREAM + i] = out[end + DATA_STREAM + i] = frame[from + 5 + i]
        }
        end += REPLY.length
      } else if (type === SETTINGS && !(flags & 1)) {
        out.set(SETTINGS_ACK, end)
        end += SETTINGS_ACK.length
      }
    }
    if (end > 0) socket.write(out.subarray(0, end))
    return true
  }
}
