// Bun.serve. usage: bun bun.mjs SERVICE PORT [CERTIFICATE KEY] [FOLDER]    SERVICE: as in loads.ts
import { IDLE_TIMEOUT } from './idle-timeout.mjs'

const { Bun } = globalThis
const [service, port, ...rest] = process.argv.slice(2)
const secure = service === 'https' || service.endsWith('tls')
const tls = secure ? { tls: { cert: Bun.file(rest[0]), key: Bun.file(rest[1]) } } : {}
const root = rest.at(-1)

Bun.serve({
  port: Number(port),
  hostname: '127.0.0.1',
  idleTimeout: IDLE_TIMEOUT,
  ...(service.includes('param') ? { routes: { '/hello/:name': greet } } : {}),
  fetch: service.includes('files') ? file : service.includes('upload') ? count : hello,
  ...(service.startsWith('h2') ? { http2: true } : {}),
  ...tls,
})

// The same signal as in collect.mjs.
process.on('SIGUSR2', () => Bun.gc(true))

function hello() {
  return new Response('Hello, world!')
}

function greet(request) {
  return new Response(`Hello, ${request.params.name}`)
}

function file(request) {
  return new Response(Bun.file(root + new URL(request.url).pathname))
}

async function count(request) {
  let size = 0
  for await (const chunk of request.body) size += chunk.length
  return new Response(String(size))
}
