// WebSocket with Deno.serve. usage: deno run -A deno-ws.mjs echo|rooms PORT
import process from 'node:process'
import { tick } from '../tick.ts'

const { Deno } = globalThis
const [kind, port] = process.argv.slice(2)
const sockets = new Set()
let number = 0

Deno.serve({ port: Number(port), hostname: '127.0.0.1', onListen() {} }, request => {
  if (request.headers.get('upgrade') !== 'websocket') return publish(request)
  const { socket, response } = Deno.upgradeWebSocket(request)
  // Else bytes come as a Blob, which is read later.
  socket.binaryType = 'arraybuffer'
  if (kind !== 'rooms') socket.onmessage = ({ data }) => socket.send(data)
  socket.onopen = () => sockets.add(socket)
  socket.onclose = () => sockets.delete(socket)
  return response
})

// The same signal as in collect.mjs.
Deno.addSignalListener('SIGUSR2', () => globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }))

function publish({ url }) {
  for (let times = Number(url.split('/')[4] ?? 1); times > 0; times--) {
    const text = tick(++number)
    for (const socket of sockets) socket.send(text)
  }
  return new Response(String(number))
}
