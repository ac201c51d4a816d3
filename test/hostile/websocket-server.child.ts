// Sockets in a process of its own, so that its memory and descriptors can be looked at. Says its port. `/room` is a room that everybody
// enters, `/echo` sends back; the other paths tell what it holds, send to all, and end it in order.
import { App } from '../../src/app/index.ts'
import { json } from '../../src/exchange/index.ts'
import { serve } from '../../src/server/index.ts'
import { level } from './support.ts'

const app = new App()
const room = app.room('all')
app.socket('/room', { open: peer => peer.join('all'), message() {} })
app.socket('/echo', { message: (peer, message) => peer.send(message) })
app.get('/level', () => {
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  return json({ level: level(), ledger: server.ledger, peers: room.size, memory: heapUsed + external, rss })
})
app.get('/broadcast', () => json({ sent: room.send(`hello ${'.'.repeat(1000)}`) }))
app.get('/drain', () => {
  server.drain(20_000).then(({ finished, cut }) => {
    console.log(`drained ${JSON.stringify({ finished, cut: cut.length, peers: room.size, ledger: server.ledger })}`)
  })
  return 'draining'
})

const server = await serve(app.handler, {
  port: 0,
  host: '127.0.0.1',
  report: event => {
    if (event.kind === 'failed') console.error(event.error)
  },
})
console.log(`port ${server.port}`)
