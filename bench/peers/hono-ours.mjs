// Hono on this server. usage: node hono-ours.mjs MODULE PORT    MODULE: the built or the source entry of the library
import { pathToFileURL } from 'node:url'
import { app } from './hono-app.mjs'

const [module, port] = process.argv.slice(2)
const { serve } = await import(pathToFileURL(module).href)
await serve(app, { port: Number(port), host: '127.0.0.1' })
