// Bun.serve. usage: bun bun.mjs hello|files PORT [CERTIFICATE KEY | FOLDER]
import { IDLE_TIMEOUT } from './idle-timeout.mjs'

const { Bun } = globalThis
const [kind, port, ...rest] = process.argv.slice(2)
const tls = kind === 'hello' && rest.length === 2 ? { tls: { cert: Bun.file(rest[0]), key: Bun.file(rest[1]) } } : {}
const root = rest[0]

Bun.serve({
  port: Number(port),
  hostname: '127.0.0.1',
  idleTimeout: IDLE_TIMEOUT,
  fetch: kind === 'files' ? file : hello,
  ...tls,
})

// The same signal as in collect.mjs.
process.on('SIGUSR2', () => Bun.gc(true))

function hello() {
  return new Response('Hello, world!')
}

function file(request) {
  return new Response(Bun.file(root + new URL(request.url).pathname))
}
