// Which route answers a method and a path, what HEAD and OPTIONS get, and that Allow tells the truth.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { App, Refused, type Reply, text } from '../../src/index.ts'
import { fakeExchange } from '../support/exchange.ts'
import { ALSO_WITHOUT, eachWire } from './support.ts'

describe('a method', () => {
  eachWire(
    'is answered by its own route',
    () => {
      const app = new App()
      for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const)
        app[method]('/thing', context => `${method} ${context.method} ${context.route}`)
      app.on('PROPFIND', '/thing', ({ route }) => route)
      app.on(['LOCK', 'UNLOCK'], '/thing', ({ route, method }) => `${route} by ${method}`)
      return app
    },
    async wire => {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
        assert.equal((await wire.ask(method, '/thing')).content, `${method.toLowerCase()} ${method} ${method} /thing`)
      assert.equal((await wire.ask('PROPFIND', '/thing')).content, 'PROPFIND /thing')
      assert.equal((await wire.ask('LOCK', '/thing')).content, 'LOCK /thing by LOCK')
      assert.equal((await wire.ask('UNLOCK', '/thing')).content, 'UNLOCK /thing by UNLOCK')
    },
    { wires: ALSO_WITHOUT },
  )

  eachWire(
    'that no route of the path takes is refused with those that are',
    () =>
      new App()
        .get('/thing', () => '')
        .post('/thing', () => '')
        .delete('/thing/:id', () => ''),
    async wire => {
      for (const method of ['PUT', 'PATCH', 'DELETE', 'PROPFIND', 'TRACE', 'get', 'Post', 'NO-SUCH-METHOD']) {
        const { status, fields } = await wire.ask(method, '/thing')
        assert.equal(status, 405, method)
        assert.deepEqual(methodsOf(fields.allow), ['GET', 'HEAD', 'OPTIONS', 'POST'], method)
      }
      const { status, fields } = await wire.ask('GET', '/thing/7')
      assert.equal(status, 405)
      assert.deepEqual(methodsOf(fields.allow), ['DELETE', 'OPTIONS'])
      assert.ok(wire.told('refused').every(({ refusal }) => refusal.rule === 'method-not-allowed'))
      assert.match(wire.told('refused')[0].refusal.detail, /not for PUT.*GET/)
    },
  )

  eachWire(
    'whatever it is, is answered by a route for all',
    () =>
      new App()
        .all('/any', ({ method, route }) => text('', 200, { 'X-Seen': `${method} ${route}` }))
        .get('/some', () => 'get')
        .all('/some', () => 'any'),
    async wire => {
      for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'TRACE', 'BREW', '__proto__', 'constructor', '*'])
        assert.equal((await wire.ask(method, '/any')).fields['x-seen'], `${method} * /any`, method)
      assert.equal((await wire.get('/some')).content, 'get')
      assert.equal((await wire.ask('POST', '/some')).content, 'any')
    },
  )

  eachWire(
    'with the name of something that every object has is like any other',
    () =>
      new App()
        .get('/thing', () => '')
        .on('constructor', '/thing', () => 'made')
        .on('hasOwnProperty', '/own', () => 'owned'),
    async wire => {
      for (const method of ['__proto__', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__']) {
        const { status, fields } = await wire.ask(method, '/thing')
        assert.equal(status, 405, method)
        assert.deepEqual(methodsOf(fields.allow), ['GET', 'HEAD', 'OPTIONS', 'constructor'])
        assert.equal((await wire.ask(method, '/nothing')).status, 404)
      }
      assert.equal((await wire.ask('constructor', '/thing')).content, 'made')
      assert.equal((await wire.ask('hasOwnProperty', '/own')).content, 'owned')
    },
  )

  test('must be one that can be sent', () => {
    for (const wrong of ['', 'GET POST', 'G\nET', 'GET/', 'é'])
      assert.throws(() => new App().on(wrong, '/', () => ''), { name: 'TypeError' }, JSON.stringify(wrong))
    assert.throws(() => new App().on([], '/', () => ''), { name: 'TypeError', message: /no method/ })
  })
})

test('a route needs a handler', () => {
  for (const wrong of [undefined, null, 'text', {}, []])
    for (const given of [[wrong], [{}, wrong]])
      assert.throws(() => (new App() as unknown as Loose).get('/', ...given), {
        name: 'TypeError',
        message: /The handler of GET \/ must be a function/,
      })
})

describe('HEAD', () => {
  eachWire(
    'has the fields of GET, and no content',
    () =>
      new App()
        .get('/text', () => 'some text')
        .get('/large', () => new Uint8Array(100_000))
        .get('/own', () => 'of GET')
        .on('HEAD', '/own', () => text('', 200, { 'X-Own': 'yes' }))
        .post('/post', () => '')
        .get('/fails', () => {
          throw new Refused({ status: 409, rule: 'no', detail: 'No' })
        }),
    async wire => {
      for (const path of ['/text', '/large', '/fails', '/nowhere']) {
        const [get, head] = [await wire.get(path), await wire.ask('HEAD', path)]
        assert.deepEqual([head.status, head.fields, head.content], [get.status, get.fields, ''], path)
      }
      assert.equal((await wire.ask('HEAD', '/large')).fields['content-length'], '100000')
      assert.equal((await wire.ask('HEAD', '/own')).fields['x-own'], 'yes')
      assert.equal((await wire.ask('HEAD', '/post')).status, 405)
    },
    { wires: ALSO_WITHOUT },
  )

  eachWire(
    'of a stream lets go of it unread',
    () => {
      let pulled = 0
      let cancelled = 0
      return new App()
        .get('/stream', () => {
          async function* pieces(): AsyncGenerator<Uint8Array> {
            pulled++
            yield new Uint8Array(10)
          }
          const generator = pieces()
          return new Response(
            new ReadableStream(
              {
                async pull(controller) {
                  controller.enqueue((await generator.next()).value as Uint8Array)
                },
                cancel() {
                  cancelled++
                },
              },
              { highWaterMark: 0 },
            ),
          )
        })
        .get('/counts', () => `${pulled} ${cancelled}`)
    },
    async wire => {
      assert.equal((await wire.ask('HEAD', '/stream')).content, '')
      assert.equal((await wire.get('/counts')).content, '0 1')
    },
    { wires: ALSO_WITHOUT },
  )
})

describe('OPTIONS', () => {
  eachWire(
    'tells what the routes of a path take, without asking them',
    () => {
      const app = new App()
      app.get('/thing', () => assert.fail('asked'))
      app.post('/thing', () => assert.fail('asked'))
      app.on('OPTIONS', '/own', () => 'of its own')
      return app
    },
    async wire => {
      const { status, fields, content } = await wire.ask('OPTIONS', '/thing')
      assert.deepEqual([status, content, methodsOf(fields.allow)], [204, '', ['GET', 'HEAD', 'OPTIONS', 'POST']])
      assert.equal((await wire.ask('OPTIONS', '/own')).content, 'of its own')
      assert.equal((await wire.ask('OPTIONS', '/nowhere')).status, 404)
    },
    { wires: ALSO_WITHOUT },
  )

  eachWire(
    'of the server as a whole is answered, whatever routes there are',
    () => new App().get('/', () => '').before(({ method }) => (method === 'GET' ? 'hooked' : undefined)),
    async wire => {
      assert.equal((await wire.ask('OPTIONS', '*')).status, 204)
    },
  )
})

test('no method but OPTIONS asks about the server as a whole', () => {
  const app = new App().get('/', () => '')
  assert.equal((app.handler(fakeExchange({ method: 'OPTIONS', target: '*' })) as Reply).status, 204)
  assert.throws(() => app.handler(fakeExchange({ target: '*' })), Refused)
})

describe('a path', () => {
  eachWire(
    'is answered by the route that says most of it',
    () =>
      new App()
        .get('/*', ({ params }) => `rest ${params['*']}`)
        .get('/users/:id', ({ params }) => `user ${params.id}`)
        .get('/users/me', () => 'me')
        .post('/users/you', () => 'you')
        .get('/users/:id<int>', ({ params }) => `number ${params.id} ${typeof params.id}`)
        .get('/users/:id/posts/:post?', ({ params }) => JSON.stringify(params)),
    async wire => {
      for (const [path, content] of [
        ['/', 'rest '],
        ['/else', 'rest else'],
        ['/else/where', 'rest else/where'],
        ['/users/me', 'me'],
        ['/users/you', 'user you'],
        ['/users/7', 'number 7 number'],
        ['/users/07', 'user 07'],
        ['/users/x%20y', 'user x y'],
        ['/users/x%2Fy', 'user x/y'],
        ['/users/x/posts', '{"id":"x"}'],
        ['/users/x/posts/y', '{"id":"x","post":"y"}'],
      ])
        assert.equal((await wire.get(path)).content, content, path)
      assert.equal((await wire.ask('POST', '/users/you')).content, 'you')
    },
    { wires: ALSO_WITHOUT },
  )

  eachWire(
    'below groups has their prefixes before it',
    () =>
      new App().group('/a/:first', a => {
        a.get('/', ({ params }) => `index ${params.first}`)
        a.post('', ({ params }) => `posted ${params.first}`)
        a.group('/b', b => {
          b.get('/:second', ({ params, route }) => `${params.first} ${params.second} ${route}`)
          b.group('', same => same.get('/same/x', () => 'same'))
        })
      }),
    async wire => {
      assert.equal((await wire.get('/a/1/b/2')).content, '1 2 GET /a/:first/b/:second')
      assert.equal((await wire.get('/a/1/')).content, 'index 1')
      assert.equal((await wire.get('/a/1')).content, 'index 1')
      assert.equal((await wire.ask('POST', '/a/1')).content, 'posted 1')
      assert.equal((await wire.ask('POST', '/a/1/')).status, 405)
      assert.equal((await wire.get('/a/1/b/same/x')).content, 'same')
      assert.equal((await wire.get('/b/2')).status, 404)
    },
    { wires: ALSO_WITHOUT },
  )
})

test('paths and prefixes that would run into each other are refused', () => {
  const app = new App()
  assert.throws(() => app.group('/a', a => a.get('b', () => '')), /"b" would make "\/ab" of the prefix "\/a"/)
  assert.throws(() => app.group('/a', 5 as never), /What defines the group \/a must be a function, not number/)
  for (const prefix of ['a', '/a/', '/'])
    assert.throws(
      () => app.group(prefix, () => {}),
      /A group's prefix is empty, or begins with a slash and does not end/,
    )
  for (const prefix of ['', 'a', '/a?', '/*'])
    assert.throws(() => app.mount(prefix, () => text('')), /below a prefix that begins with a slash/)
})

interface Loose {
  get(...given: unknown[]): App
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND', '*'] as const
const PATHS = ['/', '/a', '/a/b', '/:x', '/a/:x', '/:x/b', '/a/:x<int>', '/*', '/a/*', '/:x/:y?'] as const

describe('whatever routes there are', () => {
  const routes = fc.uniqueArray(fc.tuple(fc.constantFrom(...METHODS), fc.constantFrom(...PATHS)), {
    selector: ([method, path]) => `${method} ${path}`,
    maxLength: 8,
  })
  const asked = fc.constantFrom('/', '/a', '/b', '/a/b', '/a/7', '/a/c', '/c/b', '/a/b/c', '/x/y')

  test('every method that Allow lists is answered, and no other is', async () => {
    await fc.assert(
      fc.asyncProperty(routes, asked, async (routes, path) => {
        const app = appOf(routes)
        if (app === null) return
        const refused = await ask(app, 'NO-SUCH-METHOD', path)
        if (refused.status === 200) return
        const allowed = methodsOf(refused.allow)
        assert.equal(refused.status, allowed.length === 0 ? 404 : 405)
        for (const method of METHODS) {
          const { status } = await ask(app, method, path)
          const isListed = allowed.includes(method)
          assert.ok(
            isListed ? status < 300 : status === refused.status,
            `${method} ${path}: ${status}, Allow: ${allowed}`,
          )
        }
        const options = await ask(app, 'OPTIONS', path)
        if (options.status === 204) assert.deepEqual(methodsOf(options.allow), allowed)
      }),
      { numRuns: 1000 },
    )
  })

  test('the order in which they are added is of no matter', async () => {
    await fc.assert(
      fc.asyncProperty(
        routes,
        asked,
        fc.constantFrom(...METHODS),
        fc.infiniteStream(fc.nat()),
        async (routes, path, method, random) => {
          const one = appOf(routes)
          const shuffled = routes
            .map(route => [random.next().value as number, route] as const)
            .sort(([a], [b]) => a - b)
            .map(([, route]) => route)
          const two = appOf(shuffled)
          assert.equal(one === null, two === null)
          if (one === null || two === null) return
          assert.deepEqual(await ask(two, method, path), await ask(one, method, path))
        },
      ),
      { numRuns: 1000 },
    )
  })
})

/** Null where routes clash. */
function appOf(routes: readonly (readonly [method: string, path: string])[]): App | null {
  const app = new App()
  try {
    for (const [method, path] of routes)
      if (method === '*') app.all(path, ({ route }) => route)
      else app.on(method, path, ({ route }) => route)
  } catch {
    return null
  }
  return app
}

async function ask(app: App, method: string, path: string) {
  try {
    const { status, body, fields }: Reply = await app.handler(fakeExchange({ method, target: path }))
    return { status, body, allow: fields.get('allow') }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { status: error.refusal.status, body: null, allow: error.refusal.fields?.get('allow') }
  }
}

function methodsOf(allow: string | undefined): string[] {
  return allow === undefined ? [] : allow.split(', ').sort()
}
