import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { excerpt, isSecretField, isSecretParameter, redactTarget } from '../../src/http/secrets.ts'

const bytes = (text: string) => Uint8Array.from(text, char => char.charCodeAt(0))

describe('secrets', () => {
  for (const name of [
    'Authorization',
    'PROXY-AUTHORIZATION',
    'Cookie',
    'Set-Cookie',
    'X-Api-Key',
    'X-Auth-Token',
    'X-CSRF-Token',
    'Api_Key',
    'X-Amz-Security-Token',
    'X-Session-Id',
    'X-AccessToken',
  ])
    it(`are in the field ${name}`, () => assert.equal(isSecretField(name), true))

  for (const name of [
    'Host',
    'Accept',
    'User-Agent',
    'ETag',
    'Content-Type',
    'Sec-WebSocket-Key',
    'WWW-Authenticate',
    'Monkey',
    '',
  ])
    it(`are not in the field ${name}`, () => assert.equal(isSecretField(name), false))

  for (const name of [
    'token',
    'access_token',
    'accessToken',
    'accesstoken',
    'Password',
    'key',
    'apiKey',
    'client_secret',
    'code',
    'sig',
    'X-Amz-Signature',
    'to%6ben',
    'user[password]',
  ])
    it(`are in the parameter ${name}`, () => assert.equal(isSecretParameter(name), true))

  for (const name of ['q', 'page', 'keyword', 'monkey', 'author', 'tokens2go', 'design', '%zz', ''])
    it(`are not in the parameter ${name}`, () => assert.equal(isSecretParameter(name), false))

  const targets: [target: string, shown: string][] = [
    ['/', '/'],
    ['/token=a', '/token=a'],
    ['/?', '/?'],
    ['/?a=b&c', '/?a=b&c'],
    ['/?token=abc', '/?token=***'],
    ['/?a=b&token=abc=d&c=d', '/?a=b&token=***&c=d'],
    ['/?a=b;password=x;', '/?a=b;password=***;'],
    ['/?token=', '/?token=***'],
    ['/?token&a=b', '/?token&a=b'],
    ['/?to%6Ben=a', '/?to%6Ben=***'],
    ['http://user:pw@a/b?key=c', 'http://***@a/b?key=***'],
    ['http://a/b@c', 'http://a/b@c'],
    ['*', '*'],
  ]
  for (const [target, shown] of targets) it(`are hidden in ${target}`, () => assert.equal(redactTarget(target), shown))

  it('are hidden in long targets without delay', () => {
    const target = `/?${'a'.repeat(100_000)}&${'%'.repeat(100_000)}=b`
    assert.equal(redactTarget(target), target)
  })
})

describe('excerpts of a head', () => {
  const cases: [around: string, atStart: boolean, shown: string][] = [
    ['GET /a\x00 HTTP/1.1\r\n', true, 'GET /a\\x00 HTTP/1.1\\r\\n'],
    ['GET /?token=abc&b=c HTTP/1.1\r\n', true, 'GET /?token=***&b=c HTTP/1.1\\r\\n'],
    ['GET / HTTP/1.1\r\nHost : a', true, 'GET / HTTP/1.1\\r\\nHost : a'],
    ['\r\nAuthorization: Basic c2VjcmV0\r\nHost: a', false, '\\r\\nAuthorization:***\\r\\nHost: a'],
    ['\r\ncookie:a=b; c=d\r\n', false, '\\r\\ncookie:***\\r\\n'],
    ['\r\nCookie : a=b', false, '\\r\\nCookie*** '.trimEnd()],
    ['\r\nCoo\x00kie: a=b', false, '\\r\\nCoo\\x00kie:***'],
    ['\r\nAuthorization Basic c2VjcmV0', false, '\\r\\nAuthorization***'],
    ['\r\nCookie: a\x01b\r\n', false, '\\r\\nCookie:***\\x01***\\r\\n'],
    // A line whose start was cut off may be the value of anything
    ['ation: Basic c2VjcmV0\r\nHost: a', false, '***\\r\\nHost: a'],
    ['c2VjcmV0\x00c2Vj\r\nA: b', false, '***\\x00***\\r\\nA: b'],
    // What follows a secret and is no field may belong to it
    ['\r\nCookie: a\r\n b=c\r\nHost: a', false, '\\r\\nCookie:***\\r\\n***\\r\\nHost: a'],
    ['\r\nCookie: a\nb=c\r\nHost: a', false, '\\r\\nCookie:***\\n***\\r\\nHost: a'],
    ['\r\nHost: a\r\nUser-Ag', false, '\\r\\nHost: a\\r\\nUser-Ag'],
    ['', false, ''],
    ['Cookie: a', true, 'Cookie:***'],
  ]
  for (const [around, atStart, shown] of cases)
    it(`${JSON.stringify(around)} ${atStart ? 'from the start' : 'cut'}`, () => {
      const before = Math.min(24, around.length)
      assert.equal(excerpt(bytes(around), before, atStart ? before : 1000), shown)
      if (!atStart) assert.equal(excerpt(bytes(around), before), shown)
    })

  it('show nothing of a secret and no control byte, wherever they are cut', () => {
    const name = fc.constantFrom('Authorization', 'cookie', 'X-API-Key', 'Proxy-Authorization')
    const noise = fc.string({ unit: fc.constantFrom(...'ab: \r\n\x00\x1b\x9b'), maxLength: 6 })
    fc.assert(
      fc.property(name, noise, fc.nat(60), fc.nat(60), (name, noise, from, size) => {
        const head = bytes(
          `GET / HTTP/1.1\r\nA: b\r\n${name}: QQQQQ${noise.replaceAll(':', '')}QQQQQ\r\nHost: a\r\n\r\n`,
        )
        const shown = excerpt(head.subarray(from, from + size), Math.min(24, from), from === 0 ? 0 : 1000)
        assert.doesNotMatch(shown, /Q|\p{Cc}/u)
      }),
      { numRuns: 3000 },
    )
  })
})
