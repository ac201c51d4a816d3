// Streamed replies: what reaches the client, how far a source runs ahead of it, and how a source learns that the client is gone.
import assert from 'node:assert/strict'
import {
  App,
  type Body,
  ConnectionLost,
  FieldList,
  Reply,
  type StreamSource,
  stream,
  type Write,
} from '../../src/index.ts'
import { ALSO_WITHOUT, eachWire } from './support.ts'

const EVERYWHERE = { wires: ALSO_WITHOUT }
const LARGE = 3_000_000

const app = new App()
app.get('/array', ({ stream }) =>
  stream(['one ', Buffer.from('two '), 'ü€🎉'], 201, { 'Content-Type': 'text/plain; charset=utf-8' }),
)
app.get('/web', () => stream(ReadableStream.from(['one ', 'two'])))
app.get('/fetched', () => stream(new Response('one two').body as ReadableStream<Uint8Array>))
app.get('/written', () =>
  stream(async write => {
    for (const word of ['one ', '', 'two']) await write(word)
  }),
)
app.get('/nothing', () => stream([]))
app.get('/large', () => stream(['ü'.repeat(LARGE / 2)]))
app.get('/large/:parts<int>', ({ params }) =>
  stream(async write => {
    for (let part = 0; part < params.parts; part++) await write('x'.repeat(LARGE / params.parts))
  }),
)
app.get('/status/:status<int>', ({ params }) => stream(['content'], params.status))
app.get('/trailers', () => {
  let sum = 0
  const source = (function* () {
    for (const part of [1, 2, 3]) {
      sum += part
      yield `${part}`
    }
  })()
  return stream(source).withTrailers(() => ({ 'X-Sum': sum }))
})

eachWire(
  'streams are sent whole, from whatever source',
  app,
  async wire => {
    const array = await wire.get('/array')
    assert.deepEqual(
      [array.status, array.content, array.fields['content-type']],
      [201, 'one two ü€🎉', 'text/plain; charset=utf-8'],
    )
    for (const path of ['/web', '/fetched', '/written']) {
      const { content, fields } = await wire.get(path)
      assert.deepEqual(
        [content, fields['content-type'], fields['content-length']],
        ['one two', 'application/octet-stream', undefined],
      )
    }
    assert.equal((await wire.get('/nothing')).content, '')
    assert.equal((await wire.get('/large')).bytes.length, LARGE)
    for (const parts of [1, 30, 3000]) assert.equal((await wire.get(`/large/${parts}`)).bytes.length, LARGE)
  },
  EVERYWHERE,
)

eachWire('trailers tell of the content', app, async wire => {
  assert.deepEqual({ ...(await wire.get('/trailers')), interim: [] }.trailers, { 'x-sum': '6' })
})

{
  let log: string[] = []
  const source = (name: string): StreamSource =>
    name === 'generator'
      ? (async function* () {
          log.push('started')
          yield 'x'
        })()
      : name === 'web'
        ? new ReadableStream<string>({ cancel: () => void log.push('cancelled') }, { highWaterMark: 0 })
        : () => void log.push('started')
  const silent = new App()
  silent.get('/:source/:status<int>', ({ params }) => stream(source(params.source), params.status))
  eachWire(
    'a reply that has no content starts no source, and lets go of it',
    silent,
    async wire => {
      for (const [name, after] of [
        ['generator', []],
        ['producer', []],
        ['web', ['cancelled']],
      ] as const)
        for (const [method, status] of [
          ['GET', 204],
          ['GET', 205],
          ['GET', 304],
          ['HEAD', 200],
        ] as const) {
          log = []
          const answer = await wire.ask(method, `/${name}/${status}`)
          assert.deepEqual([answer.status, answer.content], [status, ''])
          assert.deepEqual(log, after, `${name} ${method} ${status}`)
        }
    },
    EVERYWHERE,
  )
}

/** What the sources of one test have to tell. */
class Watched {
  made = 0
  readonly over = Promise.withResolvers<string>()
  readonly signals: unknown[] = []

  async *generator(signal: AbortSignal): AsyncGenerator<string> {
    try {
      for (;;) {
        this.made += 10_000
        yield 'x'.repeat(10_000)
      }
    } finally {
      this.signals.push(signal.reason)
      this.over.resolve('finally')
    }
  }

  web(): ReadableStream<string> {
    return new ReadableStream(
      {
        pull: controller => {
          this.made += 10_000
          controller.enqueue('x'.repeat(10_000))
        },
        cancel: reason => {
          this.signals.push(reason)
          this.over.resolve('finally')
        },
      },
      { highWaterMark: 0 },
    )
  }

  async producer(write: Write, signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        this.made += 10_000
        await write('x'.repeat(10_000))
      }
    } catch (error) {
      this.signals.push(error, signal.reason)
      throw error
    } finally {
      this.over.resolve('finally')
    }
  }

  /** Waits until nothing more is made. */
  async stopped(): Promise<void> {
    for (let last = -1; last !== this.made; ) {
      last = this.made
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}

for (const kind of ['generator', 'web', 'producer'] as const) {
  let watched: Watched
  const endless = () => {
    watched = new Watched()
    const made = watched
    return new App().get('/', ({ signal }) =>
      stream(
        kind === 'generator'
          ? made.generator(signal)
          : kind === 'web'
            ? made.web()
            : (write, own) => made.producer(write, own),
      ),
    )
  }

  eachWire(`a client that does not read stops a ${kind}`, endless, async wire => {
    const opened = await wire.open('GET', '/')
    await opened.read()
    await watched.stopped()
    // What the kernel and the client hold ahead is theirs; what the server holds is not more than it says.
    assert.ok(watched.made < 32_000_000, String(watched.made))
    const { output, waiting } = wire.server.ledger
    assert.ok(output + waiting < 1_000_000, String(output + waiting))
    const before = watched.made
    for (let read = 0; read < before + 1_000_000; ) read += (await opened.read())?.length ?? 0
    assert.ok(watched.made > before, 'it goes on when the client reads')
    opened.vanish()
    assert.equal(await watched.over.promise, 'finally')
  })

  eachWire(`a client that goes away ends a ${kind}`, endless, async wire => {
    const opened = await wire.open('GET', '/')
    await opened.read()
    opened.vanish()
    assert.equal(await watched.over.promise, 'finally')
    assert.ok(watched.signals.length > 0)
    for (const reason of watched.signals) assert.ok(reason instanceof ConnectionLost, String(reason))
    await wire.over()
    assert.equal(wire.told('exchange')[0].complete, false)
  })
}

{
  const wrong: Readonly<Record<string, readonly [() => StreamSource, RegExp]>> = {
    'throws behind its head': [
      async function* () {
        yield 'before'
        throw new Error('boom')
      },
      /^Error: boom$/,
    ],
    'throws before its first chunk': [
      // biome-ignore lint/correctness/useYield: it throws instead.
      async function* () {
        throw new Error('boom')
      },
      /^Error: boom$/,
    ],
    'yields an object': [
      () => ['before', { a: 1 } as never],
      /^TypeError: The source of a stream yielded an object of Object: a chunk is a string or a Uint8Array/,
    ],
    'fails as a producer': [
      () => async write => {
        await write('before')
        throw new Error('boom')
      },
      /^Error: boom$/,
    ],
    'does not wait': [
      () => async (write, signal) => {
        while (!signal.aborted) write('x'.repeat(1000))
      },
      /^Error: A producer wrote more than 1048576 bytes ahead/,
    ],
    'errors as a Web stream': [
      () => new ReadableStream({ pull: controller => controller.error(new Error('boom')) }),
      /^Error: boom$/,
    ],
  }
  const failing = new App()
  failing.get('/:what', ({ params }) => stream(wrong[decodeURIComponent(params.what)][0]()))
  for (const [what, [, expected]] of Object.entries(wrong))
    eachWire(
      `a source that ${what} breaks the reply off, and is reported`,
      failing,
      async wire => {
        await assert.rejects(wire.get(`/${encodeURIComponent(what)}`))
        if (wire.version === null) return
        const failures = wire.failures()
        assert.equal(failures.length, 1)
        assert.match(failures[0], expected)
      },
      EVERYWHERE,
    )
}

eachWire(
  'a length that was promised is kept, or the reply breaks off',
  () =>
    new App().get('/:more<int>', ({ params }) => {
      const body = stream(['x'.repeat(params.more)]).body as Body
      const promised = { length: 5, pull: () => body.pull(), cancel: (reason: unknown) => body.cancel(reason) }
      return new Reply(200, FieldList.empty, promised)
    }),
  async wire => {
    assert.equal((await wire.get('/5')).content, 'xxxxx')
    for (const more of [4, 6]) await assert.rejects(wire.get(`/${more}`))
    if (wire.version !== null) assert.equal(wire.failures().length, 2)
  },
  EVERYWHERE,
)

{
  let gate = Promise.withResolvers<void>()
  const waiting = new App().get('/', () =>
    stream(async write => {
      await write('first')
      await gate.promise
      await write('second')
    }),
  )
  eachWire('what is written is on its way at once, not when there is more of it', waiting, async wire => {
    gate = Promise.withResolvers()
    const opened = await wire.open('GET', '/')
    assert.equal(String(await opened.read()), 'first')
    gate.resolve()
    assert.equal(String(await opened.rest()), 'second')
  })
}

eachWire(
  'content goes back as it comes, more of it than anybody holds',
  () => new App().post('/web', ({ body }) => stream(body.stream())).post('/loop', ({ body }) => stream(body)),
  async wire => {
    async function* sent() {
      for (let piece = 0; piece < 100; piece++) yield Buffer.alloc(65_536, piece)
    }
    for (const path of ['/web', '/loop']) {
      const { bytes } = await wire.ask('POST', path, { content: sent() })
      assert.equal(bytes.length, 100 * 65_536)
      for (let piece = 0; piece < 100; piece++) assert.equal(bytes[piece * 65_536 + 1000], piece)
    }
  },
  EVERYWHERE,
)
