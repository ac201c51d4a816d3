// Whatever the bytes, however they are split, in whatever coding: what went in comes out, through the server and back.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { App, type Body, Content, FieldList, type Refused, Reply } from '../../src/index.ts'
import { compressed, compression, decompression } from '../../src/middleware/compression/index.ts'
import { BOTH, Wire } from '../app/support.ts'
import { drain, fakeExchange } from '../support/exchange.ts'
import { decoded, encoded, HERE, lending, pieces } from './support.ts'

const coding = fc.constantFrom(...HERE)
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 90_000 })), { minLength: 1 })
/** Bytes of all kinds: few and many, that compress and do not. */
const content = fc
  .tuple(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 1, max: 60 }))
  .map(([bytes, times]) => Buffer.concat(Array(times).fill(bytes)))
const TEXT = FieldList.of({ 'Content-Type': 'text/plain' })

const codingOf = (reply: Reply): string => reply.fields.get('content-encoding') ?? 'identity'

async function sent(body: Reply['body'], accepted: string, type = 'text/plain'): Promise<Reply> {
  const handler = compressed(() => new Reply(200, FieldList.of({ 'Content-Type': type }), body), { minSize: 0 })
  return handler(fakeExchange({ fields: { 'Accept-Encoding': accepted } }))
}

async function bytesOf({ body }: Reply): Promise<Buffer> {
  if (body instanceof Content) return Buffer.from(body.bytes)
  return body instanceof Uint8Array ? Buffer.from(body) : drain(body as Body)
}

test('whole content comes out as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(content, coding, fc.boolean(), async (bytes, accepted, kept) => {
      const reply = await sent(kept ? new Content(bytes) : bytes, accepted)
      assert(decoded(await bytesOf(reply), codingOf(reply)).equals(bytes))
    }),
    { numRuns: 150 },
  )
})

test('pulled content does, however it is split; as events too, each of which is there when it was given', async () => {
  await fc.assert(
    fc.asyncProperty(
      content,
      coding,
      sizes,
      fc.boolean(),
      fc.boolean(),
      async (bytes, accepted, split, sync, events) => {
        const reply = await sent(
          lending(pieces(bytes, split), { sync }),
          accepted,
          events ? 'text/event-stream' : 'text/plain',
        )
        assert.equal(codingOf(reply), accepted)
        assert(decoded(await bytesOf(reply), accepted).equals(bytes))
      },
    ),
    { numRuns: 150 },
  )
})

/** What the hook makes of a request's content. */
function opened(source: Body, codings: string): Body {
  let made = source
  const exchange = { ...fakeExchange({ fields: { 'Content-Encoding': codings } }), content: source }
  const replace = (body: Body): void => {
    made = body
  }
  decompression({ ratio: 1_000_000 })({ exchange, body: { replace } })
  return made
}

test('request content does, however it is split, with codings one over the other', async () => {
  await fc.assert(
    fc.asyncProperty(
      content,
      fc.array(coding, { minLength: 1, maxLength: 3 }),
      sizes,
      async (bytes, codings, split) => {
        const packed = codings.reduce<Uint8Array>((inner, one) => encoded(inner, one), bytes)
        assert((await drain(opened(lending(pieces(packed, split)), codings.join(', ')))).equals(bytes))
      },
    ),
    { numRuns: 150 },
  )
})

test('request content that is cut off or has bytes behind it is refused, however it is split', async () => {
  const short = fc.uint8Array({ maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(
      short,
      coding,
      sizes,
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (bytes, one, split, where) => {
        const packed = encoded(bytes, one)
        const cut = packed.subarray(0, Math.max(1, Math.floor(where * packed.length)))
        // Nothing at all takes brotli one byte.
        for (const broken of [...(cut.length < packed.length ? [cut] : []), Buffer.concat([packed, Buffer.from('!')])])
          await assert.rejects(
            drain(opened(lending(pieces(broken, split)), one)),
            (error: Refused) => error.refusal?.status === 400,
          )
      },
    ),
    { numRuns: 100 },
  )
})

for (const name of BOTH)
  describe(`through the server over ${name}`, () => {
    let wire: Wire
    before(async () => {
      const app = new App()
      app.before(decompression({ ratio: 1_000_000 }))
      app.post('/stream', ({ body }) => new Reply(200, TEXT, bodyFrom(body)))
      app.post('/whole', async ({ body }) => new Reply(200, TEXT, await body.bytes(10_000_000)))
      app.after(compression({ minSize: 1 }))
      wire = await Wire.serve(name, app)
    })
    after(() => wire.stop())

    test('what a client packs is what it unpacks again', async () => {
      await fc.assert(
        fc.asyncProperty(content, coding, coding, fc.boolean(), async (bytes, sends, takes, whole) => {
          const answer = await wire.ask('POST', whole ? '/whole' : '/stream', {
            fields: { 'Content-Encoding': sends, 'Accept-Encoding': takes },
            content: encoded(bytes, sends),
          })
          assert.equal(answer.status, 200)
          assert(decoded(answer.bytes, answer.fields['content-encoding'] ?? 'identity').equals(bytes))
        }),
        { numRuns: 60 },
      )
    })
  })

/** Reads a request's content as the reply's. */
function bodyFrom(content: AsyncIterable<Uint8Array>): Body {
  const iterator = content[Symbol.asyncIterator]()
  return {
    length: undefined,
    async pull() {
      const { done, value } = await iterator.next()
      return done ? null : value
    },
    cancel() {
      iterator.return?.()
    },
  }
}
