// node:http2 with its own stream API, which costs less than the one it has in common with node:http; files with sirv, since
// Node's own `respondWithFile` does not live through a load. usage: node node-http2.mjs hello|param|files|upload PORT [CERTIFICATE KEY] [FOLDER]
import { readFileSync } from 'node:fs'
import { createSecureServer, createServer } from 'node:http2'

const [kind, port, ...rest] = process.argv.slice(2)
const [certificate, key] = rest.length >= 2 ? rest : []
const TEXT = 'text/plain; charset=utf-8'

const server = certificate
  ? createSecureServer({ cert: readFileSync(certificate), key: readFileSync(key) })
  : createServer()
if (kind === 'files') server.on('request', await files(rest.at(-1)))
else server.on('stream', { hello, param: greet, upload }[kind])
server.on('session', session => session.on('error', () => {}))
server.listen(Number(port), '127.0.0.1', 1024)

function hello(stream) {
  stream.on('error', () => {})
  stream.respond({ ':status': 200, 'content-type': TEXT, 'content-length': 13 })
  stream.end('Hello, world!')
}

function greet(stream, { ':path': path }) {
  stream.on('error', () => {})
  const known = path.startsWith('/hello/')
  const text = known ? `Hello, ${path.slice(7)}` : 'Not found'
  stream.respond({ ':status': known ? 200 : 404, 'content-type': TEXT, 'content-length': text.length })
  stream.end(text)
}

async function files(root) {
  const { default: sirv } = await import('sirv')
  return sirv(root, { etag: true })
}

function upload(stream) {
  let size = 0
  stream.on('error', () => {})
  stream.on('data', chunk => {
    size += chunk.length
  })
  stream.on('end', () => {
    // A client that goes away ends it as well.
    if (stream.destroyed) return
    stream.respond({ ':status': 200, 'content-type': TEXT })
    stream.end(String(size))
  })
}
