// Any bytes as the path of a request, against a set of routes: it is refused or not, and finds the route with the values
// that the slow reference finds; nothing else is ever thrown.
import assert from 'node:assert/strict'
import { posix, win32 } from 'node:path'
import { Router } from '../../src/app/routing/index.ts'
import { Refused } from '../../src/index.ts'
import { type ReferenceRoute, referenceAllowed, referenceFind } from '../app/routing-reference.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

const ROUTES: readonly ReferenceRoute[] = [
  ...['/', '/a', '/a/', '/a/b/c', '/a/:x', '/a/:x/c', '/a/:x<int>/d', '/a/*', '/:x/b/*rest', '/:x<uuid>'],
  ...['/@:user', '/@:user/x', '/:file.js', '/:file.min.js', '/:file.min.js/*', '/o/:p?/:q<int>?', '/%2F/caf%C3%A9'],
].map(path => ({ method: 'GET', path }))
const OTHERS: readonly ReferenceRoute[] = [
  { method: 'POST', path: '/a' },
  { method: 'POST', path: '/:any' },
  { method: 'HEAD', path: '/a/:x' },
  { method: '*', path: '/a/:x/:y' },
  { method: 'PUT', path: '/*' },
]
const ALL = [...ROUTES, ...OTHERS]

const router = new Router<ReferenceRoute>()
for (const route of ALL) router.add(route.method, route.path, route)

export default {
  name: 'routes',
  seeds: [
    ...[
      '/',
      '/a',
      '/a/',
      '/a/b/c',
      '/a/7/d',
      '/a/07/d',
      '/a/b%2Fc',
      '/%61/b',
      '/a/../b',
      '/a/%2e%2E',
      '/x/b/c/d',
      '/x/b//c',
    ],
    ...[
      '/@joe/x',
      '/jq.min.js',
      '/o/1/2',
      '/%2f/caf%c3%a9',
      '/%2F/café',
      '/%',
      '/%ff',
      '/a/%5C..\\x',
      '//',
      '*',
      '/a//',
      '/a/-0/d',
    ],
    '/0198c5ae-0f6b-7a6e-8a4e-0123456789ab',
  ].map(bytesOf),
  run(bytes: Uint8Array): readonly string[] {
    const path = latin1(bytes)
    const seen: string[] = []
    for (const method of ['GET', 'POST', 'HEAD', 'PUT', 'BREW']) {
      const expected = referenceFind(ALL, method, path)
      // Twice: what was asked for last is remembered.
      for (let time = 0; time < 2; time++) {
        const found = outcome(() => router.find(method, path))
        assert.deepEqual(found, expected)
        if (found !== null && 'params' in found) check(found.params)
      }
      seen.push(`${method} ${expected === null ? 'none' : 'rule' in expected ? expected.rule : expected.route.path}`)
    }
    const allowed = outcome(() => router.allowed(path))
    if (allowed === null || !('rule' in allowed))
      assert.deepEqual(new Set(allowed as never), referenceAllowed(ALL, path))
    return seen
  },
}

/** Whoever joins the rest of a path to a folder stays in it. */
function check(params: Readonly<Record<string, string | number>>): void {
  assert.equal(Object.getPrototypeOf(params), Object.prototype)
  for (const name of ['*', 'rest']) {
    const rest = params[name]
    if (rest === undefined) continue
    assert(`${posix.join('/root', String(rest))}/`.startsWith('/root/'))
    assert(`${posix.resolve('/root', String(rest))}/`.startsWith('/root/'))
    assert(`${win32.join('C:\\root', String(rest))}\\`.startsWith('C:\\root\\'))
  }
}

function outcome<Value>(ask: () => Value): Value | { readonly rule: string } {
  try {
    return ask()
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    assert.equal(error.refusal.status, 400)
    return { rule: error.refusal.rule }
  }
}
