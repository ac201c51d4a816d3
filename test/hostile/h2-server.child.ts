// The target of attacks as a process of its own, so that its memory can be looked at. Says its port; `/level` tells what
// it holds once garbage is collected.
import { json } from '../../src/exchange/index.ts'
import { serve } from '../../src/server/index.ts'
import { target } from './h2-support.ts'
import { level } from './support.ts'

let refused = 0

const server = await serve(
  exchange => {
    if (exchange.path !== '/level') return target(exchange)
    for (let i = 0; i < 4; i++) globalThis.gc?.()
    const { rss, heapUsed, external } = process.memoryUsage()
    return json({ level: level(), ledger: server.ledger, rss, memory: heapUsed + external, refused })
  },
  {
    port: 0,
    host: '127.0.0.1',
    report: event => {
      if (event.kind === 'refused') refused++
      else if (event.kind === 'failed') console.error(event.error)
    },
  },
)
console.log(`port ${server.port}`)
