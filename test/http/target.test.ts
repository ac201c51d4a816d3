import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseTarget, type Target } from '../../src/http/target.ts'

const origin = (path: string, query = ''): Target => ({ form: 'origin', path, query, scheme: '', authority: '' })
const absolute = (scheme: 'http' | 'https', authority: string, path: string, query = ''): Target => ({
  form: 'absolute',
  path,
  query,
  scheme,
  authority,
})

describe('request targets', () => {
  const accepted: [method: string, target: string, Target][] = [
    ['GET', '/', origin('/')],
    ['GET', '/where?q=now', origin('/where', 'q=now')],
    ['GET', '/a?b?c', origin('/a', 'b?c')],
    ['GET', '/a?', origin('/a')],
    ['GET', '//example.org/x', origin('//example.org/x')],
    ['OPTIONS', '/', origin('/')],
    [
      'GET',
      'http://www.example.org/pub/WWW/TheProject.html',
      absolute('http', 'www.example.org', '/pub/WWW/TheProject.html'),
    ],
    ['GET', 'HTTPS://Example.org:8443/a?b', absolute('https', 'Example.org:8443', '/a', 'b')],
    ['GET', 'http://a', absolute('http', 'a', '/')],
    ['GET', 'http://a?q', absolute('http', 'a', '/', 'q')],
    ['GET', 'http://[::1]:80/', absolute('http', '[::1]:80', '/')],
    ['GET', 'http://a/b@c', absolute('http', 'a', '/b@c')],
    ['OPTIONS', 'http://www.example.org:8001', absolute('http', 'www.example.org:8001', '*')],
    ['OPTIONS', 'http://a?q', absolute('http', 'a', '/', 'q')],
    ['OPTIONS', 'http://a/', absolute('http', 'a', '/')],
    ['OPTIONS', '*', { form: 'asterisk', path: '*', query: '', scheme: '', authority: '' }],
    [
      'CONNECT',
      'www.example.com:80',
      { form: 'authority', path: '', query: '', scheme: '', authority: 'www.example.com:80' },
    ],
    ['CONNECT', '[::1]:443', { form: 'authority', path: '', query: '', scheme: '', authority: '[::1]:443' }],
  ]
  for (const [method, target, expected] of accepted)
    it(`${method} ${target}: the ${expected.form} form`, () => assert.deepEqual(parseTarget(method, target), expected))

  const refused: [method: string, target: string][] = [
    ['GET', ''],
    ['GET', '*'],
    ['OPTIONS', '**'],
    ['OPTIONS', '*?a'],
    ['GET', 'a/b'],
    ['GET', '?a'],
    ['GET', 'example.org'],
    ['GET', 'example.org:80'],
    ['GET', 'ftp://example.org/'],
    ['GET', 'file:///etc/passwd'],
    ['GET', 'http:/a'],
    ['GET', 'http:a'],
    ['GET', 'http://'],
    ['GET', 'http:///a'],
    ['GET', 'http://?a'],
    ['GET', 'http://:80/'],
    ['GET', 'http://user@a/'],
    ['GET', 'http://user:pw@a/'],
    ['GET', 'http://a:b/'],
    ['GET', 'http://a\\b/'],
    ['GET', ' http://a/'],
    ['GET', 'httpss://a/'],
    ['CONNECT', '/'],
    ['CONNECT', '*'],
    ['CONNECT', 'a'],
    ['CONNECT', 'a:'],
    ['CONNECT', 'a:0'],
    ['CONNECT', 'a:65536'],
    ['CONNECT', 'a:80/'],
    ['CONNECT', 'http://a:80'],
    ['CONNECT', 'u@a:80'],
  ]
  for (const [method, target] of refused)
    it(`${method} "${target}" is refused`, () => assert.equal(parseTarget(method, target), null))

  it('have an absolute path or none at all', () => {
    const piece = fc.constantFrom('http://', 'https://', '/', '?', ':', '80', 'a', '@', '*', '[::1]', '.')
    const method = fc.constantFrom('GET', 'OPTIONS', 'CONNECT')
    fc.assert(
      fc.property(method, fc.array(piece, { maxLength: 8 }), (method, pieces) => {
        const target = parseTarget(method, pieces.join(''))
        if (target === null) return
        if (target.form === 'authority') assert.equal(target.path, '')
        else if (target.path !== '*') assert.match(target.path, /^\//)
        assert.doesNotMatch(target.path, /\?/)
        assert.equal(target.authority === '', target.form === 'origin' || target.form === 'asterisk')
      }),
      { numRuns: 2000 },
    )
  })
})
