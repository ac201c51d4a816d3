// Serves the ticker: node examples/ticker/server.ts
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '../../src/index.ts'
import { Memory } from './memory.ts'
import { KEPT, ticker } from './ticker.ts'

const EVERY = 500

const file = process.env.TICKS ?? join(tmpdir(), 'night-market.jsonl')
const market = ticker(new Memory(file, KEPT), Math.random)
const server = await serve(market.app, { port: Number(process.env.PORT ?? 8080) })
const clock = setInterval(() => market.tick(Date.now()), EVERY)
console.log(`The night market at http://localhost:${server.port}/`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    clearInterval(clock)
    // Streams are ended in order: the pages come back by themselves, and go on where they were.
    await server.drain(2000)
    process.exit()
  })
}
