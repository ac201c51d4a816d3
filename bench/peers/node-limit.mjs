// What node:net alone costs: reads into one buffer, counts the ends of heads, and writes a fixed reply for each. It parses
// nothing, so no server on Node can be cheaper. usage: node node-limit.mjs PORT
import { createServer, Socket } from 'node:net'

const REPLY =
  'HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 13\r\n\r\nHello, world!'
const LF = 10
const buffer = Buffer.alloc(64 * 1024)

function read(size) {
  let replies = ''
  // Two line ends with nothing between: CR LF CR LF.
  for (let at = 3; at < size; at++) if (buffer[at] === LF && buffer[at - 2] === LF) replies += REPLY
  if (replies !== '') this.write(replies, 'latin1')
  return true
}

const server = createServer({ pauseOnConnect: true, noDelay: true }, accepted => {
  const handle = accepted._handle
  accepted._handle = null
  new Socket({ handle, onread: { buffer, callback: read } }).on('error', () => {})
})
server.listen(Number(process.argv[2]), '127.0.0.1')
