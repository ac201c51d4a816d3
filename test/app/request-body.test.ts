import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { App, bodyOf, ConnectionLost, ContentTooLarge, Refused } from '../../src/index.ts'
import { ALSO_WITHOUT, eachWire } from './support.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }

/** Content that comes in pieces, whose length is not told. */
async function* pieces(...all: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of all) yield typeof piece === 'string' ? Buffer.from(piece) : piece
}

const app = new App()
app.post('/bytes', async ({ body }) => body.bytes())
app.post('/text', async ({ body }) => body.text())
app.post('/json', async ({ body, json }) => json(await body.json()))
app.post('/limit/:limit<int>', async ({ body, params }) => `${(await body.bytes(params.limit)).length}`)
app.all('/length', async ({ body }) => `${body.length} ${(await body.bytes()).length}`)
app.post('/often', async ({ body, json }) => {
  const [first, second] = await Promise.all([body.bytes(), body.bytes()])
  const [text, value] = await Promise.all([body.text(), body.json()])
  return json({ same: first === second, text, value })
})
app.post('/tighter', async ({ body }) => `${(await body.bytes(100)).length} ${(await body.bytes(2)).length}`)
app.post('/twice/:first/:second', async ({ body, params }) => {
  const ways: Record<string, () => unknown> = {
    whole: () => body.text(),
    stream: () => new Response(body.stream()).text(),
    loop: async () => {
      for await (const chunk of body) void chunk
    },
    replace: () => body.replace(bodyOf([]), 'gzip'),
  }
  await ways[params.first]()
  await ways[params.second]()
  return 'both'
})
app.post('/stream', ({ body, stream }) => stream(body.stream()))
app.post('/count', async ({ body }) => {
  let count = 0
  for await (const chunk of body) count += chunk.length
  return `${count}`
})
app.post(
  '/trailers',
  async ({ body }) => `${body.trailers.get('x-sum')} ${(await body.text()).length} ${body.trailers.get('x-sum')}`,
)
app.post('/replaced', async ({ body, exchange, json }) => {
  body.replace(bodyOf([Buffer.from('{"decoded":true}')]), exchange.fields.get('content-encoding') ?? '')
  return json([body.length ?? null, await body.json()])
})
app.post('/caught', async ({ body }) => {
  try {
    return await body.text(3)
  } catch (error) {
    if (error instanceof ContentTooLarge) return `too large: ${error.message}`
    throw error
  }
})

const EVERYWHERE = { wires: ALSO_WITHOUT }

eachWire(
  'content is to be had as bytes, text and JSON, whole or in pieces',
  app,
  async wire => {
    const sent = Buffer.from('{"ü":[1,"€"]}')
    for (const content of [sent, 'pieces']) {
      const given = () =>
        content === 'pieces' ? pieces(sent.subarray(0, 3), sent.subarray(3, 10), sent.subarray(10)) : sent
      assert.deepEqual((await wire.ask('POST', '/bytes', { content: given() })).bytes, sent)
      assert.equal((await wire.ask('POST', '/text', { content: given() })).content, sent.toString())
      assert.equal((await wire.ask('POST', '/json', { content: given(), fields: JSON_TYPE })).content, sent.toString())
      assert.equal((await wire.ask('POST', '/stream', { content: given() })).content, sent.toString())
      assert.equal((await wire.ask('POST', '/count', { content: given() })).content, String(sent.length))
    }
    assert.equal((await wire.ask('POST', '/length', { content: 'abc' })).content, '3 3')
    assert.equal((await wire.ask('POST', '/length', { content: pieces('abc') })).content, 'undefined 3')
    assert.equal((await wire.get('/length')).content, '0 0')
  },
  EVERYWHERE,
)

eachWire(
  'content that was read as a whole is kept, in whatever form it is asked for next',
  app,
  async wire => {
    const { content } = await wire.ask('POST', '/often', { content: '[1]', fields: JSON_TYPE })
    assert.deepEqual(JSON.parse(content), { same: true, text: '[1]', value: [1] })
    const tighter = await wire.ask('POST', '/tighter', { content: '12345' })
    assert.equal(tighter.status, 413)
  },
  EVERYWHERE,
)

eachWire(
  'content is not read in two ways: the error names the route',
  app,
  async wire => {
    const wrong = [
      ['whole', 'stream', /as a whole already \(POST \/twice\/:first\/:second\)/],
      ['whole', 'loop', /as a whole already/],
      ['whole', 'replace', /as a whole already/],
      ['stream', 'whole', /as a stream already \(POST \/twice\/:first\/:second\), which is there once/],
      ['stream', 'stream', /as a stream already/],
      ['loop', 'loop', /as a stream already/],
      ['stream', 'replace', /as a stream already/],
    ] as const
    for (const [first, second] of wrong)
      assert.equal((await wire.ask('POST', `/twice/${first}/${second}`, { content: 'abc' })).status, 500)
    if (wire.version === null) return
    for (const [at, failure] of wire.failures().entries()) assert.match(failure, wrong[at][2])
  },
  EVERYWHERE,
)

eachWire(
  'content over the limit is 413, with or without its length told',
  app,
  async wire => {
    assert.equal((await wire.ask('POST', '/limit/5', { content: '12345' })).content, '5')
    for (const content of ['123456', pieces('123', '456')]) {
      const { status } = await wire.ask('POST', '/limit/5', { content })
      assert.equal(status, 413)
    }
    // A megabyte is the most unless it is said.
    assert.equal((await wire.ask('POST', '/bytes', { content: Buffer.alloc(1024 * 1024) })).bytes.length, 1024 * 1024)
    assert.equal((await wire.ask('POST', '/bytes', { content: Buffer.alloc(1024 * 1024 + 1) })).status, 413)
    assert.equal(
      (await wire.ask('POST', '/caught', { content: '1234' })).content,
      'too large: The content is larger than 3 bytes',
    )
    assert.equal((await wire.ask('POST', '/limit/-1', { content: 'x' })).status, 500)
    if (wire.version !== null)
      assert.match(wire.failures().join(), /^RangeError: The limit of content is a number of bytes from 0, not -1$/)
  },
  EVERYWHERE,
)

eachWire('content whose length tells that it is too large is never asked for', app, async wire => {
  const { status } = await wire.ask('POST', '/limit/5', { fields: { Expect: '100-continue' }, content: '123456' })
  assert.equal(status, 413)
  await wire.over()
  // Pulling is what sends 100 Continue.
  const { exchange } = wire.told('exchange')[0]
  assert.equal((exchange as unknown as { body: { started: boolean } }).body.started, false)
})

/** What is refused, and what the refusal says. */
const REFUSED: readonly {
  readonly name: string
  readonly path: string
  readonly content: string | Uint8Array
  readonly fields?: Readonly<Record<string, string>>
  readonly status: number
  readonly rule: string
  readonly detail: RegExp
  readonly offset?: number
  readonly along?: Readonly<Record<string, string>>
}[] = [
  {
    name: 'a byte that is no UTF-8',
    path: '/text',
    content: Buffer.from('abc\xff', 'latin1'),
    status: 400,
    rule: 'content-not-utf8',
    detail: /at byte 3/,
    offset: 3,
  },
  {
    name: 'text that ends within a character',
    path: '/text',
    content: Buffer.from('a€').subarray(0, 3),
    status: 400,
    rule: 'content-not-utf8',
    detail: /at byte 3/,
    offset: 3,
  },
  {
    name: 'half a surrogate pair in UTF-8',
    path: '/text',
    content: Buffer.from('xx\xed\xa0\x80', 'latin1'),
    status: 400,
    rule: 'content-not-utf8',
    detail: /at byte 3/,
    offset: 3,
  },
  {
    name: 'an unknown charset',
    path: '/text',
    content: 'x',
    fields: { 'Content-Type': 'text/plain; charset=klingon' },
    status: 415,
    rule: 'unknown-charset',
    detail: /"klingon"/,
  },
  {
    name: 'text that is none in its charset',
    path: '/text',
    content: Buffer.from([0xa4]),
    fields: { 'Content-Type': 'text/plain; charset=euc-jp' },
    status: 400,
    rule: 'content-not-text',
    detail: /euc-jp/,
  },
  {
    name: 'JSON without a type',
    path: '/json',
    content: Buffer.from('{}'),
    status: 415,
    rule: 'not-json',
    detail: /without a type/,
    along: { accept: 'application/json' },
  },
  {
    name: 'JSON as a form',
    path: '/json',
    content: '{}',
    fields: { 'Content-Type': 'application/x-www-form-urlencoded' },
    status: 415,
    rule: 'not-json',
    detail: /not application\/x-www-form-urlencoded/,
  },
  {
    name: 'JSON as a type that is none',
    path: '/json',
    content: '{}',
    fields: { 'Content-Type': 'application/json; a' },
    status: 415,
    rule: 'not-json',
    detail: /application\/json/,
  },
  {
    name: 'a comma too many',
    path: '/json',
    content: '{\n  "a": 1,\n}',
    fields: JSON_TYPE,
    status: 400,
    rule: 'malformed-json',
    detail: /line 3, column 1 .*name of a member/,
    offset: 12,
  },
  {
    name: 'JSON behind text beyond ASCII',
    path: '/json',
    content: '["ü€🎉" x]',
    fields: JSON_TYPE,
    status: 400,
    rule: 'malformed-json',
    detail: /line 1, column 9 .*"x"/,
    offset: 13,
  },
  {
    name: 'JSON that stops',
    path: '/json',
    content: '[1, {"a": ',
    fields: JSON_TYPE,
    status: 400,
    rule: 'malformed-json',
    detail: /column 11 .*a value, but the text ends/,
    offset: 10,
  },
  {
    name: 'no JSON at all',
    path: '/json',
    content: '',
    fields: JSON_TYPE,
    status: 400,
    rule: 'malformed-json',
    detail: /the text ends/,
    offset: 0,
  },
  {
    name: 'JSON that is no UTF-8',
    path: '/json',
    content: Buffer.from('"\xfc"', 'latin1'),
    fields: JSON_TYPE,
    status: 400,
    rule: 'content-not-utf8',
    detail: /at byte 1/,
  },
  ...['/bytes', '/text', '/json', '/count', '/stream'].map(path => ({
    name: `content in a coding, read by ${path}`,
    path,
    content: gzipSync('{}'),
    fields: { ...JSON_TYPE, 'Content-Encoding': 'gzip' },
    status: 415,
    rule: 'content-coding',
    detail: /coding gzip.*decompression\(\)/,
    along: { 'accept-encoding': 'identity' },
  })),
]

for (const { name, path, content, fields = {}, status, rule, detail, offset, along = {} } of REFUSED)
  eachWire(
    `refused: ${name}`,
    app,
    async wire => {
      const answer = await wire.ask('POST', path, { content, fields })
      assert.equal(answer.status, status)
      for (const [field, value] of Object.entries(along)) assert.equal(answer.fields[field], value)
      if (wire.version === null) {
        assert.match(answer.content, detail)
        return
      }
      const [refused] = wire.told('refused')
      assert.equal(refused.refusal.rule, rule)
      assert.match(refused.refusal.detail, detail)
      if (offset !== undefined) assert.equal(refused.refusal.offset, offset)
      assert.equal(refused.refusal.cause, undefined, 'nothing of the content gets into logs')
    },
    EVERYWHERE,
  )

eachWire(
  'text and JSON are taken in the types and charsets that they are sent in',
  app,
  async wire => {
    const text = async (content: Uint8Array, type: string) =>
      (await wire.ask('POST', '/text', { content, fields: { 'Content-Type': type } })).content
    assert.equal(await text(Buffer.from('gr\xfcn', 'latin1'), 'text/plain; charset=iso-8859-1'), 'grün')
    assert.equal(await text(Buffer.from('grün', 'utf16le'), 'text/plain; charset="UTF-16LE"'), 'grün')
    assert.equal(await text(Buffer.from('\ufeffgrün'), 'text/plain'), 'grün')
    assert.equal(await text(Buffer.from('grün'), 'text/plain; charset=UTF-8'), 'grün')
    assert.equal(await text(Buffer.from('grün'), 'what is this'), 'grün')
    for (const type of [
      'application/json',
      'Application/JSON; charset=utf-8',
      'application/problem+json',
      'application/vnd.api+json; v=1',
    ])
      assert.equal(
        (await wire.ask('POST', '/json', { content: '[1]', fields: { 'Content-Type': type } })).content,
        '[1]',
        type,
      )
    const identity = { 'Content-Encoding': 'identity' }
    assert.equal((await wire.ask('POST', '/text', { content: 'x', fields: identity })).content, 'x')
  },
  EVERYWHERE,
)

eachWire(
  'content can be put in the place of what came',
  app,
  async wire => {
    const fields = { ...JSON_TYPE, 'Content-Encoding': 'gzip' }
    const { content } = await wire.ask('POST', '/replaced', { content: gzipSync('what it was'), fields })
    assert.deepEqual(JSON.parse(content), [null, { decoded: true }])
  },
  EVERYWHERE,
)

eachWire('trailers are there behind the content', app, async wire => {
  const { content } = await wire.ask('POST', '/trailers', { content: pieces('abc'), trailers: { 'x-sum': '6' } })
  assert.equal(content, 'undefined 3 6')
})

{
  let seen = Promise.withResolvers<readonly unknown[]>()
  let started = Promise.withResolvers<void>()
  const reading = new App()
  const noted = async (work: Promise<unknown>, signal: AbortSignal) => {
    started.resolve()
    try {
      await work
      seen.resolve(['read'])
    } catch (error) {
      seen.resolve([error, signal.reason])
      throw error
    }
    return 'never read'
  }
  reading.post('/whole', ({ body, signal }) => noted(body.text(), signal))
  reading.post('/stream', ({ body, signal }) => noted(new Response(body.stream()).text(), signal))
  reading.post('/loop', ({ body, signal }) =>
    noted(
      (async () => {
        for await (const chunk of body) void chunk
      })(),
      signal,
    ),
  )
  for (const path of ['/whole', '/stream', '/loop'])
    eachWire(`a client that goes away while its content is read by ${path} is told as such`, reading, async wire => {
      seen = Promise.withResolvers()
      started = Promise.withResolvers()
      const controller = new AbortController()
      async function* unfinished() {
        yield Buffer.from('some')
        await started.promise
        controller.abort()
        await new Promise(() => {})
      }
      await assert.rejects(wire.ask('POST', path, { content: unfinished(), signal: controller.signal }))
      for (const reason of await seen.promise) assert.ok(reason instanceof ConnectionLost, String(reason))
      await wire.over(1)
    })
}

{
  let cancelled = 0
  const early = new App()
  early.post('/cancel', async ({ body }) => {
    const reader = body.stream().getReader()
    const { value } = await reader.read()
    await reader.cancel('enough')
    cancelled++
    return `${(value?.length ?? 0) > 0}`
  })
  early.post('/leave', async ({ body }) => {
    for await (const chunk of body) return `${chunk.length > 0}`
    return 'nothing'
  })
  eachWire(
    'a handler may stop in the middle of the content',
    early,
    async wire => {
      const large = Buffer.alloc(300_000)
      for (const path of ['/cancel', '/leave']) {
        const answer = await wire.ask('POST', path, { content: large }).catch(error => {
          // A client that is still sending may see the connection closed before it has read the reply.
          assert.match(String(error), /EPIPE|ECONNRESET|reset/)
          return null
        })
        if (answer !== null) assert.deepEqual([answer.status, answer.content], [200, 'true'])
      }
      assert.ok(cancelled > 0)
    },
    EVERYWHERE,
  )
}

eachWire(
  'what refuses content is a Refused that a hook can answer',
  () =>
    new App()
      .error((_, error) => (error instanceof Refused ? `refused: ${error.refusal.rule}` : undefined))
      .post('/json', async ({ body, json }) => json(await body.json())),
  async wire => {
    assert.equal(
      (await wire.ask('POST', '/json', { content: '{', fields: JSON_TYPE })).content,
      'refused: malformed-json',
    )
  },
  EVERYWHERE,
)
