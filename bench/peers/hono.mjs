// Hono on @hono/node-server. usage: node hono.mjs PORT [CERTIFICATE KEY]
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { serve } from '@hono/node-server'
import { app } from './hono-app.mjs'
import { IDLE_TIMEOUT } from './idle-timeout.mjs'

const [port, certificate, key] = process.argv.slice(2)
const tls = certificate
  ? { createServer, serverOptions: { cert: readFileSync(certificate), key: readFileSync(key) } }
  : {}
const server = serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1', ...tls })
server.keepAliveTimeout = IDLE_TIMEOUT * 1000
