// Deno.serve. usage: deno run -A deno.mjs PORT [CERTIFICATE KEY]
import process from 'node:process'

const { Deno } = globalThis
const [port, certificate, key] = process.argv.slice(2)
const tls = certificate ? { cert: Deno.readTextFileSync(certificate), key: Deno.readTextFileSync(key) } : {}

Deno.serve({ port: Number(port), hostname: '127.0.0.1', onListen() {}, ...tls }, () => new Response('Hello, world!'))

// The same signal as in collect.mjs.
Deno.addSignalListener('SIGUSR2', () => globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }))
