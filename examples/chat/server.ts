// Serves the chat: node examples/chat/server.ts
import { serve } from '../../src/index.ts'
import { chat } from './chat.ts'

const server = await serve(chat(Date.now), { port: Number(process.env.PORT ?? 8080) })
console.log(`The tea house at http://localhost:${server.port}/`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    // Guests are told that the server goes away (1001); their pages come back by themselves.
    await server.drain(2000)
    process.exit()
  })
}
