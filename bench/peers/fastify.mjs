// Fastify on Node. usage: node fastify.mjs PORT [CERTIFICATE KEY]
import { readFileSync } from 'node:fs'
import fastify from 'fastify'
import { IDLE_TIMEOUT } from './idle-timeout.mjs'

const [port, certificate, key] = process.argv.slice(2)
const tls = certificate ? { https: { cert: readFileSync(certificate), key: readFileSync(key) } } : {}
const app = fastify({ keepAliveTimeout: IDLE_TIMEOUT * 1000, ...tls })
app.get('/', (_request, reply) => reply.type('text/plain; charset=utf-8').send('Hello, world!'))
app.get('/hello/:name', (request, reply) =>
  reply.type('text/plain; charset=utf-8').send(`Hello, ${request.params.name}`),
)
await app.listen({ port: Number(port), host: '127.0.0.1', backlog: 1024 })
