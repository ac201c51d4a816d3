// Serves the drawing board: node examples/board/server.ts
import { serve } from '../../src/index.ts'
import { board } from './board.ts'

const server = await serve(board(), { port: Number(process.env.PORT ?? 8080) })
console.log(`Draw at http://localhost:${server.port}/`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    // Pages are told that the server goes away (1001), and come back by themselves.
    await server.drain(2000)
    process.exit()
  })
}
