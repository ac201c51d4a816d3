// WebSocket with Bun.serve. usage: bun bun-ws.mjs echo|deflate|rooms PORT
import { tick } from '../tick.ts'

const { Bun } = globalThis
const [kind, port] = process.argv.slice(2)
const compressed = kind === 'deflate'
let number = 0

Bun.serve({
  port: Number(port),
  hostname: '127.0.0.1',
  fetch(request, server) {
    if (server.upgrade(request)) return
    for (let times = Number(request.url.split('/')[4] ?? 1); times > 0; times--) server.publish('room', tick(++number))
    return new Response(String(number))
  },
  websocket: {
    perMessageDeflate: compressed,
    ...(kind === 'rooms' ? { open: socket => socket.subscribe('room'), message() {} } : { message: echo }),
  },
})

// The same signal as in collect.mjs.
process.on('SIGUSR2', () => Bun.gc(true))

function echo(socket, message) {
  socket.send(message, compressed)
}
