// Where redirects may lead. What a browser makes of a Location is what the URL class makes of it.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { externalRedirect, RedirectError, redirect, sitePath } from '../../src/exchange/index.ts'

const HERE = 'https://here.example/folder/page?old=1'

/** What is sent for it, and where that leads. */
const WITHIN: Readonly<Record<string, readonly [sent: string, leads: string]>> = {
  '/': ['/', '/'],
  '/todos': ['/todos', '/todos'],
  '/todos?done=1#last': ['/todos?done=1#last', '/todos?done=1#last'],
  todos: ['todos', '/folder/todos'],
  '../': ['../', '/'],
  './a:b': ['./a:b', '/folder/a:b'],
  '?page=2': ['?page=2', '/folder/page?page=2'],
  '#part': ['#part', '/folder/page?old=1#part'],
  '/ü/ö?ä=€': ['/%C3%BC/%C3%B6?%C3%A4=%E2%82%AC', '/%C3%BC/%C3%B6?%C3%A4=%E2%82%AC'],
  '/a b': ['/a%20b', '/a%20b'],
  '/trailing ': ['/trailing%20', '/trailing%20'],
  '/100%': ['/100%25', '/100%25'],
  '/100%25/%2F%5C': ['/100%25/%2F%5C', '/100%25/%2F%5C'],
  '/<script>"{}|^`': ['/%3Cscript%3E%22%7B%7D%7C%5E%60', '/%3Cscript%3E%22%7B%7D%7C%5E%60'],
  '/next?to=https://other.example/': ['/next?to=https://other.example/', '/next?to=https://other.example/'],
  '/next?to=//x\\y': ['/next?to=//x%5Cy', '/next?to=//x%5Cy'],
  '/a//b': ['/a//b', '/a//b'],
  '/..//other.example': ['/..//other.example', '//other.example'],
}

const WITHOUT: Readonly<Record<string, RegExp>> = {
  '//other.example': /two slashes name a host/,
  '///other.example': /two slashes name a host/,
  '/\\other.example': /backslash/,
  '\\\\other.example': /backslash/,
  '\\/other.example': /backslash/,
  'a\\..\\\\other.example': /backslash/,
  '/\t/other.example': /U\+0009 at position 1/,
  '/\n/other.example': /U\+000A/,
  '/\r\n/other.example': /U\+000D/,
  '\t//other.example': /U\+0009 at position 0/,
  ' //other.example': /starts with a space/,
  ' /todos': /starts with a space/,
  '\u0001/todos': /U\+0001/,
  '/todos\0': /U\+0000/,
  '/todos\x7f': /U\+007F/,
  'https://other.example/': /scheme/,
  'HTTPS:other.example': /scheme/,
  'javascript:alert(1)': /scheme/,
  'java\nscript:alert(1)': /U\+000A/,
  'data:text/html,x': /scheme/,
  'a:b': /scheme/,
  '': /needs a location/,
  '/\ud800': /surrogate/,
}

describe('a redirect within the site', () => {
  for (const [given, [sent, leads]] of Object.entries(WITHIN))
    it(`leads to ${JSON.stringify(given)}`, () => {
      const location = redirect(given).fields.get('Location')
      assert.equal(location, sent)
      assert.equal(new URL(sent, HERE).href, `https://here.example${leads}`)
    })

  for (const [given, message] of Object.entries(WITHOUT))
    it(`does not lead to ${JSON.stringify(given)}`, () => {
      assert.throws(
        () => redirect(given),
        error => error instanceof RedirectError && message.test(error.message),
      )
    })

  it('tells of the other way where it would leave the site', () => {
    assert.throws(() => redirect('https://other.example/'), /externalRedirect\(url\)/)
    assert.throws(() => redirect('/a\r\nb'), /externalRedirect/)
  })

  it('takes strings alone', () => {
    for (const given of [undefined, null, 5, {}, new URL(HERE)])
      assert.throws(() => redirect(given as never), /A location is a string, not/)
  })

  it('never leaves the site, whatever it is given', () => {
    const pieces = fc.constantFrom(
      '/',
      '\\',
      '.',
      ':',
      '@',
      '?',
      '#',
      '%',
      '%2f',
      '\t',
      '\n',
      ' ',
      '\u00a0',
      'http:',
      'x',
      '[',
      ']',
    )
    const text = fc.oneof(
      fc.array(pieces, { maxLength: 8 }).map(parts => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 12 }),
    )
    fc.assert(
      fc.property(text, fc.constantFrom(HERE, 'http://here.example', 'http://here.example//x/'), (given, here) => {
        let location: string | undefined
        try {
          location = redirect(given).fields.get('Location')
        } catch (error) {
          assert.ok(error instanceof RedirectError)
          return
        }
        assert.equal(new URL(location ?? '', here).origin, new URL(here).origin)
        assert.match(location ?? '', /^[\x21-\x7e]+$/)
      }),
      { numRuns: 3000 },
    )
  })

  it('has a status of redirects, and fields beside its own', () => {
    for (const status of [301, 302, 303, 307, 308] as const) assert.equal(redirect('/', status).status, status)
    for (const status of [200, 300, 304, 404])
      assert.throws(() => redirect('/', status as never), /301, 302, 303, 307 or 308/)
    const { fields } = redirect('/a', 303, { 'Cache-Control': 'no-store', location: '//other.example' })
    assert.deepEqual(
      [...fields],
      [
        ['Location', '/a'],
        ['Cache-Control', 'no-store'],
      ],
    )
  })
})

describe('a redirect to any site', () => {
  it('takes http and https URLs, and sends them as URLs are written', () => {
    for (const [given, sent] of [
      ['https://other.example', 'https://other.example/'],
      ['HTTP://Other.Example:80/a b?c=ü#d', 'http://other.example/a%20b?c=%C3%BC#d'],
      ['https://ümlaut.example/', 'https://xn--mlaut-jva.example/'],
    ])
      assert.equal(externalRedirect(given).fields.get('Location'), sent)
    assert.equal(
      externalRedirect(new URL('https://other.example/x'), 308).fields.get('Location'),
      'https://other.example/x',
    )
  })

  for (const given of [
    '/todos',
    '//other.example',
    'other.example',
    'ftp://other.example/',
    'javascript:alert(1)',
    'https:other.example',
    'https:///other.example',
    'https:/\\other.example',
    'https://',
    ' https://other.example',
    'https://other.exa\tmple',
    'https://other.example/\r\nA: b',
    'https://a:b@other.example/',
    'https://here.example@other.example/',
    '',
    'https://other.example:99999/',
  ])
    it(`does not lead to ${JSON.stringify(given)}`, () => {
      assert.throws(() => externalRedirect(given), RedirectError)
    })
})

describe('a path of this site', () => {
  it('starts with one slash and has only what can be sent', () => {
    assert.equal(sitePath('/a/b'), '/a/b')
    assert.equal(sitePath('//other.example/x'), '/other.example/x')
    assert.equal(sitePath('/\\other.example'), '/%5Cother.example')
    assert.equal(sitePath('/"><script>'), '/%22%3E%3Cscript%3E')
    assert.equal(sitePath('/%41%zz'), '/%41%25zz')
  })
})
