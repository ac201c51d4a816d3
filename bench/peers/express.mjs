// Express on node:http. usage: node express.mjs PORT
import { createServer } from 'node:http'
import express from 'express'
import { IDLE_TIMEOUT } from './idle-timeout.mjs'

const app = express()
app.get('/hello/:name', (request, response) => response.type('text/plain').send(`Hello, ${request.params.name}`))
createServer({ keepAliveTimeout: IDLE_TIMEOUT * 1000 }, app).listen(Number(process.argv[2]), '127.0.0.1', 1024)
