// Ten thousand requests that are given up, over both wires: the signal of each aborts, and nothing is left.
import { App, json } from '../../src/index.ts'
import { giveUp } from './giving-up.ts'
import { eachWire } from './support.ts'

eachWire(
  'ten thousand requests that are given up leave nothing behind',
  () => {
    const counts = { begun: 0, aborted: 0 }
    return new App()
      .get('/counts', () => json(counts))
      .get('/wait', async ({ signal, connection }) => {
        counts.begun++
        Object.assign(connection.state, { asked: true })
        await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
        counts.aborted++
        return 'nobody is there'
      })
  },
  wire => giveUp(wire, 10_000),
  { serve: { reportExchanges: false } },
)
