// Events are compressed and never held back: each can be read before there is a next one.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { App, type Body, FieldList, Reply } from '../../src/index.ts'
import { compressed, compression } from '../../src/middleware/compression/index.ts'
import { eachWire } from '../app/support.ts'
import { drain, fakeExchange } from '../support/exchange.ts'
import { Decoding, decoded, Handed, HERE, lending, pieces, prose } from './support.ts'

const EVENTS = FieldList.of({ 'Content-Type': 'text/event-stream' })

function stream(source: Body, coding: string, options = {}): { reply: Reply; body: Body } {
  const handler = compressed(() => new Reply(200, EVENTS, source), options)
  const reply = handler(fakeExchange({ fields: { 'Accept-Encoding': coding } })) as Reply
  return { reply, body: reply.body as Body }
}

for (const coding of HERE) {
  describe(coding, () => {
    test('each event comes whole before the next one is there', async () => {
      const source = new Handed()
      const { reply, body } = stream(source, coding)
      assert.equal(reply.fields.get('content-encoding'), coding)
      assert.equal(body.endless, true)
      const decoding = new Decoding(coding)
      let all = ''
      for (let i = 0; i < 200; i++) {
        const event = `id: ${i}\ndata: ${'tick '.repeat(i % 9)}${i}\n\n`
        all += event
        source.give(event)
        let so = ''
        while (so !== all) {
          const chunk = await body.pull()
          assert(chunk !== null)
          so = await decoding.add(chunk)
          assert(all.startsWith(so), 'in order')
        }
      }
      body.cancel('gone')
      decoding.close()
      assert.equal(source.cancelled, 'gone')
    })

    test('small and large events make one content that ends well', async () => {
      const content = Buffer.from(prose(600_000))
      const source = lending(pieces(content, [80, 1, 20_000, 300, 5000, 120_000, 4096]), { endless: true })
      assert(decoded(await drain(stream(source, coding).body), coding).equals(content))
    })

    test('a stream without events ends well', async () => {
      assert.equal(decoded(await drain(stream(lending([]), coding).body), coding).length, 0)
    })

    test('a source that can end in order is told so; one that cannot is ended', async () => {
      const source = new Handed()
      const first = stream(source, coding).body
      source.give('data: 1\n\n')
      let sent = Buffer.from((await first.pull()) ?? [])
      const pulling = first.pull()
      first.conclude?.()
      sent = Buffer.concat([sent, (await pulling) ?? Buffer.alloc(0), await drain(first)])
      assert.equal(decoded(sent, coding).toString(), 'data: 1\n\n')
      assert.equal(source.cancelled, 'The stream is ended')

      const orderly = Object.assign(new Handed(), {
        conclude() {
          orderly.give('data: bye\n\n')
          orderly.give(null)
        },
      })
      const second = stream(orderly, coding).body
      const waiting = second.pull()
      second.conclude?.()
      const all = Buffer.concat([(await waiting) ?? Buffer.alloc(0), await drain(second)])
      assert.equal(decoded(all, coding).toString(), 'data: bye\n\n')
      assert.equal(orderly.cancelled, null)
    })
  })

  eachWire(
    `the events of an application come one by one in ${coding}`,
    () => {
      const app = new App()
      app.events('/', async function* ({ query }) {
        for (let i = 1; i <= Number(query.get('count')); i++) {
          yield { id: i, data: `event ${i}` }
          await new Promise<void>(resolve => {
            goOn = resolve
          })
        }
      })
      app.after(compression())
      return app
    },
    async wire => {
      const opened = await wire.open('GET', '/?count=20', { fields: { 'Accept-Encoding': coding } })
      assert.equal(opened.fields['content-encoding'], coding)
      assert.equal(opened.fields.vary, 'Accept-Encoding')
      const decoding = new Decoding(coding)
      for (let i = 1; i <= 20; i++) {
        let so = ''
        while (!so.includes(`data: event ${i}\n\n`)) {
          const chunk = await opened.read()
          assert(chunk !== null)
          so = await decoding.add(chunk)
        }
        assert(!so.includes(`event ${i + 1}`))
        goOn()
      }
      await opened.rest()
      decoding.close()
    },
  )
}

let goOn = (): void => {}

test('for events, the coding that costs least is taken', () => {
  for (const [accepted, coding] of [
    ['zstd, br, gzip, deflate', 'gzip'],
    ['br, deflate', 'deflate'],
    ['br;q=1, gzip;q=0.5', 'br'],
  ])
    assert.equal(stream(new Handed(), accepted).reply.fields.get('content-encoding'), coding)
})

test('5,000 streams of events fit the memory that there is', () => {
  const handler = compressed(() => new Reply(200, EVENTS, new Handed()), { memory: 64 * 1024 * 1024 })
  const asked = fakeExchange({ fields: { 'Accept-Encoding': 'gzip, br' } })
  const replies = Array.from({ length: 5000 }, () => handler(asked) as Reply)
  assert(replies.every(({ fields }) => fields.get('content-encoding') === 'gzip'))
  for (const { body } of replies) (body as Body).cancel('gone')
})

test('listeners with different pasts get their own events right, though steps are shared', async () => {
  const sources = Array.from({ length: 6 }, () => new Handed())
  const bodies = sources.map((source, i) => stream(source, i % 2 === 0 ? 'gzip' : 'deflate').body)
  const sent = sources.map(() => '')
  const got: Buffer[][] = sources.map(() => [])
  for (let i = 0; i < 400; i++)
    for (const [at, source] of sources.entries()) {
      // They join one after the other, and the last one hears things of its own.
      if (i < at * 10) continue
      const event = at === 5 && i % 100 === 0 ? `data: own ${i}\n\n` : `data: ${i} ${'for all '.repeat(i % 5)}\n\n`
      source.give(event)
      sent[at] += event
      got[at].push(Buffer.from((await bodies[at].pull()) as Uint8Array))
    }
  for (const [at, source] of sources.entries()) {
    source.give(null)
    got[at].push(await drain(bodies[at]))
    assert.equal(decoded(Buffer.concat(got[at]), at % 2 === 0 ? 'gzip' : 'deflate').toString(), sent[at])
  }
})
