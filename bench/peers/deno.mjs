// Deno.serve. usage: deno run -A deno.mjs hello|upload PORT [CERTIFICATE KEY]
import process from 'node:process'

const { Deno } = globalThis
const [kind, port, certificate, key] = process.argv.slice(2)
const tls = certificate ? { cert: Deno.readTextFileSync(certificate), key: Deno.readTextFileSync(key) } : {}
const options = { port: Number(port), hostname: '127.0.0.1', onListen() {}, ...tls }

Deno.serve(options, kind === 'upload' ? count : () => new Response('Hello, world!'))

// The same signal as in collect.mjs.
Deno.addSignalListener('SIGUSR2', () => globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }))

async function count(request) {
  let size = 0
  for await (const chunk of request.body) size += chunk.length
  return new Response(String(size))
}
