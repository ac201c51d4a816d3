// What fails in an application: a plain 500 for the client, and a report with the request for the operator.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { App, createLog, FieldList, Refused, Reply, type ServerEvent, Tunnel, text } from '../../src/index.ts'
import { Lines } from '../observe/support.ts'
import { eachWire } from './support.ts'

class Thing {
  readonly some = 'thing'
}

const NUMBERED = Object.defineProperty(class {}, 'name', { value: 7 })
const SECRET = Object.defineProperty(class {}, 'name', {
  get() {
    throw new Error('asked')
  },
})
const NAME = 'N'.repeat(50)
const LONG_NAMED = { [NAME]: class {} }[NAME]

/** What is no reply, and what the report says of it. */
const NO_REPLIES: readonly (readonly [name: string, answer: () => unknown, says: RegExp])[] = [
  ['undefined', () => undefined, /undefined \(is a return missing\?\)/],
  ['null', () => null, /null \(empty\(\)/],
  ['a number', () => 42, /the number 42/],
  ['0', () => 0, /the number 0/],
  ['a boolean', () => false, /the boolean false/],
  ['a bigint', () => 7n, /the bigint 7/],
  ['a symbol', () => Symbol('sign'), /the symbol Symbol\(sign\)/],
  ['a function', () => function answer() {}, /the function answer/],
  ['a class', () => Thing, /the function Thing/],
  ['a class whose name is no text', () => NUMBERED, /the function value without a name, which/],
  ['a class whose name cannot be asked for', () => SECRET, /the function value without a name, which/],
  ['an object', () => ({ a: 1 }), /an object \(json/],
  ['an object without a prototype', () => Object.create(null), /an object \(json/],
  ['an array', () => [1, 2], /an array \(json/],
  ['an object of a class', () => new Thing(), /a Thing/],
  ['a Map', () => new Map(), /a Map/],
  ['an Error', () => new RangeError('returned'), /a RangeError/],
  ['a Request', () => new Request('http://localhost/'), /a Request/],
  ['a String object', () => new String('text'), /a String/],
  ['a DataView', () => new DataView(new ArrayBuffer(1)), /a DataView/],
  ['an ArrayBuffer', () => new ArrayBuffer(1), /an? ArrayBuffer/],
  ['a generator', () => (function* () {})(), /answered with/],
  ['an async generator', () => (async function* () {})(), /answered with/],
  ['a ReadableStream', () => new ReadableStream(), /a ReadableStream/],
  ['a promise of nothing', () => Promise.resolve(), /undefined \(is a return missing\?\)/],
  ['a promise of a promise of a number', () => Promise.resolve(Promise.resolve(1)), /the number 1/],
  ['an object of a class without a name', () => new (class {})(), /a value without a name/],
  [
    'an object of a class whose name is no text',
    () => Object.create({ constructor: { name: 7 } }),
    /a value without a name/,
  ],
  ['an object of a class with a long name', () => new LONG_NAMED(), /a N{40}, which/],
  ['a long number', () => 10n ** 100n, /the bigint 10{39}, which/],
  ['an object with a constructor that is none', () => ({ constructor: { name: Symbol('x') } }), /an object/],
  [
    'an object whose constructor cannot be asked for',
    () => ({
      get constructor(): never {
        throw new Error('asked')
      },
    }),
    /an object/,
  ],
  ['a proxy', () => new Proxy({}, {}), /an object/],
  ['an object that looks like a reply', () => ({ status: 200, fields: FieldList.empty, body: 'x' }), /an object/],
  ['a thenable of nothing', () => thenable(resolve => resolve(undefined)), /undefined/],
]

/** What a handler may answer with, though it is not quite the usual. */
const REPLIES: readonly (readonly [name: string, answer: () => unknown, content: string])[] = [
  ['an empty string', () => '', ''],
  ['empty bytes', () => new Uint8Array(), ''],
  ['a Buffer', () => Buffer.from('buffered'), 'buffered'],
  ['a promise', () => Promise.resolve('promised'), 'promised'],
  ['a promise of another realm', () => runInNewContext('Promise.resolve("from afar")'), 'from afar'],
  ['what an async function of another realm gives', () => runInNewContext('(async () => "from afar")()'), 'from afar'],
  ['a thenable', () => thenable(resolve => resolve('then')), 'then'],
  [
    'a thenable that settles more than once',
    () =>
      thenable((resolve, reject) => {
        resolve('once')
        reject(new Error('twice'))
        resolve('thrice')
        throw new Error('and more')
      }),
    'once',
  ],
  ['a thenable of a thenable', () => thenable(resolve => resolve(thenable(again => again('both')))), 'both'],
  ['a promise of a class of its own', () => class Own extends Promise<string> {}.resolve('own'), 'own'],
  ['a Response', () => new Response('web'), 'web'],
  ['a reply of a class of its own', () => new (class Own extends Reply {})(200, FieldList.empty, 'own'), 'own'],
  ['a proxy of a reply', () => new Proxy(text('proxied'), {}), 'proxied'],
  ['the same reply every time', () => SAME, 'same'],
]
const SAME = text('same')

type Settle = (value: unknown) => void

/** What can be waited for and is no Promise. */
function thenable(then: (resolve: Settle, reject: Settle) => void): object {
  return { then }
}

describe('a handler that answers with', () => {
  for (const [name, answer, says] of NO_REPLIES)
    eachWire(
      `${name} is an error that names the route`,
      () => new App().get('/things/:id', answer as never),
      async wire => {
        const { status, content } = await wire.get('/things/7')
        assert.deepEqual([status, content], [500, '500 Internal Server Error\n'])
        const [{ error, exchange }, ...more] = wire.told('failed')
        assert.deepEqual(more, [])
        assert.ok(error instanceof TypeError)
        assert.match(error.message, /^GET \/things\/:id answered with /)
        assert.match(error.message, says)
        assert.equal(exchange?.path, '/things/7')
      },
      { fails: true },
    )

  for (const [name, answer, content] of REPLIES)
    eachWire(
      `${name} has answered`,
      () => new App().get('/', answer as never),
      async wire => {
        for (let time = 0; time < 2; time++) {
          const reply = await wire.get('/')
          assert.deepEqual([reply.status, reply.content], [200, content])
        }
      },
    )

  eachWire(
    'a tunnel that nobody asked for fails',
    () => new App().get('/', () => new Reply(200, FieldList.empty, new Tunnel(way => way))),
    async wire => {
      assert.equal((await wire.get('/')).status, 500)
      assert.match(wire.failures()[0], /tunnel/)
    },
    { fails: true },
  )

  eachWire(
    'what is no reply, in a hook where there is no route, is told as that',
    () => new App().after(() => 1 as never),
    async wire => {
      assert.equal((await wire.get('/nowhere')).status, 500)
      assert.match(wire.failures()[0], /A hook, where there is no route, answered with the number 1/)
    },
    { fails: true },
  )
})

/** What can be thrown that is hard to show. */
const THROWN: Readonly<Record<string, () => unknown>> = {
  'an error': () => new Error('plain'),
  'an error with a cause': () => new Error('outer', { cause: new Error('inner') }),
  'an error that is its own cause': () => {
    const error = new Error('circular')
    error.cause = error
    return error
  },
  undefined: () => undefined,
  null: () => null,
  'a string': () => 'a string',
  'a symbol': () => Symbol('thrown'),
  'a number': () => Number.NaN,
  'a function': () => () => {},
  'an object without a prototype': () => Object.create(null),
  'an object that holds itself': () => {
    const object: Record<string, unknown> = {}
    object.self = object
    return object
  },
  'an error whose message throws': () => hostile(new Error('x'), 'message'),
  'an error whose stack throws': () => hostile(new Error('x'), 'stack'),
  'an error whose name throws': () => hostile(new Error('x'), 'name'),
  'an error whose cause throws': () => hostile(new Error('x'), 'cause'),
  'an error whose toString throws': () => hostile(hostile(new Error('x'), 'toString'), 'stack'),
  'an error whose stack is no text': () => Object.defineProperty(new Error('x'), 'stack', { value: { no: 'text' } }),
  'an error with a stack of a megabyte': () =>
    Object.defineProperty(new Error('x'), 'stack', { value: 'x'.repeat(1e6) }),
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  },
  'a proxy that throws whatever it is asked': () =>
    new Proxy(
      {},
      new Proxy(
        {},
        {
          get() {
            return () => {
              throw new Error('asked')
            }
          },
        },
      ),
    ),
  'a refusal of a class that only looks like it': () => Object.assign(new Error('x'), { refusal: { status: 200 } }),
  'an AbortError': () => new DOMException('gone', 'AbortError'),
}

function hostile<T extends object>(target: T, property: string): T {
  return Object.defineProperty(target, property, {
    get() {
      throw new Error(`${property} was asked for`)
    },
  })
}

for (const development of [false, true]) {
  describe(development ? 'in development, what is thrown' : 'what is thrown', () => {
    for (const [name, thrown] of Object.entries(THROWN))
      for (const hooked of [false, true])
        eachWire(
          `is answered and reported: ${name}${hooked ? ', past hooks' : ''}`,
          () => {
            const app = new App()
            if (hooked) {
              app.after((_, reply) => reply.with('X-After', '1'))
              app.error(() => undefined)
              app.around((_, next) => next())
            }
            return app
              .get('/now', () => {
                throw thrown()
              })
              .get('/later', async () => {
                await null
                throw thrown()
              })
          },
          async wire => {
            for (const path of ['/now', '/later']) {
              const { status, content, fields } = await wire.get(path)
              assert.equal(status, 500)
              assert.match(content, /^500 Internal Server Error\n/)
              if (!development) assert.equal(content, '500 Internal Server Error\n')
              assert.ok(content.length < 10_000)
              assert.equal(fields['x-after'], hooked ? '1' : undefined)
            }
            assert.deepEqual(
              wire.told('failed').map(({ exchange }) => exchange?.path),
              ['/now', '/later'],
            )
            assert.equal(wire.told('refused').length, 0)
            assert.match(logged(wire.reports), /\/now/)
          },
          { fails: true, serve: { development } },
        )
  })
}

describe('a failure', () => {
  const app = () =>
    new App().get('/fails', () => {
      throw new Error('The secret is in src/secrets.ts')
    })

  eachWire(
    'shows its stack to clients in development alone',
    app,
    async wire => {
      const { content } = await wire.get('/fails')
      assert.match(content, /The secret is in src\/secrets\.ts/)
      assert.match(content, /errors\.test\.ts:\d+/)
    },
    { fails: true, serve: { development: true } },
  )

  eachWire(
    'is logged with its request',
    app,
    async wire => {
      await wire.get('/fails?with=query')
      const log = logged(wire.reports)
      assert.match(log, /The secret is in src\/secrets\.ts/)
      assert.match(log, /GET/)
      assert.match(log, /\/fails/)
    },
    { fails: true },
  )

  eachWire(
    'leaves the connection, and other requests on it, as they were',
    () =>
      app()
        .get('/fine', () => 'fine')
        .get('/stream', () => {
          const pieces = (async function* () {
            yield new Uint8Array(10)
            await null
            throw new Error('breaks off')
          })()
          return new Response(ReadableStream.from(pieces))
        }),
    async wire => {
      const session = wire.session()
      for (let time = 0; time < 3; time++) {
        assert.equal((await session.ask('GET', '/fails')).status, 500)
        assert.equal((await session.ask('GET', '/fine')).content, 'fine')
      }
      await assert.rejects(session.ask('GET', '/stream'))
      assert.equal((await session.ask('GET', '/fine')).content, 'fine')
      assert.match(wire.failures().join(), /breaks off/)
    },
    { fails: true },
  )

  eachWire(
    'of making state, or the values of a connection, is one of the handler that asks for them',
    () =>
      new App({
        state: () => {
          throw new Error('no state')
        },
        connection: () => {
          throw new Error('no values')
        },
      })
        .get('/state', ({ state }) => String(state))
        .get('/connection', ({ connection }) => String(connection))
        .get('/', () => 'fine'),
    async wire => {
      assert.equal((await wire.get('/')).content, 'fine')
      assert.equal((await wire.get('/state')).status, 500)
      assert.equal((await wire.get('/connection')).status, 500)
      assert.deepEqual(wire.failures(), ['Error: no state', 'Error: no values'])
    },
    { fails: true },
  )

  eachWire(
    'after the reply has been given is no concern of the reply',
    () =>
      new App().get('/', ({ exchange }) => {
        queueMicrotask(() => {
          exchange.refuse(new Error('afterwards'))
          exchange.inform(103, FieldList.empty)
        })
        return 'answered'
      }),
    async wire => {
      assert.equal((await wire.get('/')).content, 'answered')
      assert.deepEqual(wire.failures(), ['Error: afterwards'])
    },
    { fails: true },
  )
})

describe('a refusal', () => {
  eachWire(
    'that a handler throws has the status, the fields and no more',
    () =>
      new App().get('/', () => {
        throw new Refused({
          status: 429,
          rule: 'too-many',
          detail: 'Not so fast',
          fields: FieldList.of({ 'Retry-After': 7 }),
        })
      }),
    async wire => {
      const { status, fields, content } = await wire.get('/')
      assert.deepEqual([status, fields['retry-after'], content], [429, '7', '429 Too Many Requests\n'])
      assert.deepEqual(
        wire.told('refused').map(({ refusal, exchange }) => [refusal.rule, exchange?.path]),
        [['too-many', '/']],
      )
    },
  )

  eachWire(
    'of a path without a route can be answered by an error hook, with what it says',
    () =>
      new App()
        .error((_, error) => {
          if (!(error instanceof Refused)) return undefined
          const { status, rule, fields } = error.refusal
          return text(rule, status, fields)
        })
        .get('/here', () => ''),
    async wire => {
      const missing = await wire.get('/nowhere')
      assert.deepEqual([missing.status, missing.content], [404, 'not-found'])
      const wrong = await wire.ask('POST', '/here')
      assert.deepEqual([wrong.status, wrong.content], [405, 'method-not-allowed'])
      assert.match(wrong.fields.allow, /GET/)
      assert.deepEqual(wire.told('refused'), [])
    },
  )
})

eachWire(
  'an error hook that answers with the status of a refusal sends along what that asks for',
  () =>
    new App()
      .error((_, error) => {
        if (!(error instanceof Refused)) return undefined
        const { status, rule } = error.refusal
        if (rule === 'own') return text(rule, status, { 'Retry-After': '1', 'X-Own': 'yes' })
        return text(rule, rule === 'other' ? 500 : status)
      })
      .get('/here', () => '')
      .get('/:rule', ({ params }) => {
        const fields = FieldList.of([
          ['Retry-After', '7'],
          ['WWW-Authenticate', 'Basic'],
          ['WWW-Authenticate', 'Bearer'],
        ])
        throw new Refused({
          status: 401,
          rule: params.rule,
          detail: 'No',
          ...(params.rule === 'bare' ? {} : { fields }),
        })
      }),
  async wire => {
    const wrong = await wire.ask('POST', '/here')
    assert.deepEqual([wrong.status, wrong.content], [405, 'method-not-allowed'])
    assert.match(wrong.fields.allow, /GET/)
    const told = async (path: string) => {
      const { status, fields } = await wire.get(path)
      return [status, fields['retry-after'], fields['www-authenticate'], fields['x-own']]
    }
    assert.deepEqual(await told('/plain'), [401, '7', 'Basic, Bearer', undefined])
    assert.deepEqual(await told('/own'), [401, '1', 'Basic, Bearer', 'yes'])
    assert.deepEqual(await told('/other'), [500, undefined, undefined, undefined])
    assert.deepEqual(await told('/bare'), [401, undefined, undefined, undefined])
  },
)

test('an application refuses options that it does not know, and makers that are none', () => {
  assert.throws(() => new App({ sate: () => ({}) } as never), { name: 'TypeError', message: /no option sate/ })
  assert.throws(() => new App({ state: {} } as never), { name: 'TypeError', message: /state must be a function/ })
  assert.throws(() => new App({ connection: null } as never), { name: 'TypeError', message: /connection must be/ })
})

/** What logs make of it, as text and as JSON. */
function logged(events: readonly ServerEvent[]): string {
  const lines = new Lines()
  for (const format of ['text', 'json'] as const) {
    const log = createLog({
      level: 'DEBUG',
      format,
      access: true,
      colour: false,
      file: null,
      stdout: lines,
      stderr: lines,
      date: () => 0,
    })
    for (const event of events) log.report(event)
    log.close()
  }
  return lines.written
}
