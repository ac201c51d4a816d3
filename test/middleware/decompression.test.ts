// Content that clients send compressed, over both wires.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { App, type Body, Refused } from '../../src/index.ts'
import { compression, type DecompressionOptions, decompression } from '../../src/middleware/compression/index.ts'
import { eachWire } from '../app/support.ts'
import { drain, fakeExchange } from '../support/exchange.ts'
import { encoded, HERE, lending, noise, pieces, prose } from './support.ts'

const PAGE = prose(60_000)

function app(options?: DecompressionOptions): App {
  const made = new App()
  made.before(decompression(options))
  made.post('/echo', async ({ body }) => await body.bytes(50_000_000))
  made.post('/json', async ({ body, json }) => json(await body.json()))
  made.post('/length', ({ body }) => String(body.length))
  made.post('/ignored', () => 'not read')
  made.post('/small', async ({ body }) => await body.bytes(1000))
  made.post('/stream', async ({ body }) => {
    let size = 0
    for await (const chunk of body) size += chunk.length
    return String(size)
  })
  return made
}

for (const coding of HERE)
  eachWire(`content in ${coding} is read as if it had come plain`, app(), async wire => {
    const fields = { 'Content-Encoding': coding, 'Content-Type': 'application/json' }
    for (const content of [PAGE, '{"a":1}', '']) {
      const answer = await wire.ask('POST', '/echo', { fields, content: encoded(content, coding) })
      assert.equal(answer.content, content)
    }
    const chunked = await wire.ask('POST', '/echo', { fields, content: later(pieces(encoded(PAGE, coding), [100, 1])) })
    assert.equal(chunked.content, PAGE)
    const value = await wire.ask('POST', '/json', { fields, content: encoded('{"a":[1,2]}', coding) })
    assert.equal(value.content, '{"a":[1,2]}')
    const streamed = await wire.ask('POST', '/stream', { fields, content: encoded(noise(500_000), coding) })
    assert.equal(streamed.content, '500000')
    const length = await wire.ask('POST', '/length', { fields, content: encoded(PAGE, coding) })
    assert.equal(length.content, 'undefined')
    const ignored = await wire.ask('POST', '/ignored', { fields, content: encoded(PAGE, coding) })
    assert.equal(ignored.content, 'not read')
  })

async function* later(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk
}

eachWire(
  'without the hook it is refused',
  () => {
    const plain = new App()
    plain.post('/', async ({ body }) => body.text())
    return plain
  },
  async wire => {
    const { status, fields } = await wire.ask('POST', '/', {
      fields: { 'Content-Encoding': 'gzip' },
      content: encoded(PAGE, 'gzip'),
    })
    assert.deepEqual([status, fields['accept-encoding']], [415, 'identity'])
  },
)

eachWire('a coding that is not known is refused with those that are', app(), async wire => {
  for (const coding of ['lzma', 'gzip, compress', 'gzip, gzip, gzip, gzip', 'gzip;q=1', '"gzip"']) {
    const { status, fields } = await wire.ask('POST', '/echo', { fields: { 'Content-Encoding': coding }, content: 'x' })
    assert.deepEqual([status, fields['accept-encoding']], [415, HERE.join(', ')], coding)
  }
})

eachWire('codings one over the other are taken off in their order', app(), async wire => {
  const twice = encoded(encoded(PAGE, 'deflate'), 'gzip')
  for (const coding of ['deflate, gzip', 'Deflate,X-GZIP', 'identity, deflate, identity, gzip']) {
    const answer = await wire.ask('POST', '/echo', { fields: { 'Content-Encoding': coding }, content: twice })
    assert.equal(answer.content, PAGE, coding)
  }
  // Node's client for HTTP/2 does not send it as two fields.
  if (wire.version === '1.1') {
    const lines = { 'Content-Encoding': ['deflate', 'gzip'] }
    assert.equal((await wire.ask('POST', '/echo', { fields: lines, content: twice })).content, PAGE)
  }
  const wrong = await wire.ask('POST', '/echo', { fields: { 'Content-Encoding': 'gzip, deflate' }, content: twice })
  assert.equal(wrong.status, 400)
  const thrice = encoded(twice, 'br')
  const answer = await wire.ask('POST', '/echo', {
    fields: { 'Content-Encoding': 'deflate, gzip, br' },
    content: thrice,
  })
  assert.equal(answer.content, PAGE)
})

eachWire('what is not whole, not right, or goes on behind its end is refused', app(), async wire => {
  for (const coding of HERE) {
    const whole = encoded(PAGE, coding)
    const broken: Record<string, Uint8Array> = {
      'cut off at the end': whole.subarray(0, -1),
      'cut off in the middle': whole.subarray(0, whole.length >> 1),
      'cut off in the head': whole.subarray(0, 2),
      'no coding at all': Buffer.from('this was never compressed'),
      'bytes behind it': Buffer.concat([whole, Buffer.from('behind')]),
      'zeros behind it': Buffer.concat([whole, Buffer.alloc(3)]),
    }
    if (coding !== 'br') broken['with a byte changed'] = changed(whole)
    for (const [name, content] of Object.entries(broken))
      for (const sizes of [[content.length], [7], [whole.length, 2]]) {
        const answer = await wire.ask('POST', '/echo', {
          fields: { 'Content-Encoding': coding },
          content: later(pieces(content, sizes)),
        })
        // A zstd frame without a checksum does not notice every change.
        if (name === 'with a byte changed' && coding === 'zstd') continue
        assert.equal(answer.status, 400, `${coding} ${name}`)
      }
  }
})

function changed(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes)
  copy[copy.length - 6] ^= 0xff
  return copy
}

eachWire('several gzip members, or zstd frames, are one content; of deflate and br there is one', app(), async wire => {
  for (const coding of HERE) {
    const content = Buffer.concat([encoded('one ', coding), encoded('two ', coding), encoded('three', coding)])
    for (const sizes of [[content.length], [1]]) {
      const answer = await wire.ask('POST', '/echo', {
        fields: { 'Content-Encoding': coding },
        content: later(pieces(content, sizes)),
      })
      if (coding === 'gzip' || coding === 'zstd') assert.equal(answer.content, 'one two three', coding)
      else assert.equal(answer.status, 400, coding)
    }
  }
})

eachWire('no byte at all is no content, whatever its coding is called', app(), async wire => {
  for (const content of ['', later([])]) {
    const answer = await wire.ask('POST', '/echo', { fields: { 'Content-Encoding': 'gzip' }, content })
    assert.deepEqual([answer.status, answer.content], [200, ''])
  }
})

eachWire(
  'limits hold for what was decompressed',
  app({ limit: 100_000 }),
  async wire => {
    const ask = (path: string, size: number) =>
      wire.ask('POST', path, { fields: { 'Content-Encoding': 'gzip' }, content: encoded(noise(size), 'gzip') })
    assert.equal((await ask('/echo', 100_000)).bytes.length, 100_000)
    assert.equal((await ask('/echo', 100_001)).status, 413)
    assert.equal((await ask('/stream', 100_001)).status, 413)
    assert.equal((await ask('/small', 1000)).bytes.length, 1000)
    assert.equal((await ask('/small', 1001)).status, 413, 'the limit of the handler')
    assert.deepEqual(
      wire
        .told('refused')
        .map(({ refusal }) => refusal.rule)
        .slice(0, 2),
      ['decompressed-content-too-large', 'decompressed-content-too-large'],
    )
  },
  { fails: true },
)

describe('the content itself', () => {
  /** What a hook makes of the content. */
  function opened(source: Body, coding: string, options?: DecompressionOptions): Body {
    let content = source
    const exchange = { ...fakeExchange({ method: 'POST', fields: { 'Content-Encoding': coding } }), content: source }
    decompression(options)({
      exchange,
      body: {
        replace: body => {
          content = body
        },
      },
    })
    return content
  }

  for (const coding of HERE) {
    test(`${coding}: chunks are only lent, and any split will do`, async () => {
      for (const sizes of [[1], [3, 1, 400], [65_536], [1_000_000]])
        for (const sync of [true, false]) {
          const source = lending(pieces(encoded(PAGE, coding), sizes), { sync })
          assert.equal((await drain(opened(source, coding))).toString(), PAGE)
        }
    })

    test(`${coding}: what nobody reads on is not decompressed on`, async () => {
      const source = lending(pieces(encoded(Buffer.alloc(9_000_000), coding), [100]))
      const body = opened(source, coding, { ratio: 1_000_000 })
      for (let i = 0; i < 3; i++) assert.notEqual(await body.pull(), null)
      const { pulls } = source
      for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
      assert.equal(source.pulls, pulls)
      body.cancel('enough')
      assert.deepEqual(source.cancelled, ['enough'])
      assert.equal(await body.pull(), null)
    })

    test(`${coding}: a bomb goes off nowhere`, async () => {
      const source = lending(pieces(encoded(Buffer.alloc(9_000_000), coding), [100]))
      const body = opened(source, coding)
      let size = 0
      const error = await (async () => {
        for (;;) {
          const chunk = await body.pull()
          assert(chunk !== null)
          size += chunk.length
        }
      })().catch(error => error)
      assert(error instanceof Refused)
      assert.equal(error.refusal.rule, 'decompression-bomb')
      assert.equal(error.refusal.status, 413)
      assert(size <= 1024 * 1024, `${size} bytes came out`)
      if (source.cancelled.length > 0) assert.deepEqual(source.cancelled, [error])
    })
  }

  test('a source that fails fails the content with the same error', async () => {
    const lost = new Error('lost')
    const first = encoded(noise(50_000), 'gzip').subarray(0, 20_000)
    let turn = 0
    const source: Body = {
      length: undefined,
      pull: async () => {
        if (turn++ > 0) throw lost
        return first
      },
      cancel() {
        assert.fail('a source that failed is not cancelled')
      },
    }
    await assert.rejects(drain(opened(source, 'gzip')), lost)
  })

  test('memory for all of them together has a bound, and is given back', async () => {
    const options = { memory: 200_000 }
    const hook = decompression(options)
    const open = (): Body => {
      let content!: Body
      const source = lending(pieces(encoded(PAGE, 'gzip'), [100]))
      const exchange = { ...fakeExchange({ fields: { 'Content-Encoding': 'gzip' } }), content: source }
      const replace = (body: Body): void => {
        content = body
      }
      hook({ exchange, body: { replace } })
      return content
    }
    const bodies = [open(), open(), open(), open()]
    for (const body of bodies.slice(0, 3)) await body.pull()
    await assert.rejects(
      async () => bodies[3].pull(),
      (error: Refused) => error.refusal.status === 503,
    )
    await drain(bodies[0])
    bodies[1].cancel('gone')
    for (let i = 0; i < 5; i++) assert.equal((await drain(open())).toString(), PAGE)
    bodies[2].cancel('gone')
  })

  test('windows that grow are counted', async () => {
    const packed = encoded(noise(3_000_000), 'br')
    await assert.rejects(
      drain(opened(lending(pieces(packed, [50_000])), 'br', { memory: 1_000_000 })),
      (error: Refused) => error.refusal.rule === 'decompression-busy',
    )
    assert.equal(
      (await drain(opened(lending(pieces(packed, [50_000])), 'br', { memory: 5_000_000 }))).length,
      3_000_000,
    )
  })
})

eachWire(
  'both hooks together',
  () => {
    const both = app()
    both.after(compression())
    return both
  },
  async wire => {
    const answer = await wire.ask('POST', '/json', {
      fields: { 'Content-Encoding': 'br', 'Content-Type': 'application/json', 'Accept-Encoding': 'gzip' },
      content: encoded(JSON.stringify({ page: PAGE }), 'br'),
    })
    assert.equal(answer.fields['content-encoding'], 'gzip')
  },
)

test('options that are wrong are named', () => {
  assert.throws(() => decompression({ limit: -1 }), /limit must be a whole number of bytes from 0, not -1/)
  assert.throws(() => decompression({ ratio: 0 }), /ratio must be a whole number from 1, not 0/)
  assert.throws(() => decompression({ memory: 0.5 }), /memory must be/)
  assert.throws(
    () => decompression({ limits: 5 } as never),
    /there is no option limits; the options are limit, ratio, memory/,
  )
})
