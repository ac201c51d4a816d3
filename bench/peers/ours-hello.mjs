// This server, answering every request with one text, as an application starts it. Not in TypeScript: its start is measured too.
// usage: node ours-hello.mjs MODULE PORT [CERTIFICATE KEY]    MODULE: the built or the source entry of the library
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [module, port, certificate, key] = process.argv.slice(2)
const { serve, text } = await import(pathToFileURL(module).href)
const tls = certificate ? { tls: { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') } } : {}
await serve(() => text('Hello, world!'), { port: Number(port), host: '127.0.0.1', ...tls })
