// From a request to the end of its reply: clients that go, handlers that do not answer, and many of all kinds at a time.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { App, type Body, bodyOf, collect, FieldList, json, Reply, text } from '../../src/index.ts'
import { get as getHead, World } from '../server/support.ts'
import { get as h2Get } from '../support/h2-frames.ts'
import { giveUp } from './giving-up.ts'
import { BOTH, eachWire, SOCKETS } from './support.ts'

/** Something that a test waits for, told by a handler. */
class Gate {
  readonly reached = Promise.withResolvers<AbortSignal>()
  readonly aborted = Promise.withResolvers<unknown>()
  readonly open = Promise.withResolvers<void>()
}

describe('a client that goes', () => {
  let gate = new Gate()

  eachWire(
    'before the reply aborts the signal, and what is answered then is let go of',
    () => {
      gate = new Gate()
      return new App().get('/', async ({ signal }) => {
        gate.reached.resolve(signal)
        signal.addEventListener('abort', () => gate.aborted.resolve(signal.reason))
        await gate.aborted.promise
        return new Reply(200, FieldList.empty, { ...endless(), cancel: () => gate.open.resolve() })
      })
    },
    async wire => {
      const leaving = new AbortController()
      const asked = wire.ask('GET', '/', { signal: leaving.signal })
      const signal = await gate.reached.promise
      assert.equal(signal.aborted, false)
      leaving.abort()
      await assert.rejects(asked)
      assert.ok((await gate.aborted.promise) instanceof Error)
      await gate.open.promise
      await wire.over()
      const [{ status, complete }] = wire.told('exchange')
      assert.deepEqual([status, complete], [0, false])
    },
    // Over TLS a client of HTTP/1.1 that closes says that it sends no more, not that it is gone.
    { wires: [...BOTH, 'HTTP/2 over TLS'] },
  )

  eachWire(
    'in the middle of the reply aborts the signal, and stops what makes the content',
    () => {
      gate = new Gate()
      return new App().get('/', ({ signal }) => {
        signal.addEventListener('abort', () => gate.aborted.resolve(signal.reason))
        async function* pieces(): AsyncGenerator<Uint8Array> {
          try {
            for (;;) {
              yield new Uint8Array(10_000)
              await new Promise(resolve => setImmediate(resolve))
            }
          } finally {
            gate.open.resolve()
          }
        }
        return new Reply(200, FieldList.empty, bodyOf(pieces()))
      })
    },
    async wire => {
      const reply = await wire.open('GET', '/')
      assert.ok(await reply.read())
      reply.vanish()
      assert.ok((await gate.aborted.promise) instanceof Error)
      await gate.open.promise
      await wire.over()
      const [{ status, complete }] = wire.told('exchange')
      assert.deepEqual([status, complete], [200, false])
    },
    { wires: SOCKETS },
  )

  eachWire(
    'in the middle of its request fails the reading of it',
    () => {
      gate = new Gate()
      return new App().post('/', async ({ body, signal }) => {
        gate.reached.resolve(signal)
        try {
          return String((await body.bytes()).length)
        } catch (error) {
          gate.aborted.resolve(error)
          throw error
        }
      })
    },
    async wire => {
      const leaving = new AbortController()
      async function* content(): AsyncGenerator<Uint8Array> {
        yield new Uint8Array(1000)
        await gate.reached.promise
        leaving.abort()
        await gate.aborted.promise
      }
      await assert.rejects(wire.ask('POST', '/', { content: content(), signal: leaving.signal }))
      assert.ok((await gate.aborted.promise) instanceof Error)
      await wire.over()
    },
  )

  eachWire(
    'after the reply aborts nothing',
    () => {
      gate = new Gate()
      return new App().get('/', ({ signal }) => {
        gate.reached.resolve(signal)
        return 'answered'
      })
    },
    async wire => {
      const session = wire.session()
      assert.equal((await session.ask('GET', '/')).content, 'answered')
      const signal = await gate.reached.promise
      session.leave()
      await wire.leave()
      assert.equal(signal.aborted, false)
    },
  )

  eachWire(
    'and an app that asks somebody else with the signal is no failure, whatever hooks there are',
    () => {
      gate = new Gate()
      return new App()
        .after((_, reply) => reply.with('X-After', '1'))
        .before(({ set }) => set('X-Before', '1'))
        .get('/', async ({ signal }) => {
          gate.reached.resolve(signal)
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
          return ''
        })
    },
    async wire => {
      const leaving = new AbortController()
      const asked = wire.ask('GET', '/', { signal: leaving.signal })
      await gate.reached.promise
      leaving.abort()
      await assert.rejects(asked)
      await wire.over()
      assert.deepEqual(wire.told('failed'), [])
    },
  )
})

describe('an application that does not answer', () => {
  for (const wire of ['HTTP/1.1', 'HTTP/2'] as const)
    test(`is answered for after the reply time-out, and its signal aborts (${wire})`, async () => {
      const reasons: Error[] = []
      let late: (answer: string) => void = () => {}
      const app = new App()
        .after((_, reply) => reply.with('X-After', '1'))
        .get('/never', ({ signal }) => {
          signal.addEventListener('abort', () => reasons.push(signal.reason))
          return new Promise<string>(resolve => {
            late = resolve
          })
        })
      const world = new World(app.handler, { limits: { replyTimeout: 30_000 } })
      const status = await askedOver(world, wire, '/never')
      await world.pass(29_000)
      assert.equal(status(), 0)
      assert.deepEqual(reasons, [])
      await world.pass(3_000)
      assert.equal(status(), 503)
      assert.ok(reasons.length === 1)
      assert.deepEqual(world.rules, ['reply-timeout'])
      late('too late')
      await world.settle()
      assert.deepEqual(world.told('failed'), [])
      await world.closeAndCheck()
    })
})

/** Asks in a simulated world, and gives what tells the status so far. */
async function askedOver(world: World, wire: 'HTTP/1.1' | 'HTTP/2', path: string): Promise<() => number> {
  if (wire === 'HTTP/1.1') {
    const visitor = world.connect().send(getHead(path))
    await world.settle()
    return () => visitor.statuses[0] ?? 0
  }
  const { client } = world.connectHttp2()
  await world.settle()
  const stream = client.request(h2Get(path))
  await world.settle()
  return () => client.answer(stream).status
}

describe('interim replies', () => {
  eachWire(
    'come before the reply from hooks and handlers, and not after it',
    () =>
      new App()
        .before(({ hint }) => hint({ Link: '</before>' }))
        .after(({ hint }) => hint({ Link: '</after>' }))
        .get('/', async ({ hint, exchange }) => {
          await null
          hint({ Link: ['</one>', '</two>'] })
          queueMicrotask(() => setImmediate(() => exchange.inform(103, FieldList.of({ Link: '</late>' }))))
          return 'reply'
        }),
    async wire => {
      const { interim, content } = await wire.get('/')
      assert.equal(content, 'reply')
      assert.deepEqual(
        interim.map(({ fields }) => fields.link),
        ['</before>', '</one>, </two>', '</after>'],
      )
    },
  )

  test('are not sent to HTTP/1.0', async () => {
    const app = new App().get('/', ({ hint }) => {
      hint({ Link: '</style.css>' })
      return 'old'
    })
    const { serve } = await import('../../src/index.ts')
    const server = await serve(app, { port: 0, report: () => {} })
    const socket = connect(server.port, '127.0.0.1')
    try {
      socket.end('GET / HTTP/1.0\r\n\r\n')
      const answer = Buffer.concat(await socket.toArray()).toString()
      assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/)
      assert.match(answer, /\r\n\r\nold$/)
      assert.doesNotMatch(answer, / 103 /)
    } finally {
      socket.destroy()
      await server.close()
    }
  })
})

describe('many requests of all kinds at a time', () => {
  const app = () =>
    new App({ state: () => ({ id: '' }) })
      .before(({ state, fields }) => {
        state.id = fields.get('x-id') ?? ''
      })
      .after(({ state }, reply) => reply.with('X-Id', state.id))
      .get('/now/:id', ({ params }) => `now ${params.id}`)
      .get('/later/:id<int>', async ({ params, state }) => {
        await new Promise(resolve => setTimeout(resolve, params.id % 7))
        return json([params.id, state.id])
      })
      .post('/echo/*', async ({ exchange }) => new Reply(200, FieldList.empty, await collect(exchange.content, 1e6)))
      .get('/stream/:id<int>', ({ params }) => {
        async function* pieces(): AsyncGenerator<Uint8Array> {
          for (let i = 0; i < 5; i++) {
            await new Promise(resolve => setImmediate(resolve))
            yield new Uint8Array(1000).fill(params.id % 256)
          }
        }
        return new Reply(200, FieldList.empty, bodyOf(pieces()))
      })
      .get('/fails/:id', ({ params }) => {
        throw new Error(`fails ${params.id}`)
      })
      .mount(
        '/mounted',
        new App().get('/:id', ({ params }) => text(`mounted ${params.id}`, 203)),
      )

  eachWire(
    'are each answered with what belongs to them',
    app,
    async wire => {
      const sessions = Array.from({ length: wire.version === '2' ? 2 : 10 }, () => wire.session())
      await Promise.all(
        Array.from({ length: 600 }, async (_, id) => {
          const session = sessions[id % sessions.length]
          const fields = { 'X-Id': `${id}` }
          const ask = async (method: string, path: string, content?: string) => {
            const answer = await session.ask(method, path, content === undefined ? { fields } : { fields, content })
            assert.equal(answer.fields['x-id'], `${id}`, path)
            return answer
          }
          switch (id % 7) {
            case 0:
              return assert.equal((await ask('GET', `/now/${id}`)).content, `now ${id}`)
            case 1:
              return assert.deepEqual(JSON.parse((await ask('GET', `/later/${id}`)).content), [id, `${id}`])
            case 2:
              return assert.equal((await ask('POST', `/echo/${id}`, `${id} `.repeat(id))).content, `${id} `.repeat(id))
            case 3: {
              const { bytes } = await ask('GET', `/stream/${id}`)
              return assert.ok(bytes.length === 5000 && bytes.every(byte => byte === id % 256))
            }
            case 4:
              return assert.equal((await ask('GET', `/fails/${id}`)).status, 500)
            case 5:
              return assert.equal((await ask('GET', `/nowhere/${id}`)).status, 404)
            default:
              return assert.equal((await ask('GET', `/mounted/${id}`)).content, `mounted ${id}`)
          }
        }),
      )
      assert.deepEqual(
        wire
          .told('failed')
          .map(({ exchange, error }) => [exchange?.path, (error as Error).message])
          .filter(([path, message]) => path?.split('/').at(-1) !== message?.split(' ').at(-1)),
        [],
      )
      assert.equal(wire.told('failed').length, 86)
    },
    { fails: true },
  )
})

describe('requests that are given up', () => {
  eachWire(
    'by the hundred leave nothing behind',
    () => {
      const counts = { begun: 0, aborted: 0 }
      return new App()
        .get('/counts', () => json(counts))
        .get('/wait', async ({ signal }) => {
          counts.begun++
          await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
          counts.aborted++
          return 'nobody is there'
        })
    },
    wire => giveUp(wire, 300),
  )
})

function endless(): Body {
  return { length: undefined, pull: () => new Uint8Array(100), cancel() {} }
}
