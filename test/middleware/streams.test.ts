// Content that is compressed while it is pulled: the laws of bodies both ways, memory, and that nothing is left behind.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Body, type Chunk, collect, FieldList, Reply } from '../../src/index.ts'
import { type CompressionOptions, compressed } from '../../src/middleware/compression/index.ts'
import { drain, fakeExchange } from '../support/exchange.ts'
import { Decoding, decoded, Handed, HERE, lending, noise, pieces, prose } from './support.ts'

const LARGE = Buffer.from(prose(400_000))

/** The source as it is sent to a client that takes the coding. */
async function through(
  source: Body,
  coding: string,
  { type = 'text/plain', method = 'GET', ...options }: CompressionOptions & { type?: string; method?: string } = {},
): Promise<{ reply: Reply; body: Body }> {
  const handler = compressed(() => new Reply(200, FieldList.of({ 'Content-Type': type }), source), options)
  const reply = await handler(fakeExchange({ method, fields: { 'Accept-Encoding': coding } }))
  return { reply, body: reply.body as Body }
}

for (const coding of HERE)
  describe(coding, () => {
    for (const [name, sizes] of [
      ['large chunks', [300_000]],
      ['chunks of all sizes', [1, 70_000, 13, 65_536, 4096]],
      ['small chunks', [999]],
    ] as const)
      for (const sync of [true, false])
        test(`${name} that are lent ${sync ? 'at once' : 'later'} arrive whole`, async () => {
          const source = lending(pieces(LARGE, sizes), { sync })
          const { reply, body } = await through(source, coding)
          assert.equal(reply.fields.get('content-encoding'), coding)
          assert.equal(body.length, undefined)
          assert(decoded(await drain(body), coding).equals(LARGE))
          assert.deepEqual(source.cancelled, [])
          assert.equal(await body.pull(), null, 'and stays at its end')
        })

    test('what does not compress, and nothing at all, arrive as well', async () => {
      for (const content of [noise(300_000), Buffer.alloc(0)]) {
        const { body } = await through(lending(pieces(content, [50_000])), coding)
        assert(decoded(await drain(body), coding).equals(content))
      }
    })

    test('nothing is held back while the source has nothing more', async () => {
      const source = new Handed()
      const { body } = await through({ length: undefined, pull: () => source.pull(), cancel() {} }, coding)
      const decoding = new Decoding(coding)
      for (const word of ['one', 'two', 'three']) {
        source.give(`${word} `)
        const so = await seen(body, decoding, word)
        assert(so.endsWith(`${word} `), so)
      }
      source.give(null)
      assert.notEqual(await body.pull(), null, 'the end of the coding')
      decoding.close()
    })

    test('the source is asked only for what is sent', async () => {
      const source = lending(pieces(noise(900_000), [60_000]))
      const { body } = await through(source, coding)
      for (let i = 0; i < 3; i++) assert.notEqual(await body.pull(), null)
      assert(source.pulls < 12, `${source.pulls} pulls`)
      body.cancel('enough')
      assert.deepEqual(source.cancelled, ['enough'])
    })

    test('a source that fails fails the content, and is not cancelled', async () => {
      for (const later of [false, true]) {
        let cancelled = false
        const fails = new Error('broken')
        const source: Body = {
          length: undefined,
          pull() {
            if (later) return Promise.reject(fails)
            throw fails
          },
          cancel() {
            cancelled = true
          },
        }
        const { body } = await through(source, coding)
        await assert.rejects(async () => body.pull(), fails)
        assert.equal(cancelled, false)
      }
    })

    test('cancelling while the source is waited for, and while the codec works, lets go at once', async () => {
      const waiting = new Handed()
      const { body } = await through(waiting, coding, { type: 'text/plain' })
      const pull = body.pull()
      body.cancel('gone')
      assert.equal(waiting.cancelled, 'gone')
      waiting.give(null)
      assert.equal(await pull, null)

      const source = lending(pieces(LARGE, [400_000]), { sync: true })
      const second = await through(source, coding)
      const working = second.body.pull()
      second.body.cancel('gone')
      assert.equal(await working, null)
      assert.deepEqual(source.cancelled, ['gone'])
    })
  })

/** Pulls until the word is there. */
async function seen(body: Body, decoding: Decoding, word: string): Promise<string> {
  for (;;) {
    const chunk = await body.pull()
    assert(chunk !== null, 'ended')
    const so = await decoding.add(chunk)
    if (so.includes(word)) return so
  }
}

describe('memory', () => {
  const source = () => lending(pieces(LARGE, [10_000]))
  const KB = 1024

  test('beyond the bound replies are plain; what has ended gives room', async () => {
    const handler = compressed(
      ({ path }) => new Reply(200, FieldList.of({ 'Content-Type': 'text/plain' }), path === '/' ? source() : null),
      { memory: 650 * KB },
    )
    const asked = fakeExchange({ fields: { 'Accept-Encoding': 'gzip' } })
    const sent = async () => (await handler(asked)) as Reply
    const codingOf = ({ fields }: Reply) => fields.get('content-encoding')
    const [first, second, third] = [await sent(), await sent(), await sent()]
    assert.deepEqual([first, second, third].map(codingOf), ['gzip', 'gzip', undefined])
    assert.equal(third.fields.get('vary'), 'Accept-Encoding')
    assert((await drain(third.body as Body)).equals(LARGE))
    await drain(first.body as Body)
    assert.equal(codingOf(await sent()), 'gzip', 'after an end')
    assert.equal(codingOf(await sent()), undefined)
    ;(second.body as Body).cancel('gone')
    ;(second.body as Body).cancel('gone')
    assert.equal(codingOf(await sent()), 'gzip', 'after a cancel')
    assert.equal(codingOf(await sent()), undefined)
  })

  test('a failure gives room, and HEAD takes none', async () => {
    let fail = true
    const handler = compressed(
      () =>
        new Reply(200, FieldList.of({ 'Content-Type': 'text/plain' }), {
          length: undefined,
          async pull(): Promise<Chunk> {
            if (fail) throw new Error('broken')
            return null
          },
          cancel() {},
        }),
      { memory: 300 * KB },
    )
    const get = fakeExchange({ fields: { 'Accept-Encoding': 'gzip' } })
    const head = fakeExchange({ method: 'HEAD', fields: { 'Accept-Encoding': 'gzip' } })
    for (let i = 0; i < 3; i++) {
      assert.equal(((await handler(head)) as Reply).fields.get('content-encoding'), 'gzip')
      const reply = (await handler(get)) as Reply
      assert.equal(reply.fields.get('content-encoding'), 'gzip')
      await assert.rejects(async () => (reply.body as Body).pull())
    }
    fail = false
    await collect(((await handler(get)) as Reply).body as Body, 1e6)
    assert.equal(((await handler(get)) as Reply).fields.get('content-encoding'), 'gzip')
  })
})
