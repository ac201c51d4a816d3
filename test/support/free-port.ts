// A port for a program that must be told one. It is below those that the system gives to who asks for any, so that no test
// that runs beside gets it in the meantime.
import { once } from 'node:events'
import { createServer } from 'node:net'

const FIRST = 10_000
const LAST = 29_999

export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST))
    const server = createServer().listen(port)
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!free) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
