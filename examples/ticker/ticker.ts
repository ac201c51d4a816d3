// The ticker: one topic that all pages listen to, and goes on over a restart.
import { fileURLToPath } from 'node:url'
import { App, type Exchange, empty, files, json, Topic } from '../../src/index.ts'
import { GOODS, Market } from './market.ts'
import type { Memory } from './memory.ts'

/** Ticks that a page gets when it opens, and that it may miss without a gap. */
export const KEPT = 120

const PUBLIC = fileURLToPath(new URL('./public', import.meta.url))

export interface Ticker {
  readonly app: App
  readonly listeners: number
  /** The next moment of the market, for all who listen. */
  tick(at: number): void
}

/** @param random gives numbers from 0 to below 1 */
export function ticker(memory: Memory, random: () => number): Ticker {
  const market = new Market(random, memory.ticks.at(-1)?.tick.prices)
  const topic = new Topic({ history: KEPT })
  // With the ids they had: a page that was cut off before the restart goes on behind it, and new ids go on from the last.
  for (const { id, tick } of memory.ticks) topic.publish({ id, data: tick })

  const visitors = new Map<string, Exchange>()
  const app = new App()

  app.get('/goods', () => json(GOODS))

  app.events('/ticks', { retry: 3000 }, ({ exchange, query, signal }) => {
    const visitor = query.get('visitor')
    if (visitor !== null) {
      visitors.set(visitor, exchange)
      signal.addEventListener('abort', () => visitors.delete(visitor))
    }
    return topic.listen(exchange, { from: 'oldest' })
  })

  // For pages that want to see what happens then.
  app.post('/hang-up/:visitor', ({ params }) => {
    visitors.get(params.visitor)?.cut(new Error('The visitor asked for it'))
    return empty()
  })

  app.mount('/', files(PUBLIC))
  app.after((_, reply) => reply.with('Content-Security-Policy', "default-src 'self'; frame-ancestors 'none'"))

  return {
    app,
    get listeners() {
      return topic.listeners
    },
    tick(at) {
      const tick = market.next(at)
      memory.keep({ id: topic.publish({ data: tick }), tick })
    },
  }
}
