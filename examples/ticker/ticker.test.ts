// Tests of the ticker without a browser: node --test examples/ticker/*.test.ts
import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Server, serve } from '../../src/index.ts'
import { GOODS, Market } from './market.ts'
import { Memory } from './memory.ts'
import { KEPT, type Ticker, ticker } from './ticker.ts'

const folder = mkdtempSync(join(tmpdir(), 'ticker-'))
after(() => rmSync(folder, { recursive: true }))

/** Numbers that look like chance, and are the same each time. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return state / 2 ** 31
  }
}

test('prices wander, and find back', () => {
  const market = new Market(chance(1))
  for (let at = 0; at < 5000; at++) {
    const { prices } = market.next(at)
    for (const [good, price] of prices.entries()) {
      const { usual, name } = GOODS[good]
      assert.ok(price > usual / 3 && price < usual * 3, `${name} for ${price}`)
    }
  }
  assert.deepEqual(new Market(chance(7)).next(1), new Market(chance(7)).next(1))
})

test('a restart loses nothing, also for who was away', async () => {
  const file = join(folder, 'ticks.jsonl')
  await running(file, async (first, origin) => {
    for (let at = 1; at <= 3; at++) first.tick(at)
    const [one, two] = await events(`${origin}/ticks`, '', 3)
    assert.equal(one.at, 1)
    assert.deepEqual(
      (await events(`${origin}/ticks`, two.id, 1)).map(({ at }) => at),
      [3],
    )
    first.tick(4)
    // The machine goes down in the middle of a line.
    appendFileSync(file, '{"id":"cut o')
    await running(file, async (second, origin) => {
      second.tick(5)
      assert.deepEqual(
        (await events(`${origin}/ticks`, one.id, 4)).map(({ at }) => at),
        [2, 3, 4, 5],
      )
    })
  })
})

test('no more is kept than a page shows', () => {
  const file = join(folder, 'many.jsonl')
  const first = ticker(new Memory(file, KEPT), chance(1))
  for (let at = 0; at < KEPT + 100; at++) first.tick(at)
  assert.equal(new Memory(file, KEPT).ticks.length, KEPT)
  assert.equal(new Memory(file, KEPT).ticks.at(-1)?.tick.at, KEPT + 99)
})

test('who asks for it is hung up on', async () => {
  await running(join(folder, 'cut.jsonl'), async (ticker, origin) => {
    const response = await fetch(`${origin}/ticks?visitor=me`)
    const reading = response.text()
    while (ticker.listeners === 0) await new Promise(resolve => setTimeout(resolve, 5))
    assert.equal((await fetch(`${origin}/hang-up/nobody`, { method: 'POST' })).status, 204)
    assert.equal((await fetch(`${origin}/hang-up/me`, { method: 'POST' })).status, 204)
    await assert.rejects(reading)
    assert.equal(ticker.listeners, 0)
  })
})

async function running(file: string, use: (ticker: Ticker, origin: string) => Promise<void>): Promise<void> {
  const made = ticker(new Memory(file, KEPT), chance(1))
  const server: Server = await serve(made.app, { port: 0 })
  try {
    await use(made, `http://localhost:${server.port}`)
  } finally {
    await server.close()
  }
}

/** The first `count` events that are sent to who has seen `lastEventId`. */
async function events(url: string, lastEventId: string, count: number): Promise<{ id: string; at: number }[]> {
  const response = await fetch(url, { headers: lastEventId === '' ? {} : { 'Last-Event-ID': lastEventId } })
  let text = ''
  const found = () => [...text.matchAll(/id: (.*)\ndata: (.*)\n\n/g)]
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    text += piece
    if (found().length >= count) break
  }
  return found().map(([, id, data]) => ({ id, at: (JSON.parse(data) as { at: number }).at }))
}
