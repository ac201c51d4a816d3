// Routes that are refused when they are added, and what is said of them.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Router } from '../../src/app/routing/index.ts'
import { App } from '../../src/index.ts'

function messageOf(add: () => unknown): string {
  try {
    add()
  } catch (error) {
    assert.ok(error instanceof TypeError, String(error))
    return error.message
  }
  return 'no error'
}

describe('a path that no request can have is an error', () => {
  const exact: Readonly<Record<string, string>> = {
    users: 'The route GET users cannot be added: at character 1, a path must start with a slash: /users',
    '': 'The route GET  cannot be added: at character 1, a path must start with a slash: /',
    '/users/:id<nit>':
      'The route GET /users/:id<nit> cannot be added: at character 11, there is no type <nit>; the types are <int>, <uuid>',
    '/a/:x/b/:x': 'The route GET /a/:x/b/:x cannot be added: at character 9, there are two parameters named x',
    '/a/:x?/b':
      'The route GET /a/:x?/b cannot be added: at character 4, only the last segments can be optional; add a second route for the path without this one',
    '/*rest/a':
      'The route GET /*rest/a cannot be added: at character 2, the wildcard *rest takes all that follows, so it must be the last segment',
    '/a/../b':
      'The route GET /a/../b cannot be added: at character 4, the segment .. is removed by clients before they send a path',
    '/100%':
      'The route GET /100% cannot be added: at character 5, a % must have two hexadecimal digits behind it (a literal % is %25)',
    '/a//b': 'The route GET /a//b cannot be added: at character 4, an empty segment: one of the slashes is too many',
  }
  for (const [path, message] of Object.entries(exact))
    test(JSON.stringify(path), () =>
      assert.equal(
        messageOf(() => new Router().add('GET', path, '')),
        message,
      ),
    )

  /** The character that the error names, and what it says. */
  const others: readonly (readonly [path: string, character: number, says: RegExp])[] = [
    ['a?b=c', 1, /slash: \/a/],
    ['/a?b=c', 3, /query is no part/],
    ['/a?', 3, /only a parameter/],
    ['/a/:x?b=c', 6, /segment by itself can be optional/],
    ['/@:x?', 5, /segment by itself can be optional/],
    ['/a#b', 3, /fragment is never sent/],
    ['/:', 2, /no name.*%3A/],
    ['/a/:/b', 4, /no name/],
    ['/:1', 2, /no name.*do not begin with a digit/],
    ['/:<int>', 2, /no name/],
    ['/:é', 2, /no name.*ASCII/],
    ['/:naïve', 5, /ï cannot be in the name/],
    ['/:id<', 5, /no >/],
    ['/:id<int', 5, /no >/],
    ['/:id<>', 5, /no type <>/],
    ['/:id<Int>', 5, /no type <Int>/],
    ['/:id<constructor>', 5, /no type/],
    ['/:a:b', 4, /one parameter/],
    ['/:a-:b', 5, /one parameter/],
    ['/:x/*x', 5, /two parameters named x/],
    ['/:x?/:x?', 6, /two parameters named x/],
    ['/:x?/', 2, /only the last segments/],
    ['/:x?/*', 2, /only the last segments/],
    ['/*/', 2, /must be the last/],
    ['/a*', 3, /wildcard is a segment by itself.*%2A/],
    ['/*a-b', 3, /no name for the rest/],
    ['/**', 3, /no name for the rest/],
    ['/*rest?', 7, /never optional/],
    ['/:path*', 7, /regular expressions.*\*path/],
    ['/:path+', 7, /do not repeat/],
    ['/:id(\\d+)', 5, /regular expressions/],
    ['/{id}', 2, /parameters are written :name/],
    ['/a}', 3, /parameters are written :name/],
    ['/<id>', 2, /behind the name/],
    ['/a\\b', 3, /clients send \/.*%5C/],
    ['/.', 2, /removed by clients/],
    ['/%2e%2E/a', 2, /removed by clients/],
    ['/.%2e', 2, /removed by clients/],
    ['/a/%4', 4, /two hexadecimal digits/],
    ['/a/%4g', 4, /two hexadecimal digits/],
    ['/@%zz:x', 3, /two hexadecimal digits/],
    ['/a/%ff', 4, /not UTF-8/],
    ['/a\ud800', 2, /surrogate/],
    ['/a\tb', 3, /control character/],
    ['/a\x7f', 3, /control character/],
    ['//', 2, /empty segment/],
    ['/:__proto__', 3, /something else in every object/],
    ['/*__proto__', 3, /something else in every object/],
    ['/:constructor?', 3, /something else in every object/],
  ]
  for (const [path, character, says] of others)
    test(JSON.stringify(path), () => {
      const message = messageOf(() => new Router().add('GET', path, ''))
      assert.match(message, says)
      assert.ok(message.includes(`GET ${path} cannot be added: at character ${character}, `), message)
    })
})

describe('a method that no request can have is an error', () => {
  const cases: readonly (readonly [method: string, message: string])[] = [
    ['get', 'methods are case-sensitive (RFC 9110 section 9.1), so this one would never be asked for; write GET'],
    ['Delete', 'methods are case-sensitive (RFC 9110 section 9.1), so this one would never be asked for; write DELETE'],
    [
      'connect',
      'methods are case-sensitive (RFC 9110 section 9.1), so this one would never be asked for; write CONNECT',
    ],
    ['CONNECT', 'CONNECT asks for a host and port, not for a path (RFC 9110 section 9.3.6)'],
    ['GET ', 'a method is a token such as GET (RFC 9110 section 9.1), not "GET "'],
    ['', 'a method is a token such as GET (RFC 9110 section 9.1), not ""'],
    ['GÉT', 'a method is a token such as GET (RFC 9110 section 9.1), not "GÉT"'],
  ]
  for (const [method, message] of cases)
    test(JSON.stringify(method), () =>
      assert.equal(
        messageOf(() => new Router().add(method, '/a', '')),
        `The route ${method} /a cannot be added: ${message}`,
      ),
    )

  test('others are not', () => {
    const router = new Router<string>()
    for (const method of ['GET', 'PROPFIND', 'M-SEARCH', 'brew', '*', '__proto__', 'TRACE', "!#$%&'*+-.^_`|~09"]) {
      router.add(method, '/a', method)
      assert.equal(router.find(method, '/a')?.route, method)
    }
  })
})

describe('routes that clash are an error that names both', () => {
  const cases: readonly (readonly [first: string, second: string, message: string])[] = [
    ['GET /a/:x', 'GET /a/:y', 'The route GET /a/:y cannot be added: it matches the same requests as GET /a/:x'],
    ['GET /a', 'GET /a', 'The route GET /a was added twice'],
    ['GET /a', 'GET /%61', 'The route GET /%61 cannot be added: it matches the same requests as GET /a'],
    ['GET /é', 'GET /%c3%a9', 'The route GET /%c3%a9 cannot be added: it matches the same requests as GET /é'],
    ['GET /a/:x?', 'GET /a', 'The route GET /a cannot be added: it matches the same requests as GET /a/:x?'],
    ['GET /a/:x', 'GET /a/:y?', 'The route GET /a/:y? cannot be added: it matches the same requests as GET /a/:x'],
    ['GET /:x?', 'GET /', 'The route GET / cannot be added: it matches the same requests as GET /:x?'],
    [
      'GET /:a?/:b?',
      'GET /:x/:y',
      'The route GET /:x/:y cannot be added: it matches the same requests as GET /:a?/:b?',
    ],
    ['GET /*', 'GET /*rest', 'The route GET /*rest cannot be added: it matches the same requests as GET /*'],
    ['* /a/*', '* /a/*b', 'The route * /a/*b cannot be added: it matches the same requests as * /a/*'],
    ['GET /@:x', 'GET /%40:y', 'The route GET /%40:y cannot be added: it matches the same requests as GET /@:x'],
    [
      'GET /:x<int>',
      'GET /:y<int>',
      'The route GET /:y<int> cannot be added: it matches the same requests as GET /:x<int>',
    ],
  ]
  for (const [first, second, message] of cases)
    test(`${first} and ${second}`, () => {
      const router = new Router<string>()
      const add = (route: string) =>
        router.add(route.slice(0, route.indexOf(' ')), route.slice(route.indexOf(' ') + 1), route)
      add(first)
      assert.equal(
        messageOf(() => add(second)),
        message,
      )
    })

  test('those of another method or shape do not', () => {
    const router = new Router<string>()
    for (const path of ['/a', '/a/', '/a/:x', '/a/:x<int>', '/a/:x<uuid>', '/a/@:x', '/a/*', '/:x', '/:x/:y', '/A'])
      for (const method of ['GET', 'HEAD', 'POST', '*']) router.add(method, path, '')
  })

  test('an application tells of them when they are added', () => {
    const app = new App().get('/users/:id', () => '').on(['PUT', 'POST'], '/users', () => '')
    assert.match(
      messageOf(() => app.group('/users', users => users.get('/:name', () => ''))),
      /GET \/users\/:name .* as GET \/users\/:id$/,
    )
    assert.match(
      messageOf(() => app.on(['PATCH', 'POST'], '/users', () => '')),
      /POST \/users was added twice/,
    )
  })
})

describe('a wildcard that is left without a request is an error', () => {
  const three = ['GET /a/', 'GET /a/:x', 'GET /a/:x/*']
  for (const last of ['GET /a/*', ...three])
    test(`added in an order that ends with ${last}`, () => {
      const router = new Router<string>()
      const add = (route: string) => router.add('GET', route.slice(4), route)
      for (const route of ['GET /a/*', ...three]) if (route !== last) add(route)
      const before = ['/a/', '/a/b', '/a/b/', '/a/b/c'].map(path => router.find('GET', path))
      assert.equal(
        messageOf(() => add(last)),
        `The route ${last} cannot be added: GET /a/* would answer no request, since all of its own are answered by ${three.join(', ')}`,
      )
      assert.deepEqual(
        ['/a/', '/a/b', '/a/b/', '/a/b/c'].map(path => router.find('GET', path)),
        before,
      )
    })

  test('whatever hides it', () => {
    const hides = (wildcard: string, ...others: readonly string[]) => {
      const router = new Router<string>()
      for (const one of others) router.add(...(one.split(' ') as [string, string]), one)
      return /would answer no request/.test(
        messageOf(() => router.add(...(wildcard.split(' ') as [string, string]), '')),
      )
    }
    assert.ok(hides('GET /*', 'GET /:x?', 'GET /:x/*'))
    assert.ok(hides('GET /*', '* /', 'GET /:x', '* /:x/*'))
    assert.ok(hides('GET /*', 'GET /', 'GET /:x', 'GET /:x/', 'GET /:x/:y', 'GET /:x/:y/*'))
    assert.ok(hides('HEAD /*', 'GET /', 'GET /:x', '* /:x/*'))
    assert.ok(!hides('* /*', 'GET /:x?', 'GET /:x/*'))
    assert.ok(!hides('GET /*', 'GET /:x?', 'POST /:x/*'))
    assert.ok(!hides('GET /*', 'GET /:x<int>', 'GET /', 'GET /:x/*'))
    assert.ok(!hides('GET /*', 'GET /:x', 'GET /:x/*'))
    assert.ok(!hides('GET /*', 'GET /', 'GET /:x/*'))
    assert.ok(!hides('GET /*', 'GET /:x?', 'GET /:x/:y'))
  })
})
