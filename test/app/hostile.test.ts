// Requests and programs that mean harm, or do not know what they do: each gets a clear answer, and nothing breaks.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { App, FieldError, json, Reply, text } from '../../src/index.ts'
import { World } from '../server/support.ts'
import { fakeExchange } from '../support/exchange.ts'
import { get } from '../support/h2-frames.ts'
import { openSocket } from '../support/sockets.ts'
import { ALSO_WITHOUT, eachWire, Wire } from './support.ts'

/** An application with something of everything behind its paths. */
const app = () =>
  new App()
    .get('/', () => 'index')
    .get('/users/:id', ({ params }) => json(params))
    .get('/numbers/:n<int>', ({ params }) => json(params))
    .get('/files/*', ({ params }) => json(params))
    .get('/%20/ü', () => 'encoded')
    .mount('/mounted', ({ base, path }) => json({ base, path }))
    .mount(
      '/app',
      new App().get('/:id', ({ params, url }) => json({ ...params, host: url.host })),
    )

/** Paths as sent, the status, and the content where it is of this application. */
const PATHS: readonly (readonly [path: string, status: number, content?: string])[] = [
  ['/users/%61', 200, '{"id":"a"}'],
  ['/users/a%2Fb', 200, '{"id":"a/b"}'],
  ['/users/a%2fb%2F', 200, '{"id":"a/b/"}'],
  ['/users/%25', 200, '{"id":"%"}'],
  ['/users/%2525', 200, '{"id":"%25"}'],
  ['/users/%E4%B8%96', 200, '{"id":"世"}'],
  ['/users/%F0%9F%A6%84', 200, '{"id":"🦄"}'],
  ['/users/%20', 200, '{"id":" "}'],
  ['/users/+', 200, '{"id":"+"}'],
  ['/users/__proto__', 200, '{"id":"__proto__"}'],
  ['/users/constructor', 200, '{"id":"constructor"}'],
  ['/users/hasOwnProperty', 200, '{"id":"hasOwnProperty"}'],
  ['/users/:id', 200, '{"id":":id"}'],
  ['/users/*', 200, '{"id":"*"}'],
  ['/users/%3Cint%3E', 200, '{"id":"<int>"}'],
  ['/users/...', 200, '{"id":"..."}'],
  ['/users/.hidden', 200, '{"id":".hidden"}'],
  ['/%20/%C3%BC', 200, 'encoded'],
  ['/numbers/9007199254740991', 200, '{"n":9007199254740991}'],
  ['/numbers/9007199254740992', 404],
  ['/numbers/1e3', 404],
  ['/numbers/0x10', 404],
  ['/numbers/-0', 404],
  ['/numbers/%31', 200, '{"n":1}'],
  ['/numbers/%D9%A1', 404],
  ['/numbers/NaN', 404],
  ['/__proto__', 404],
  ['/constructor', 404],
  ['/toString', 404],
  ['/users', 404],
  ['/users/', 404],
  ['/users//', 404],
  ['/users/a/', 404],
  ['//users/a', 404],
  ['//', 404],
  ['/Users/a', 404],
  // No UTF-8, overlong, a surrogate, beyond Unicode, and cut short.
  ['/users/%ff', 400],
  ['/users/%C0%AF', 400],
  ['/users/%E0%80%AF', 400],
  ['/users/%ED%A0%80', 400],
  ['/users/%F4%90%80%80', 400],
  ['/users/%E4%B8', 400],
  ['/files/%ff', 400],
  ['/nowhere/%ff', 400],
  // No percent-encoding at all.
  ['/users/%', 400],
  ['/users/%4', 400],
  ['/users/%zz', 400],
  ['/users/%u0041', 400],
  // Ways out, however they are written.
  ['/../users/a', 400],
  ['/users/..', 400],
  ['/users/%2e%2e', 400],
  ['/users/.%2E', 400],
  ['/files/../../etc/passwd', 400],
  ['/files/%2e%2e/%2e%2e/etc/passwd', 400],
  ['/files/a/.', 400],
  ['/mounted/../users/a', 400],
  ['/mounted/%2e%2e/users/a', 400],
  ['/mounted//evil.example', 404],
  ['/app//evil.example', 404],
]

eachWire('paths of every kind get the answer that is due', app, async wire => {
  for (const [path, status, content] of PATHS) {
    const answer = await wire.get(path)
    assert.equal(answer.status, status, path)
    if (content !== undefined) assert.equal(answer.content, content, path)
  }
  for (const path of PATHS.filter(([, status]) => status === 400).map(([path]) => path))
    assert.ok(
      wire.told('refused').some(({ refusal, exchange }) => exchange?.path === path && refusal.detail.length > 20),
      path,
    )
})

eachWire(
  'a NUL and other control characters are no part of a value that a program would be hurt by',
  app,
  async wire => {
    for (const path of ['/users/a%00b', '/files/a%00.html', '/users/%0d%0aX-Evil:1']) {
      const { status, content, fields } = await wire.get(path)
      assert.equal(fields['x-evil'], undefined)
      assert.ok(status === 400 || JSON.parse(content) !== null, path)
    }
  },
)

eachWire(
  'long and deep paths are answered, and quickly',
  app,
  async wire => {
    const long = (piece: string) => piece.repeat(Math.floor(8000 / piece.length))
    for (const [path, status] of [
      [long('/'), 404],
      [`/users/${long('a')}`, 200],
      [`/files/${long('a/')}`, 200],
      [`/users${long('/a')}`, 404],
      [`/users/${long('%61')}`, 200],
      [`/users/${long('%')}`, 400],
      [`/files/${long('.../')}`, 200],
      [`/numbers/${long('9')}`, 404],
      [`/?${long('a=b&')}`, 200],
      [`/users/a?${long('?')}`, 200],
    ] as const)
      assert.equal((await wire.get(path)).status, status, path.slice(0, 20))
  },
  { wires: ALSO_WITHOUT },
)

describe('targets of other forms', () => {
  test('are answered over HTTP/1.1 as what they stand for', async () => {
    const wire = await Wire.serve('HTTP/1.1', app())
    try {
      for (const [head, status] of [
        [`GET http://elsewhere.example/users/7?x HTTP/1.1\r\nHost: elsewhere.example`, 200],
        [`GET http://elsewhere.example HTTP/1.1\r\nHost: elsewhere.example`, 200],
        [`OPTIONS * HTTP/1.1\r\nHost: x`, 204],
        [`GET * HTTP/1.1\r\nHost: x`, 400],
        [`CONNECT x:80 HTTP/1.1\r\nHost: x:80`, 404],
        [`CONNECT /users/7 HTTP/1.1\r\nHost: x`, 400],
        [`GET users/7 HTTP/1.1\r\nHost: x`, 400],
        [`GET /users/\xff HTTP/1.1\r\nHost: x`, 400],
        [`GET /users/a\\b HTTP/1.1\r\nHost: x`, 200],
        [`GET /users/<script> HTTP/1.1\r\nHost: x`, 200],
      ] as const)
        assert.ok([status, 400].includes(await statusOf(wire, head)), head)
    } finally {
      await wire.stop()
    }
  })

  test('are answered over HTTP/2 as what they stand for', async () => {
    const world = new World(app().handler)
    const { client } = world.connectHttp2()
    const answered = async (fields: Parameters<typeof client.request>[0]) => {
      const stream = client.request(fields)
      await world.settle()
      return client.answer(stream).status || client.answer(stream).reset
    }
    assert.equal(await answered(get('/users/7')), 200)
    const connect = await answered([
      [':method', 'CONNECT'],
      [':authority', 'x:80'],
    ])
    assert.equal(connect, 404)
    const star = await answered([
      [':method', 'OPTIONS'],
      [':scheme', 'http'],
      [':authority', 'x'],
      [':path', '*'],
    ])
    assert.equal(star, 204)
    await world.closeAndCheck()
  })
})

describe('names that every object has', () => {
  eachWire(
    'are values like others in parameters, queries, cookies and fields',
    () =>
      new App({ state: () => ({ own: 'state' }) }).get('/:constructor/:toString', context => {
        const { params, query, cookies, fields, state } = context
        return json({
          params: [params.constructor, params.toString],
          query: [query.get('__proto__'), query.get('constructor'), query.has('hasOwnProperty')],
          cookies: [cookies.get('__proto__') ?? null, cookies.get('constructor') ?? null],
          fields: [fields.get('constructor') ?? null, fields.get('__proto__') ?? null, fields.get('toString') ?? null],
          state: Object.keys(state),
          polluted: ({} as Record<string, unknown>).polluted ?? null,
        })
      }),
    async wire => {
      const { content } = await wire.get('/a/b?__proto__=1&__proto__[polluted]=1', {
        Cookie: '__proto__=2; __proto__.polluted=1',
        constructor: 'c',
      })
      assert.deepEqual(JSON.parse(content), {
        params: ['a', 'b'],
        query: ['1', null, false],
        cookies: ['2', null],
        fields: ['c', null, null],
        state: ['own'],
        polluted: null,
      })
    },
    { wires: ALSO_WITHOUT },
  )

  test('can be the names of parameters, or are refused when the route is added', async () => {
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
      for (const [path, target, value] of [
        [`/:${name}`, '/value', 'value'],
        [`/x/:${name}?`, '/x', 'none of its own'],
      ]) {
        const app = new App()
        try {
          app.get(path, ({ params }) =>
            Object.hasOwn(params, name) ? String((params as Record<string, unknown>)[name]) : 'none of its own',
          )
        } catch (error) {
          assert.ok(error instanceof TypeError && error.message.includes(name))
          continue
        }
        assert.equal(String((await app.handler(fakeExchange({ target }))).body), value, path)
      }
    }
  })
})

describe('a program that does what it should not', () => {
  eachWire(
    'answers with fields that cannot be sent, and gets an error where it makes them',
    () => {
      const app = new App()
      const evil = 'x\r\nSet-Cookie: evil=1'
      for (const [name, make] of Object.entries({
        text: () => text('', 200, { 'X-A': evil }),
        json: () => json(1, 200, { [evil]: '1' }),
        with: () => text('').with('X-A', evil),
        status: () => text('', 200.5),
        early: () => text('', 103),
        response: () => new Response('', { headers: { 'X-A': evil } }),
      }))
        app.get(`/${name}`, () => {
          assert.throws(
            make,
            error => error instanceof FieldError || error instanceof RangeError || error instanceof TypeError,
          )
          return 'refused'
        })
      return app
    },
    async wire => {
      for (const path of ['/text', '/json', '/with', '/status', '/early', '/response']) {
        const { content, setCookies } = await wire.get(path)
        assert.deepEqual([content, setCookies], ['refused', []], path)
      }
    },
    { wires: ALSO_WITHOUT },
  )

  eachWire(
    'changes what it was given, and hurts nobody else',
    () =>
      new App()
        .get('/:id', context => {
          Object.assign(context.params, { id: 'changed' })
          context.query.set('a', 'changed')
          context.url.pathname = '/changed'
          return json([context.params.id, context.query.get('a'), context.path])
        })
        .get('/none', ({ params }) => {
          try {
            Object.assign(params, { leaked: 'yes' })
          } catch {
            // It cannot be changed at all.
          }
          return json(params)
        }),
    async wire => {
      for (const id of ['1', '2'])
        assert.equal((await wire.get(`/${id}?a=1`)).content, `["changed","changed","/${id}"]`)
      assert.equal((await wire.get('/none')).content, '{}')
    },
    { wires: ALSO_WITHOUT },
  )

  eachWire(
    'answers and throws',
    () =>
      new App()
        .around(async (_, next) => {
          await next()
          throw new Error('after all')
        })
        .get('/', () => 'answered'),
    async wire => {
      assert.equal((await wire.get('/')).status, 500)
      assert.deepEqual(wire.failures(), ['Error: after all'])
    },
    { fails: true },
  )

  eachWire(
    'answers with bytes and goes on writing into them, only after they are sent',
    () => {
      const shared = new Uint8Array(8).fill(0x61)
      return new App().get('/', () => {
        setImmediate(() => shared.fill(0x62))
        shared.fill(0x61)
        return shared
      })
    },
    async wire => {
      assert.equal((await wire.get('/')).bytes.length, 8)
    },
  )

  eachWire(
    'answers with a Response that was used before',
    () => {
      const used = new Response('used')
      return new App().get('/', () => used)
    },
    async wire => {
      assert.equal((await wire.get('/')).content, 'used')
      const again = await wire.get('/')
      assert.equal(again.status, 500)
      assert.equal(wire.failures().length, 1)
    },
    { fails: true },
  )

  eachWire(
    'makes replies of statuses that have no content, with content',
    () =>
      new App().get(
        '/:status<int>',
        ({ params }) => new Reply(params.status, undefined, 'content that must not be sent'),
      ),
    async wire => {
      const session = wire.session()
      for (const status of [204, 205, 304]) {
        const answer = await session.ask('GET', `/${status}`)
        assert.deepEqual([answer.status, answer.content], [status, ''])
      }
      assert.equal((await session.ask('GET', '/200')).content, 'content that must not be sent')
    },
  )
})

/** The status that a head is answered with. */
async function statusOf({ port }: Wire, head: string): Promise<number> {
  const { socket } = await openSocket(port, {}, null)
  try {
    socket.end(Buffer.from(`${head}\r\nConnection: close\r\n\r\n`, 'latin1'))
    const answer = Buffer.concat(await socket.toArray()).toString('latin1')
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0)
  } finally {
    socket.destroy()
  }
}
