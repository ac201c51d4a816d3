// Serves the Hono application: node examples/hono/server.ts
import { serve } from '../../src/index.ts'
import { notesApp } from './app.ts'

const server = await serve(notesApp(), { port: Number(process.env.PORT ?? 8080) })
console.log(`Notes at http://localhost:${server.port}/notes`)
