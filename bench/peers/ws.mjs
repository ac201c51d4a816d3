// The ws package. usage: node ws.mjs echo|deflate|rooms PORT
// Its defaults, and compression where it is asked for; a message goes to all as its README shows.
import { createServer } from 'node:http'
import { WebSocket, WebSocketServer } from 'ws'
import { tick } from '../tick.ts'

const [kind, port] = process.argv.slice(2)
const server = createServer(publish)
const sockets = new WebSocketServer({ server, perMessageDeflate: kind === 'deflate' })
let number = 0

sockets.on('connection', socket => {
  socket.on('error', () => {})
  if (kind !== 'rooms') socket.on('message', (data, binary) => socket.send(data, { binary }))
})
server.listen({ port: Number(port), host: '127.0.0.1', backlog: 1024 })

function publish({ url }, response) {
  for (let times = Number(url.split('/')[2] ?? 1); times > 0; times--) {
    const text = tick(++number)
    for (const client of sockets.clients) if (client.readyState === WebSocket.OPEN) client.send(text)
  }
  response.end(String(number))
}
