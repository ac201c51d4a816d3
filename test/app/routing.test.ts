// Which route a method and a path find, and with which values.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Router } from '../../src/app/routing/index.ts'
import { Refused } from '../../src/index.ts'
import { type ReferenceRoute, referenceAllowed, referenceFind } from './routing-reference.ts'

/** A router whose routes are their own paths. */
function routerOf(...paths: readonly string[]): Router<string> {
  const router = new Router<string>()
  for (const path of paths) router.add('GET', path, path)
  return router
}

/** Asks twice, since what was asked for last is remembered. */
function find<Route>(router: Router<Route>, path: string, method = 'GET'): [Route, object] | null {
  const answers = [router.find(method, path), router.find(method, path)]
  assert.deepEqual(answers[0], answers[1])
  return answers[0] && [answers[0].route, answers[0].params]
}

const UUID = '0198c5ae-0f6b-7a6e-8a4e-0123456789AB'

describe('a route', () => {
  const table: Readonly<Record<string, readonly (readonly [path: string, params: object | null])[]>> = {
    '/': [
      ['/', {}],
      ['', null],
      ['*', null],
      ['//', null],
      ['a.example:443', null],
    ],
    '/a/b': [
      ['/a/b', {}],
      ['/%61/%62', {}],
      ['/a/b/', null],
      ['/a', null],
      ['/a//b', null],
      ['/a%2Fb', null],
      ['/A/b', null],
      ['/a/bc', null],
      ['/a/b/c', null],
    ],
    '/a/': [
      ['/a/', {}],
      ['/a', null],
      ['/a//', null],
    ],
    '/café/a b': [
      ['/caf%C3%A9/a%20b', {}],
      ['/caf%c3%a9/%61%20b', {}],
      ['/cafe%CC%81/a%20b', null],
    ],
    '/caf%c3%a9': [['/caf%C3%A9', {}]],
    '/a%2Fb%3F': [
      ['/a%2fb%3f', {}],
      ['/a/b%3F', null],
    ],
    '/%25/%2a/%3Ax': [
      ['/%25/*/:x', {}],
      ['/%2525/*/:x', null],
    ],
    '/users/:id': [
      ['/users/7', { id: '7' }],
      ['/users/a%20b', { id: 'a b' }],
      ['/users/a%2Fb', { id: 'a/b' }],
      ['/users/100%2525', { id: '100%25' }],
      ['/users/__proto__', { id: '__proto__' }],
      ['/users/', null],
      ['/users', null],
      ['/users/7/', null],
      ['/users/.a', { id: '.a' }],
      ['/users/...', { id: '...' }],
    ],
    '/:constructor/:toString': [['/a/b', { constructor: 'a', toString: 'b' }]],
    '/n/:id<int>': [
      ['/n/0', { id: 0 }],
      ['/n/-7', { id: -7 }],
      ['/n/42', { id: 42 }],
      ['/n/%34%32', { id: 42 }],
      ['/n/9007199254740991', { id: Number.MAX_SAFE_INTEGER }],
      ['/n/-9007199254740991', { id: Number.MIN_SAFE_INTEGER }],
      ...['9007199254740992', '-0', '00', '007', '+1', '1.0', '1e3', '0x1', '', '-', '١', '10000000000000000000'].map(
        text => [`/n/${text}`, null] as const,
      ),
    ],
    '/u/:id<uuid>': [
      [`/u/${UUID}`, { id: UUID }],
      [`/u/${UUID}0`, null],
      [`/u/${UUID.replaceAll('-', '0')}`, null],
      [`/u/${UUID.replace('0', 'g')}`, null],
    ],
    '/files/*': [
      ['/files/', { '*': '' }],
      ['/files/a', { '*': 'a' }],
      ['/files/a/b//c/', { '*': 'a/b//c/' }],
      ['/files', null],
    ],
    '/f/*path': [
      ['/f/a%20b/%C3%A9', { path: 'a b/é' }],
      ['/f/..%2F..%2fetc', { path: '..%2F..%2Fetc' }],
      ['/f/..%5C..\\etc', { path: '..%5C..%5Cetc' }],
      ['/f//etc', null],
      ['/f/.a/b.', { path: '.a/b.' }],
    ],
    '/*': [
      ['/', { '*': '' }],
      ['/a/b', { '*': 'a/b' }],
      ['//a.example', null],
      ['*', null],
    ],
    '/:lang?': [
      ['/', {}],
      ['/en', { lang: 'en' }],
    ],
    '/log/:year<int>/:month<int>?/:day?': [
      ['/log/2026', { year: 2026 }],
      ['/log/2026/11', { year: 2026, month: 11 }],
      ['/log/2026/11/x', { year: 2026, month: 11, day: 'x' }],
      ['/log/2026/x', null],
      ['/log/2026/', null],
      ['/log', null],
    ],
    '/@:user': [
      ['/@joe', { user: 'joe' }],
      ['/%40joe', { user: 'joe' }],
      ['/@', null],
      ['/joe', null],
    ],
    '/v:major<int>.x': [
      ['/v2.x', { major: 2 }],
      ['/v.x', null],
      ['/v2', null],
    ],
    '/ab:x.ba': [
      ['/abX.ba', { x: 'X' }],
      ['/ab.ba', null],
      ['/ab.b', null],
    ],
  }
  for (const [path, cases] of Object.entries(table))
    test(path, () => {
      const router = routerOf(path)
      for (const [asked, params] of cases) {
        const found = find(router, asked)
        assert.deepEqual(found, params && [path, params], asked)
        // The order of the parameters is that of the path.
        if (found !== null) assert.equal(JSON.stringify(found[1]), JSON.stringify(params))
      }
    })
})

describe('of several routes that match', () => {
  const cases: readonly (readonly [asked: string, ...paths: string[]])[] = [
    ['/users/me', '/users/me', '/users/:id', '/users/*', '/*'],
    ['/users/7', '/users/:id<int>', '/users/:id', '/users/*'],
    [`/users/${UUID}`, '/users/:id<uuid>', '/users/:id'],
    ['/12', '/1:rest', '/:id<int>', '/:any'],
    ['/a.min.js', '/:file.min.js', '/:file.js', '/:file'],
    ['/abxab', '/ab:x', '/a:x', '/:x'],
    ['/a-c.b', '/a-:x', '/:x.b', '/:x'],
    ['/a/b/c', '/a/:x/c', '/a/:x/:y', '/a/*', '/:x/b/c', '/:x/*'],
    ['/a/', '/a/', '/a/*'],
    ['/a', '/a', '/:x?', '/*'],
  ]
  for (const [asked, ...paths] of cases)
    test(`${asked} finds ${paths[0]}, in whatever order they were added`, () => {
      for (let left = paths; left.length > 0; left = left.slice(1)) {
        assert.equal(find(routerOf(...left), asked)?.[0], left[0])
        assert.equal(find(routerOf(...left.toReversed()), asked)?.[0], left[0])
      }
    })

  test('the one is found that leads to the end', () => {
    const router = routerOf('/a/b/c/d', '/a/:x/c/e', '/:y/b/*', '/a/:n<int>/f')
    assert.deepEqual(find(router, '/a/b/c/e'), ['/a/:x/c/e', { x: 'b' }])
    assert.deepEqual(find(router, '/a/b/f'), ['/:y/b/*', { y: 'a', '*': 'f' }])
    assert.deepEqual(find(router, '/a/1/c/e'), ['/a/:x/c/e', { x: '1' }])
    assert.equal(find(router, '/a/1/c/f'), null)
  })

  test('the one is found that takes the method', () => {
    const router = new Router<string>()
    for (const [method, path] of [
      ['POST', '/users/me'],
      ['GET', '/users/:id'],
      ['DELETE', '/users/*'],
      ['*', '/users/all'],
      ['PUT', '/users/all'],
      ['HEAD', '/users/head'],
      ['GET', '/users/head'],
    ])
      router.add(method, path, `${method} ${path}`)
    const route = (method: string, path: string) => router.find(method, path)?.route
    assert.equal(route('POST', '/users/me'), 'POST /users/me')
    assert.equal(route('GET', '/users/me'), 'GET /users/:id')
    assert.equal(route('HEAD', '/users/me'), 'GET /users/:id')
    assert.equal(route('DELETE', '/users/me'), 'DELETE /users/*')
    assert.equal(route('PUT', '/users/me'), undefined)
    assert.equal(route('PUT', '/users/all'), 'PUT /users/all')
    assert.equal(route('GET', '/users/all'), '* /users/all')
    assert.equal(route('HEAD', '/users/head'), 'HEAD /users/head')
    assert.equal(route('get', '/users/7'), undefined)
    assert.deepEqual(router.allowed('/users/me'), ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'])
    assert.deepEqual(router.allowed('/users/'), ['DELETE', 'OPTIONS'])
    assert.deepEqual(router.allowed('/nowhere'), [])
    for (const path of ['*', '', 'a.example:443']) assert.deepEqual(routerOf('/', '/*', '/:x').allowed(path), [])
  })
})

describe('a path is refused', () => {
  const router = routerOf('/', '/a', '/a/:x', '/.:x', '/files/*')
  const cases: readonly (readonly [path: string, rule: string])[] = [
    ...['/%', '/a/%4', '/a/%zz', '/files/%u0041', '/nowhere/%g0', '/%ff%'].map(
      path => [path, 'bad-percent-encoding'] as const,
    ),
    ...['/%ff', '/a/%C0%AF', '/files/%ED%A0%80', '/nowhere/%E2%82', '/a%C3/%A9'].map(
      path => [path, 'path-not-utf8'] as const,
    ),
    ...['/..', '/a/..', '/a/%2E%2e', '/./a', '/files/a/../b', '/files/.', '/nowhere/../x'].map(
      path => [path, 'dot-segment'] as const,
    ),
  ]
  for (const [path, rule] of cases)
    test(`${path}: ${rule}`, () => {
      const refused = (error: unknown) =>
        error instanceof Refused && error.refusal.status === 400 && error.refusal.rule === rule
      assert.throws(() => router.find('GET', path), refused)
      assert.throws(() => router.find('BREW', path), refused)
      assert.throws(() => router.allowed(path), refused)
    })
})

describe('what is found', () => {
  test('is the same object each time where there are no parameters, and cannot be changed', () => {
    const router = routerOf('/a/b', '/:x?')
    for (const path of ['/a/b', '/%61/b', '/']) {
      const found = router.find('GET', path)
      assert.equal(router.find('GET', path), found)
      assert.ok(Object.isFrozen(found) && Object.isFrozen(found?.params))
    }
  })

  test('has parameters of its own for each request', () => {
    const router = routerOf('/:x/:n<int>/*')
    const first = router.find('GET', '/a/1/b')?.params as Record<string, unknown>
    first.x = 'changed'
    first.more = 'added'
    assert.deepEqual(router.find('GET', '/a/1/b')?.params, { x: 'a', n: 1, '*': 'b' })
  })

  test('is found anew when routes were added since', () => {
    const router = routerOf('/:x')
    assert.equal(router.find('GET', '/a')?.route, '/:x')
    router.add('GET', '/a', '/a')
    assert.equal(router.find('GET', '/a')?.route, '/a')
    assert.equal(router.find('POST', '/a'), null)
    router.add('POST', '/:y', '/:y')
    assert.deepEqual(router.find('POST', '/a'), { route: '/:y', params: { y: 'a' } })
    assert.deepEqual(router.find('GET', '/b'), { route: '/:x', params: { x: 'b' } })
  })

  test('is not what another path or method found before', () => {
    const router = routerOf('/:x', '/y/:z')
    router.add('POST', '/:w', 'POST')
    for (const [method, path, params] of [
      ['GET', '/ab', { x: 'ab' }],
      ['GET', '/bb', { x: 'bb' }],
      ['POST', '/bb', { w: 'bb' }],
      ['GET', '/bb', { x: 'bb' }],
      ['GET', '/%62b', { x: 'bb' }],
      ['GET', '/y/b', { z: 'b' }],
    ] as const)
      assert.deepEqual(router.find(method, path)?.params, params)
  })
})

describe('the router agrees with the slow reference', () => {
  const segment = fc.constantFrom(
    ...['a', 'b', 'ab', '1', ':x', ':y', ':n<int>', ':u<uuid>', 'a:x', ':x-b', 'a:n<int>b', '%2F', '%C3%A9'],
  )
  const end = fc.constantFrom('', '', '/', '/*', '/*rest', '/:p?', '/:p?/:q?', '/:m<int>?')
  const written = fc
    .tuple(fc.array(segment, { maxLength: 3 }), end)
    .map(([segments, last]) => segments.map(one => `/${one}`).join('') + last)
    .map(path => {
      let count = 0
      return path.replace(/:[a-z]/g, name => `${name}${count++}`) || '/'
    })
  const route = fc.record({ method: fc.constantFrom('GET', 'GET', 'POST', 'HEAD', '*'), path: written })
  const piece = fc.constantFrom(
    ...[
      'a',
      'b',
      'ab',
      'a-b',
      'a1b',
      '1',
      '-7',
      '',
      '%61',
      '%2f',
      '%C3%A9',
      '%',
      '%ff',
      '.',
      '..',
      '%2E',
      UUID,
      'a\\b',
    ],
  )
  const asked = fc.array(piece, { maxLength: 5 }).map(pieces => `/${pieces.join('/')}`)

  test('whatever the routes and paths', () => {
    fc.assert(
      fc.property(
        fc.array(route, { maxLength: 12 }),
        fc.array(asked, { minLength: 1, maxLength: 12 }),
        (wanted, paths) => {
          const { router, routes } = added(wanted)
          const reversed = added(routes.toReversed())
          assert.equal(reversed.routes.length, routes.length)
          for (const path of paths) {
            for (const method of ['GET', 'POST', 'HEAD', 'PUT']) {
              const expected = referenceFind(routes, method, path)
              assert.deepEqual(
                outcome(() => router.find(method, path)),
                expected,
              )
              assert.deepEqual(
                outcome(() => router.find(method, path)),
                expected,
              )
              assert.deepEqual(
                outcome(() => reversed.router.find(method, path)),
                expected,
              )
            }
            const allowed = outcome(() => router.allowed(path))
            if (Array.isArray(allowed)) assert.deepEqual(new Set(allowed), referenceAllowed(routes, path))
          }
        },
      ),
      { numRuns: 1500 },
    )
  })

  /** A router with all routes that do not clash with earlier ones. */
  function added(wanted: readonly ReferenceRoute[]): { router: Router<ReferenceRoute>; routes: ReferenceRoute[] } {
    const router = new Router<ReferenceRoute>()
    const routes = wanted.filter(one => {
      try {
        router.add(one.method, one.path, one)
        return true
      } catch (error) {
        assert.ok(error instanceof TypeError)
        return false
      }
    })
    return { router, routes }
  }

  function outcome(ask: () => unknown): unknown {
    try {
      return ask()
    } catch (error) {
      if (error instanceof Refused) return { rule: error.refusal.rule }
      throw error
    }
  }
})

// A search comes to no node twice, so it is linear in the routes that fit so far; one that tried ways again would not end
// within these time-outs, which are far above what is needed.
describe('a search ends soon', { timeout: 20_000 }, () => {
  test('among 10,000 routes', () => {
    const paths = Array.from({ length: 10_000 }, (_, i) => `/things${i}${['', '/:id', '/:id/parts', '/list'][i % 4]}`)
    const router = routerOf(...paths)
    for (const path of paths) assert.equal(router.find('GET', path.replace(':id', 'x'))?.route, path)
    assert.equal(router.find('GET', '/things10000'), null)
  })

  test('where each of 40 segments can be read in two ways, and none leads to the end', () => {
    const router = new Router<string>()
    for (let end = 0; end < 40; end++) {
      const segments = Array.from({ length: 40 }, (_, i) => (i < end ? 'a' : `:p${i}`))
      router.add('GET', `/${segments.join('/')}/end${end}`, '')
    }
    const path = '/a'.repeat(40)
    for (let i = 0; i < 1000; i++) assert.equal(router.find('GET', `${path}/no${i}`), null)
    assert.deepEqual(router.allowed(path), [])
  })

  test('in a tree that is ambiguous at every node', () => {
    const router = new Router<number>()
    for (let number = 0; number < 2 ** 12; number++) {
      const segments = Array.from({ length: 12 }, (_, i) => ((number >> i) & 1 ? 'a' : `:p${i}`))
      router.add('GET', `/${segments.join('/')}`, number)
    }
    assert.equal(router.find('GET', '/a'.repeat(12))?.route, 2 ** 12 - 1)
    for (let i = 0; i < 50; i++) assert.equal(router.find('GET', `${'/a'.repeat(12)}/${i}`), null)
  })

  test('for paths of 8 KB', () => {
    const router = routerOf('/', '/:a/:b/:c', '/:a/*', '/x:a.y', '/n/:n<int>', '/files/*rest')
    const long = 8192
    const paths = [
      '/'.repeat(long),
      '/a'.repeat(long / 2),
      '/%2F'.repeat(long / 4),
      `/n/${'1'.repeat(long)}`,
      `/x${'.y'.repeat(long / 2)}`,
      `/files/${'a/'.repeat(long / 2)}`,
      `/files/${'%5C'.repeat(long / 3)}`,
      `/${'.'.repeat(long)}`,
    ]
    for (let i = 0; i < 100; i++) for (const path of paths) router.find('GET', path + (i % 2))
    assert.equal(router.find('GET', '/'.repeat(long)), null)
    assert.equal(find(router, paths[4])?.[0], '/x:a.y')
  })

  test('for a path of 1,000 segments', () => {
    const path = Array.from({ length: 1000 }, (_, i) => `/:p${i}`).join('')
    assert.equal(Object.keys(routerOf(path).find('GET', '/a'.repeat(1000))?.params ?? {}).length, 1000)
  })
})

test('many paths in turn, asked for again and again, are never taken for each other', () => {
  const router = new Router<string>()
  router.add('GET', '/hello/:name', 'get')
  router.add('POST', '/hello/:name', 'post')
  const names = Array.from({ length: 2000 }, (_, i) => i.toString(36))
  for (let round = 0; round < 3; round++)
    for (const name of names)
      for (const [method, route] of [
        ['GET', 'get'],
        ['POST', 'post'],
      ])
        assert.deepEqual(router.find(method, `/hello/${name}`), { route, params: { name } })
})

test('what a program does to the values of one request is not seen by the next', () => {
  const router = new Router<string>()
  router.add('GET', '/hello/:name', 'get')
  for (let round = 0; round < 3; round++) {
    const { params } = router.find('GET', '/hello/you')!
    assert.deepEqual({ ...params }, { name: 'you' })
    Object.assign(params, { name: 'me', more: 'x' })
  }
})

test('a route that is added later is found where another was found before', () => {
  const router = new Router<string>()
  router.add('GET', '/hello/:name', 'any')
  assert.equal(router.find('GET', '/hello/7')?.route, 'any')
  router.add('GET', '/hello/:id<int>', 'number')
  assert.equal(router.find('GET', '/hello/7')?.route, 'number')
})
