// h3 on its own server for Node. usage: node h3.mjs PORT
import { H3, serve } from 'h3'
import { IDLE_TIMEOUT } from './idle-timeout.mjs'

const app = new H3()
app.get('/hello/:name', event => `Hello, ${event.context.params.name}`)
const node = { keepAliveTimeout: IDLE_TIMEOUT * 1000 }
await serve(app, { port: Number(process.argv[2]), hostname: '127.0.0.1', silent: true, gracefulShutdown: false, node })
