import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  type CookieAttributes,
  CookieError,
  cookiesOf,
  MAX_COOKIE,
  parseCookies,
  setCookie,
} from '../../src/http/cookies.ts'
import { FieldList } from '../../src/http/fields.ts'

describe('Cookie', () => {
  const cases: [value: string | undefined, cookies: Record<string, string>][] = [
    [undefined, {}],
    ['', {}],
    ['SID=31d4d96e407aad42; lang=en-US', { SID: '31d4d96e407aad42', lang: 'en-US' }],
    ['a=1;b=2;  c=3;', { a: '1', b: '2', c: '3' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=', { a: '' }],
    ['a="x y"', { a: '"x y"' }],
    ['a=%20', { a: '%20' }],
    ['a=1; a=2', { a: '1' }],
    ['A=1; a=2', { A: '1', a: '2' }],
    ['alone; =nameless; a=1', { a: '1' }],
    ['a = 1 ; b\t=\t2', { a: '1', b: '2' }],
    ['__proto__=1', { ['__proto__']: '1' }],
    // White space that is not HTTP's would let another name pass for a protected one.
    ['\xa0__Host-a=1', { '\xa0__Host-a': '1' }],
  ]
  for (const [value, cookies] of cases)
    it(`${JSON.stringify(value)} is read`, () => assert.deepEqual([...parseCookies(value)], Object.entries(cookies)))

  it('may come in several lines, of which the first counts', () => {
    const fields = FieldList.of({ Cookie: ['a=1; b=2', 'a=3; c=x, y'] })
    assert.deepEqual(
      [...cookiesOf(fields)],
      [
        ['a', '1'],
        ['b', '2'],
        ['c', 'x, y'],
      ],
    )
  })
})

describe('Set-Cookie', () => {
  const cases: [name: string, value: string, attributes: CookieAttributes, text: string][] = [
    ['SID', '31d4', {}, 'SID=31d4'],
    ['a', '', {}, 'a='],
    ['a', '"b"', {}, 'a="b"'],
    ['a', 'b', { path: '/', secure: true, httpOnly: true }, 'a=b; Path=/; Secure; HttpOnly'],
    ['a', 'b', { domain: 'example.org', maxAge: 60 }, 'a=b; Max-Age=60; Domain=example.org'],
    ['a', '', { maxAge: 0, expires: 0 }, 'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0'],
    ['a', 'b', { sameSite: 'Lax' }, 'a=b; SameSite=Lax'],
    ['a', 'b', { sameSite: 'None', secure: true, partitioned: true }, 'a=b; Secure; SameSite=None; Partitioned'],
    ['__Host-a', 'b', { path: '/', secure: true }, '__Host-a=b; Path=/; Secure'],
    ['__Secure-a', 'b', { secure: true, domain: 'a.b' }, '__Secure-a=b; Domain=a.b; Secure'],
    ['a', 'b', { secure: false, httpOnly: false, partitioned: false }, 'a=b'],
  ]
  for (const [name, value, attributes, text] of cases)
    it(`${text} is written`, () => assert.equal(setCookie(name, value, attributes), text))

  it('of the greatest length is written, with one byte more it is not', () => {
    assert.equal(setCookie('a', 'x'.repeat(MAX_COOKIE - 1)).length, MAX_COOKIE + 1)
    assert.throws(() => setCookie('a', 'x'.repeat(MAX_COOKIE)), CookieError)
  })

  const refused: [name: string, value: string, attributes: CookieAttributes, says: RegExp][] = [
    ['', 'b', {}, /name/],
    ['a b', 'c', {}, /name/],
    ['a=b', 'c', {}, /name/],
    ['a', 'b;c', {}, /U\+003B at position 1/],
    ['a', 'b, c', {}, /U\+002C/],
    ['a', 'b"', {}, /U\+0022/],
    ['a', '"', {}, /U\+0022/],
    ['a', '"b"c"', {}, /U\+0022/],
    ['a', 'b\\', {}, /U\+005C/],
    ['a', 'b\r\nX: y', {}, /U\+000D/],
    ['a', 'é', {}, /encodeURIComponent/],
    ['a', 'x'.repeat(MAX_COOKIE), {}, /longer/],
    ['a', 'b', { path: 'x' }, /Path/],
    ['a', 'b', { path: '' }, /Path/],
    ['a', 'b', { path: '/;Secure' }, /Path/],
    ['a', 'b', { path: '/\r\n' }, /Path/],
    ['a', 'b', { path: `/${'x'.repeat(1024)}` }, /Path/],
    ['a', 'b', { domain: '.a.b' }, /Domain/],
    ['a', 'b', { domain: '' }, /Domain/],
    ['a', 'b', { domain: 'a:80' }, /Domain/],
    ['a', 'b', { domain: 'a;b' }, /Domain/],
    ['a', 'b', { maxAge: 1.5 }, /Max-Age/],
    ['a', 'b', { maxAge: Number.NaN }, /Max-Age/],
    ['a', 'b', { expires: Number.NaN }, /Expires/],
    ['a', 'b', { sameSite: 'none' as 'None', secure: true }, /SameSite/],
    ['a', 'b', { sameSite: 'None' }, /Secure/],
    ['a', 'b', { partitioned: true }, /Secure/],
    ['__Secure-a', 'b', {}, /__Secure-/],
    ['__secure-a', 'b', {}, /__Secure-/],
    ['__Host-a', 'b', { secure: true }, /__Host-/],
    ['__Host-a', 'b', { path: '/' }, /__Host-/],
    ['__Host-a', 'b', { secure: true, path: '/x' }, /__Host-/],
    ['__HOST-a', 'b', { secure: true, path: '/', domain: 'a' }, /__Host-/],
  ]
  for (const [name, value, attributes, says] of refused)
    it(`${name}=${JSON.stringify(value.slice(0, 20))} with ${JSON.stringify(attributes).slice(0, 60)} is refused`, () =>
      assert.throws(
        () => setCookie(name, value, attributes),
        (error: unknown) => error instanceof CookieError && says.test(error.message),
      ))

  it('comes back as it was set', () => {
    const name = fc.string({ unit: fc.constantFrom(...'aZ0!#$%&*+-.^_`|~'), minLength: 1 })
    const value = fc.string({ unit: fc.constantFrom(...'aZ0!#$%&()*+-./:<=>?@[]^_`{|}~') })
    fc.assert(
      fc.property(name, value, (name, value) => {
        const [pair] = setCookie(name, value, { path: '/' }).split('; ')
        assert.equal(parseCookies(`x=1; ${pair}; ${name}=2`).get(name), name === 'x' ? '1' : value)
      }),
    )
  })
})
