// Serves the h3 application: node examples/h3/server.ts
import { serve } from '../../src/index.ts'
import { countingApp } from './app.ts'

const server = await serve(countingApp(), { port: Number(process.env.PORT ?? 8080) })
console.log(`Counting at http://localhost:${server.port}/`)
