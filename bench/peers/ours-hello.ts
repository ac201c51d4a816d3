// This server, answering every request with one text, as an application starts it.
// usage: node ours-hello.ts MODULE PORT [CERTIFICATE KEY]    MODULE: the built or the source entry of the library
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** What is used of the library. Its module is named by an argument, so that any revision of it can be measured. */
interface Library {
  serve(handler: () => unknown, options: object): Promise<unknown>
  text(content: string): unknown
}

const [module = '', port, certificate, key] = process.argv.slice(2)
const { serve, text }: Library = await import(pathToFileURL(module).href)
const tls =
  certificate && key ? { tls: { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') } } : {}
await serve(() => text('Hello, world!'), { port: Number(port), host: '127.0.0.1', ...tls })
