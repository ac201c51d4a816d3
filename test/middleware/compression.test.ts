// Compression of replies as a client sees it, over both wires.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  App,
  bodyOf,
  bytes,
  Content,
  empty,
  FieldList,
  type Handler,
  html,
  json,
  Refused,
  Reply,
  serve,
  text,
} from '../../src/index.ts'
import {
  type CompressionOptions,
  compressed,
  compression,
  uncompressed,
} from '../../src/middleware/compression/index.ts'
import { eachWire } from '../app/support.ts'
import { ask, contentOf, fakeExchange } from '../support/exchange.ts'
import { decoded, HERE, noise, prose } from './support.ts'

const PAGE = prose(20_000)
const LARGE = prose(700_000)
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' }
const constant = new Content(Buffer.from(PAGE))

function app(options?: CompressionOptions): App {
  const made = new App()
  made.get('/text', () => text(PAGE))
  made.get('/string', () => PAGE)
  made.get('/umlauts', () => text('ü'.repeat(5000)))
  made.get('/bytes', () => bytes(Buffer.from(PAGE), 200, TEXT))
  made.get('/large', () => bytes(Buffer.from(LARGE), 200, TEXT))
  made.get('/content', () => new Reply(200, FieldList.of(TEXT), constant))
  made.get('/stream', () => new Reply(200, FieldList.of(TEXT), bodyOf(chunksOf(LARGE))))
  made.get('/sized', () => new Reply(200, FieldList.of(TEXT), bodyOf(chunksOf(LARGE), LARGE.length)))
  made.get('/response', () => new Response(PAGE, { headers: TEXT }))
  made.get('/failing', () => {
    throw new Refused({ status: 409, rule: 'test', detail: 'No.' })
  })
  made.after(compression(options))
  return made
}

async function* chunksOf(content: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 30_000) yield Buffer.from(content.slice(at, at + 30_000))
}

const WHOLE = ['/text', '/string', '/umlauts', '/bytes', '/large', '/content', '/response']
const PULLED = ['/stream', '/sized']

for (const coding of HERE)
  eachWire(`every kind of content comes in ${coding}`, app(), async wire => {
    for (const path of [...WHOLE, ...PULLED, '/content']) {
      const plain = await wire.get(path)
      const answer = await wire.get(path, { 'Accept-Encoding': coding })
      assert.equal(answer.fields['content-encoding'], coding, path)
      assert.equal(answer.fields.vary, 'Accept-Encoding', path)
      assert(decoded(answer.bytes, coding).equals(plain.bytes), path)
      assert(answer.bytes.length < plain.bytes.length / 3, path)
      assert.equal(plain.fields['content-encoding'], undefined)
      assert.equal(plain.fields.vary, 'Accept-Encoding', `${path}, plain`)
      if (WHOLE.includes(path) && path !== '/response')
        assert.equal(answer.fields['content-length'], String(answer.bytes.length))
    }
  })

eachWire('HEAD has the fields of GET', app(), async wire => {
  for (const accepted of ['gzip', 'br', ''])
    for (const path of [...WHOLE, ...PULLED]) {
      const get = await wire.get(path, { 'Accept-Encoding': accepted })
      const head = await wire.ask('HEAD', path, { fields: { 'Accept-Encoding': accepted } })
      assert.deepEqual(head.fields, get.fields, `${path} ${accepted}`)
      assert.equal(head.bytes.length, 0)
    }
})

eachWire('the coding is the one that the client likes best', app(), async wire => {
  const cases: [accepted: string, coding: string | undefined][] = [
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1, br;q=0.5', 'gzip'],
    ['deflate', 'deflate'],
    ['x-gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['compress, exi', undefined],
    ['gzip;q=0', undefined],
    ['identity;q=0, *;q=0', undefined],
    ['', undefined],
    ['identity, gzip;q=0.1', undefined],
    ['identity;q=0.5, gzip;q=0.6', 'gzip'],
  ]
  for (const [accepted, coding] of cases) {
    const { fields } = await wire.get('/text', { 'Accept-Encoding': accepted })
    assert.equal(fields['content-encoding'], coding, accepted)
    assert.equal(fields.vary, 'Accept-Encoding')
  }
  const any = await wire.get('/text', { 'Accept-Encoding': '*' })
  assert.equal(any.fields['content-encoding'], HERE[0])
})

eachWire('the order and the codings can be chosen', app({ codings: ['gzip', 'br'] }), async wire => {
  const { fields } = await wire.get('/text', { 'Accept-Encoding': 'zstd, br, gzip' })
  assert.equal(fields['content-encoding'], 'gzip')
})

eachWire(
  'the pages of refusals are compressed as well, and of what no route answers',
  app(),
  async wire => {
    for (const path of ['/failing', '/nowhere']) {
      const { fields, bytes } = await wire.get(path, { 'Accept-Encoding': 'gzip' })
      assert.equal(fields['content-encoding'], 'gzip')
      assert.equal(decoded(bytes, 'gzip').toString(), PAGE)
    }
  },
  { serve: { refuse: ({ status }) => html(PAGE, status) } },
)

describe('never compressed', () => {
  const plain = text(PAGE)
  /** A reply, and whether it depends on Accept-Encoding all the same. */
  const NEVER: Record<string, [reply: () => Reply, varies?: 'varies']> = {
    'what has a coding already': [() => plain.with('Content-Encoding', 'gzip')],
    'what has a coding that nobody knows': [() => plain.with('Content-Encoding', 'x-secret')],
    'no-transform': [() => plain.with('Cache-Control', 'public, No-Transform')],
    '206': [() => new Reply(206, FieldList.of({ ...TEXT, 'Content-Range': 'bytes 0-19999/30000' }), PAGE), 'varies'],
    'Content-Range with another status': [() => plain.with('Content-Range', 'bytes */5')],
    'Content-MD5': [() => plain.with('Content-MD5', 'x')],
    Digest: [() => plain.with('Digest', 'x')],
    'Content-Digest': [() => plain.with('Content-Digest', 'x')],
    'Repr-Digest': [() => plain.with('Repr-Digest', 'x')],
    Signature: [() => plain.with('Signature', 'x')],
    'an image': [() => plain.with('Content-Type', 'image/png')],
    'a font that is packed': [() => plain.with('Content-Type', 'font/woff2')],
    'a document that is an archive': [
      () => plain.with('Content-Type', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'),
    ],
    'a type that nobody knows': [() => bytes(Buffer.from(PAGE))],
    'no type': [() => new Reply(200, FieldList.empty, PAGE)],
    'what is too small': [() => text('x'.repeat(1023))],
    'umlauts that are too small': [() => text('ü'.repeat(511))],
    'a small Content': [() => new Reply(200, FieldList.of(TEXT), new Content(Buffer.alloc(100)))],
    'a stream that says it is small': [() => new Reply(200, FieldList.of(TEXT), bodyOf([Buffer.alloc(100)], 100))],
    'what gets no smaller': [() => bytes(noise(5000), 200, TEXT), 'varies'],
    'a Content that gets no smaller': [() => new Reply(200, FieldList.of(TEXT), NOISE), 'varies'],
    '204': [() => empty()],
    'what says so': [() => uncompressed(plain)],
    'what is small and says so': [() => uncompressed(text('hello'))],
  }
  const NOISE = new Content(noise(5000))

  for (const [name, [reply, varies]] of Object.entries(NEVER)) {
    const app = new App()
    app.get('/', reply)
    app.after(compression())
    eachWire(name, app, async wire => {
      for (const path of ['/', '/']) {
        const answer = await wire.get(path, { 'Accept-Encoding': 'zstd, br, gzip, deflate' })
        const made = reply()
        const own = made.fields.get('content-encoding')
        assert.equal(answer.fields['content-encoding'], own === 'identity' ? undefined : own)
        assert.equal(answer.fields.vary, varies && 'Accept-Encoding')
        assert(answer.bytes.equals(await contentOf({ reply: made } as never)))
      }
    })
  }

  test('types are told by their essence, whatever their case and parameters', async () => {
    const yes = [
      'text/html',
      'TEXT/HTML;charset=utf-8',
      'text/x-anything',
      'application/json',
      'application/ld+json',
      'image/svg+xml',
    ]
    yes.push(
      'application/wasm',
      'font/ttf',
      'font/otf',
      'application/xml',
      'application/manifest+json',
      'image/bmp',
      'text/event-stream',
    )
    const no = [
      'image/jpeg',
      'video/mp4',
      'application/zip',
      'application/octet-stream',
      'font/woff',
      'application/pdf',
      'json',
      '',
    ]
    const kinds = [...yes.map(type => [type, 'gzip'] as const), ...no.map(type => [type, undefined] as const)]
    for (const [type, expected] of kinds) {
      const handler = compressed(() => new Reply(200, FieldList.of({ 'Content-Type': type }), PAGE))
      const { fields } = await ask(handler, '/', { fields: { 'Accept-Encoding': 'gzip' } })
      assert.equal(fields.get('content-encoding'), expected, type)
    }
  })
})

describe('fields', () => {
  const over = async (reply: Reply, fields = {}): Promise<FieldList> =>
    (
      await ask(
        compressed(() => reply),
        '/',
        { fields: { 'Accept-Encoding': 'gzip', ...fields } },
      )
    ).fields

  test('Vary is merged, once; * stays', async () => {
    for (const [given, expected] of [
      ['Accept', 'Accept, Accept-Encoding'],
      ['accept-encoding', 'accept-encoding'],
      ['Cookie,ACCEPT-ENCODING', 'Cookie,ACCEPT-ENCODING'],
      ['*', '*'],
    ]) {
      assert.equal((await over(text(PAGE).with('Vary', given))).get('vary'), expected)
      assert.equal((await over(text(PAGE).with('Vary', given), { 'Accept-Encoding': '' })).get('vary'), expected)
    }
    const twice = text(PAGE).withFields(text(PAGE).fields.and('Vary', 'Accept').and('Vary', 'Cookie'))
    assert.equal((await over(twice)).get('vary'), 'Accept, Cookie, Accept-Encoding')
  })

  test('what held for the plain form alone is left out; the rest stays in its order', async () => {
    const reply = new Reply(
      200,
      FieldList.of([
        ['A', '1'],
        ['Content-Type', 'text/plain'],
        ['Accept-Ranges', 'bytes'],
        ['Set-Cookie', 'a=1'],
        ['Content-Length', 20_000],
        ['ETag', '"x"'],
        ['Set-Cookie', 'b=2'],
      ]),
      PAGE,
    )
    assert.deepEqual(
      [...(await over(reply))],
      [
        ['A', '1'],
        ['Content-Type', 'text/plain'],
        ['Set-Cookie', 'a=1'],
        ['ETag', 'W/"x"'],
        ['Set-Cookie', 'b=2'],
        ['Content-Encoding', 'gzip'],
        ['Vary', 'Accept-Encoding'],
      ],
    )
  })

  test('a weak tag stays, and the plain form keeps its strong one', async () => {
    assert.equal((await over(text(PAGE).with('ETag', 'W/"x"'))).get('etag'), 'W/"x"')
    assert.equal((await over(text(PAGE).with('ETag', '"x"'), { 'Accept-Encoding': 'br;q=0' })).get('etag'), '"x"')
  })

  test('a 304 has the Vary of the 200, and the tag that the client has', async () => {
    const notModified = new Reply(304, FieldList.of({ ETag: '"x"' }))
    const known = await over(notModified, { 'If-None-Match': 'W/"x"' })
    assert.deepEqual([known.get('etag'), known.get('vary')], ['W/"x"', 'Accept-Encoding'])
    const plain = await over(notModified, { 'If-None-Match': '"x"' })
    assert.deepEqual([plain.get('etag'), plain.get('vary')], ['"x"', 'Accept-Encoding'])
    assert.equal((await over(notModified.with('Content-Type', 'image/png'))).get('vary'), undefined)
    assert.equal((await over(notModified.with('Cache-Control', 'no-transform'))).get('vary'), undefined)
  })
})

eachWire(
  'what was set on the context is heeded, and kept',
  () => {
    const app = new App()
    app.get('/set', ({ set }) => {
      set('Vary', 'Cookie')
      set('ETag', '"x"')
      return PAGE
    })
    app.get('/no', ({ set }) => {
      set('Cache-Control', 'no-transform')
      return PAGE
    })
    app.after(compression())
    return app
  },
  async wire => {
    const { fields } = await wire.get('/set', { 'Accept-Encoding': 'gzip' })
    assert.deepEqual([fields.vary, fields.etag], ['Cookie, Accept-Encoding', 'W/"x"'])
    assert.equal((await wire.get('/no', { 'Accept-Encoding': 'gzip' })).fields['content-encoding'], undefined)
  },
)

eachWire(
  'trailers pass, but for digests of what was there before',
  () => {
    const app = new App()
    const trailers = () => FieldList.of({ 'X-Sum': '17', 'Content-Digest': 'sha-256=:x:' })
    app.get('/whole', () => text(PAGE).withTrailers(trailers))
    app.get('/stream', () => new Reply(200, FieldList.of(TEXT), bodyOf(chunksOf(LARGE)), trailers))
    app.get('/content', () => new Reply(200, FieldList.of(TEXT), constant, trailers))
    app.after(compression())
    return app
  },
  async wire => {
    for (const path of ['/whole', '/stream', '/content', '/content']) {
      const answer = await wire.get(path, { 'Accept-Encoding': 'gzip', TE: 'trailers' })
      assert.equal(answer.fields['content-encoding'], 'gzip')
      assert.deepEqual(answer.trailers, { 'x-sum': '17' }, path)
    }
  },
)

eachWire(
  'a route or a group can say no',
  () => {
    const app = new App()
    app.get('/page', { after: (_, reply) => uncompressed(reply) }, () => html(PAGE))
    app.group('/secret', group => {
      group.get('/page', () => html(PAGE))
      group.after((_, reply) => uncompressed(reply))
    })
    app.get('/other', () => json({ page: PAGE }))
    app.after(compression())
    return app
  },
  async wire => {
    for (const path of ['/page', '/secret/page']) {
      const answer = await wire.get(path, { 'Accept-Encoding': 'gzip' })
      assert.equal(answer.fields['content-encoding'], undefined)
      assert.equal(answer.content, PAGE)
    }
    assert.equal((await wire.get('/other', { 'Accept-Encoding': 'gzip' })).fields['content-encoding'], 'gzip')
  },
)

test('a small page is answered at once, a large one later', async () => {
  const at = (content: string, options?: CompressionOptions) =>
    ask(
      compressed(() => text(content), options),
      '/',
      { fields: { 'Accept-Encoding': 'gzip' } },
    )
  assert.equal((await at(PAGE)).atOnce, true)
  assert.equal((await at(LARGE)).atOnce, false)
  assert.equal((await at(PAGE, { levels: { gzip: 9 } })).atOnce, false, 'a high level takes longer')
})

test('levels are used', async () => {
  const size = async (level: number) =>
    (
      await contentOf(
        await ask(
          compressed(() => text(LARGE), { levels: { gzip: level } }),
          '/',
          { fields: { 'Accept-Encoding': 'gzip' } },
        ),
      )
    ).length
  assert((await size(9)) < (await size(1)))
})

test('a tunnel is left alone', async () => {
  const { Tunnel } = await import('../../src/index.ts')
  const reply = new Reply(101, FieldList.of({ Upgrade: 'x' }), new Tunnel(incoming => incoming))
  const handler: Handler = compressed(() => reply)
  assert.equal(await handler(fakeExchange({ fields: { 'Accept-Encoding': 'gzip' } })), reply)
})

test('options that are wrong are named', () => {
  const wrong: [CompressionOptions, RegExp][] = [
    [{ codings: ['lzma'] as never }, /codings must be a list of zstd, br, gzip and deflate/],
    [{ levels: { gzip: 10 } }, /levels\.gzip must be a whole number from 1 to 9, not 10/],
    [{ levels: { lz: 1 } as never }, /levels must be zstd, br, gzip or deflate, not "lz"/],
    [{ minSize: -1 }, /minSize must be a whole number of bytes from 0, not -1/],
    [{ keep: 1.5 }, /keep must be/],
    [{ memory: Number.NaN }, /memory must be/],
    [{ compressible: 'text' as never }, /compressible must be a function/],
    [{ level: 5 } as never, /there is no option level; the options are codings/],
    [null as never, /options must be an object, not null/],
  ]
  for (const [options, message] of wrong) assert.throws(() => compression(options), message)
})

test('the server closes with compressed replies under way', async () => {
  const endless = { length: undefined, pull: async () => Buffer.from(PAGE), cancel() {} }
  const server = await serve(
    compressed(() => new Reply(200, FieldList.of(TEXT), endless)),
    { port: 0 },
  )
  const response = await fetch(`http://localhost:${server.port}/`)
  await response.body?.getReader().read()
  await server.close()
  assert.equal(server.ledger.connections, 0)
})
