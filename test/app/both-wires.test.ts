// What an application does is the same over every wire.
import assert from 'node:assert/strict'
import { App, bodyOf, FieldList, Reply } from '../../src/index.ts'
import { ALSO_WITHOUT, eachWire, SOCKETS } from './support.ts'

eachWire(
  'a route answers with text',
  () => new App().get('/hello/:name', ({ params }) => `Hello, ${params.name}`),
  async wire => {
    const { status, fields, content } = await wire.get('/hello/you')
    assert.equal(status, 200)
    assert.equal(fields['content-type'], 'text/plain; charset=utf-8')
    assert.equal(content, 'Hello, you')
  },
  { wires: [...SOCKETS, 'no socket'] },
)

eachWire(
  'content comes in and goes out, with trailers and hints',
  () =>
    new App().post('/echo', async ({ body, hint, exchange }) => {
      hint({ Link: '</style.css>; rel=preload' })
      const content = await body.bytes()
      return new Reply(200, FieldList.empty, bodyOf([content])).withTrailers(() =>
        FieldList.of({ 'X-Mood': exchange.trailers.get('x-mood') ?? 'none' }),
      )
    }),
  async wire => {
    const content = bodyOfPieces('one, ', 'two')
    const answer = await wire.ask('POST', '/echo', { content, trailers: { 'x-mood': 'good' } })
    assert.equal(answer.content, 'one, two')
    assert.deepEqual(answer.trailers, { 'x-mood': 'good' })
    assert.deepEqual(answer.interim, [{ status: 103, fields: { link: '</style.css>; rel=preload' } }])
  },
  { wires: SOCKETS },
)

eachWire(
  'a streamed reply comes piece by piece, and stops when the client goes',
  () =>
    new App().get('/endless', () => {
      async function* pieces(): AsyncGenerator<Uint8Array> {
        for (;;) {
          yield new Uint8Array(1000)
          await new Promise(resolve => setImmediate(resolve))
        }
      }
      return new Reply(200, FieldList.empty, bodyOf(pieces()))
    }),
  async wire => {
    const reply = await wire.open('GET', '/endless')
    assert.equal(reply.status, 200)
    assert.ok((await reply.read())!.length > 0)
    reply.vanish()
    await wire.over()
    assert.equal(wire.told('exchange')[0].complete, false)
  },
)

eachWire(
  'an empty path is not found',
  () => new App(),
  async wire => {
    assert.equal((await wire.get('/')).status, 404)
  },
  { wires: ALSO_WITHOUT },
)

async function* bodyOfPieces(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield new TextEncoder().encode(piece)
}
