// Deno.serve. usage: deno run -A deno.mjs hello|param|events|upload PORT [CERTIFICATE KEY]
import process from 'node:process'
import { tickEvent } from '../tick.ts'

const { Deno } = globalThis
const [kind, port, certificate, key] = process.argv.slice(2)
const tls = certificate ? { cert: Deno.readTextFileSync(certificate), key: Deno.readTextFileSync(key) } : {}
const options = { port: Number(port), hostname: '127.0.0.1', onListen() {}, ...tls }

const listeners = new Set()
let number = 0
const HANDLERS = { hello: () => new Response('Hello, world!'), param: greet, events, upload: count }
Deno.serve(options, HANDLERS[kind])

// The same signal as in collect.mjs.
Deno.addSignalListener('SIGUSR2', () => globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }))

function greet(request) {
  const { pathname } = new URL(request.url)
  if (!pathname.startsWith('/hello/')) return new Response('Not found', { status: 404 })
  return new Response(`Hello, ${pathname.slice(7)}`)
}

function events(request) {
  if (request.url.endsWith('/publish')) {
    const event = new TextEncoder().encode(tickEvent(++number))
    for (const listener of listeners) listener.enqueue(event)
    return new Response(String(number))
  }
  let own
  const stream = new ReadableStream({
    start(controller) {
      own = controller
      listeners.add(controller)
    },
    cancel() {
      listeners.delete(own)
    },
  })
  return new Response(stream, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' } })
}

async function count(request) {
  let size = 0
  for await (const chunk of request.body) size += chunk.length
  return new Response(String(size))
}
