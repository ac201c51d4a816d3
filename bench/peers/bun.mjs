// Bun.serve. usage: bun bun.mjs SERVICE PORT [CERTIFICATE KEY] [FOLDER]    SERVICE: as in loads.ts

import { tickEvent } from '../tick.ts'
import { IDLE_TIMEOUT } from './idle-timeout.mjs'

const { Bun } = globalThis
const [service, port, ...rest] = process.argv.slice(2)
const secure = service === 'https' || service.endsWith('tls')
const tls = secure ? { tls: { cert: Bun.file(rest[0]), key: Bun.file(rest[1]) } } : {}
const root = rest.at(-1)
const listeners = new Set()
let number = 0

Bun.serve({
  port: Number(port),
  hostname: '127.0.0.1',
  idleTimeout: IDLE_TIMEOUT,
  ...(service.includes('param') ? { routes: { '/hello/:name': greet } } : {}),
  fetch: handlerOf(service),
  ...(service.startsWith('h2') ? { http2: true } : {}),
  ...tls,
})

// The same signal as in collect.mjs.
process.on('SIGUSR2', () => Bun.gc(true))

function handlerOf(service) {
  if (service === 'events') return events
  return service.includes('files') ? file : service.includes('upload') ? count : hello
}

function hello() {
  return new Response('Hello, world!')
}

function greet(request) {
  return new Response(`Hello, ${request.params.name}`)
}

function file(request) {
  return new Response(Bun.file(root + new URL(request.url).pathname))
}

function events(request, server) {
  if (request.url.endsWith('/publish')) {
    const event = tickEvent(++number)
    for (const listener of listeners) {
      listener.write(event)
      listener.flush()
    }
    return new Response(String(number))
  }
  server.timeout(request, 0)
  const stream = new ReadableStream({
    type: 'direct',
    pull(controller) {
      listeners.add(controller)
      controller.write(': \n\n')
      controller.flush()
      return new Promise(done => request.signal.addEventListener('abort', done)).then(() =>
        listeners.delete(controller),
      )
    },
  })
  return new Response(stream, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' } })
}

async function count(request) {
  let size = 0
  for await (const chunk of request.body) size += chunk.length
  return new Response(String(size))
}
