// Ten thousand compressed streams that are cancelled at all moments: no codec and no memory stays behind.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, FieldList, Reply } from '../../src/index.ts'
import { compressed } from '../../src/middleware/compression/index.ts'
import { fakeExchange } from '../support/exchange.ts'
import { HERE, lending, pieces, prose } from './support.ts'

const LARGE = Buffer.from(prose(400_000))
const MB = 1024 * 1024
/** Streams at a time: 10,000 in all take seconds. */
const AT_ONCE = 10

for (const coding of HERE) {
  const streams = coding === 'gzip' ? 10_000 : 3000
  test(`${streams} streams of ${coding} that are cancelled leave nothing`, { timeout: 240_000 }, async () => {
    const handler = compressed(
      () => new Reply(200, FieldList.of({ 'Content-Type': 'text/plain' }), lending(pieces(LARGE, [20_000]))),
      // Room for as many as run at a time, and no more: one that is kept would turn compression off.
      { memory: AT_ONCE * 1.25 * MB },
    )
    const asked = fakeExchange({ fields: { 'Accept-Encoding': coding } })
    const one = async (i: number): Promise<void> => {
      const reply = (await handler(asked)) as Reply
      assert.equal(reply.fields.get('content-encoding'), coding)
      const body = reply.body as Body
      if (i % 4 > 0) await body.pull()
      const pulling = i % 4 > 1 ? body.pull() : null
      if (i % 4 === 3) await new Promise(resolve => setImmediate(resolve))
      body.cancel('gone')
      await pulling
    }
    const batch = async (from: number): Promise<void> => {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => one(from + i)))
    }
    for (let i = 0; i < 1000; i += AT_ONCE) await batch(i)
    const before = process.memoryUsage.rss()
    for (let i = 1000; i < streams; i += AT_ONCE) await batch(i)
    // The state of a codec is 250 KB or more: few that were kept would be seen.
    const grown = process.memoryUsage.rss() - before
    assert(grown < 50 * MB, `${Math.round(grown / MB)} MB more`)
  })
}
