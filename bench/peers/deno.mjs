// Deno.serve. usage: deno run -A deno.mjs hello|param|upload PORT [CERTIFICATE KEY]
import process from 'node:process'

const { Deno } = globalThis
const [kind, port, certificate, key] = process.argv.slice(2)
const tls = certificate ? { cert: Deno.readTextFileSync(certificate), key: Deno.readTextFileSync(key) } : {}
const options = { port: Number(port), hostname: '127.0.0.1', onListen() {}, ...tls }

const HANDLERS = { hello: () => new Response('Hello, world!'), param: greet, upload: count }
Deno.serve(options, HANDLERS[kind])

// The same signal as in collect.mjs.
Deno.addSignalListener('SIGUSR2', () => globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }))

function greet(request) {
  const { pathname } = new URL(request.url)
  if (!pathname.startsWith('/hello/')) return new Response('Not found', { status: 404 })
  return new Response(`Hello, ${pathname.slice(7)}`)
}

async function count(request) {
  let size = 0
  for await (const chunk of request.body) size += chunk.length
  return new Response(String(size))
}
