// node:http and node:https. usage: node node-http.mjs hello|param|events|files PORT [CERTIFICATE KEY | FOLDER]
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { tickEvent } from '../tick.ts'
import { IDLE_TIMEOUT } from './idle-timeout.mjs'

const [kind, port, ...rest] = process.argv.slice(2)
const options = { keepAliveTimeout: IDLE_TIMEOUT * 1000 }

const listeners = new Set()
let number = 0
const listener = kind === 'files' ? await folder(rest[0]) : { hello, param: greet, events }[kind]
const server =
  kind === 'hello' && rest.length === 2
    ? https.createServer({ ...options, cert: readFileSync(rest[0]), key: readFileSync(rest[1]) }, listener)
    : http.createServer(options, listener)
server.listen(Number(port), '127.0.0.1', 1024)

function hello(_request, response) {
  send(response, 200, 'Hello, world!')
}

function greet({ url }, response) {
  if (url.startsWith('/hello/')) send(response, 200, `Hello, ${url.slice(7)}`)
  else send(response, 404, 'Not found')
}

function events({ url }, response) {
  if (url === '/publish') {
    const event = tickEvent(++number)
    for (const each of listeners) each.write(event)
    return send(response, 200, String(number))
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' }).flushHeaders()
  listeners.add(response)
  response.on('close', () => listeners.delete(response))
}

function send(response, status, text) {
  response.statusCode = status
  response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.setHeader('Content-Length', text.length)
  response.end(text)
}

async function folder(root) {
  const { default: sirv } = await import('sirv')
  return sirv(root, { etag: true })
}
