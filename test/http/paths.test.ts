import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodePath, encodePath, encodeSegment, type PathFault } from '../../src/http/paths.ts'

const folder = (...segments: string[]) => ({ segments, folder: true })
const file = (...segments: string[]) => ({ segments, folder: false })

describe('paths', () => {
  const accepted: [string, ReturnType<typeof decodePath>][] = [
    ['/', folder()],
    ['/a', file('a')],
    ['/a/b.txt', file('a', 'b.txt')],
    ['/a/', folder('a')],
    ['//a///b', file('a', 'b')],
    ['/a/./b', file('a', 'b')],
    ['/a/../b', file('b')],
    ['/a/b/..', folder('a')],
    ['/a/.', folder('a')],
    ['/a/..', folder()],
    ['/mid/content=5/../6', file('mid', '6')],
    ['/...', file('...')],
    ['/..a/.b', file('..a', '.b')],
    ['/a%20b', file('a b')],
    ['/%E2%82%AC', file('€')],
    ['/%61%2E%62', file('a.b')],
    ['/%252e%252e/x', file('%2e%2e', 'x')],
    ['/a;b=c:d@e', file('a;b=c:d@e')],
  ]
  for (const [path, expected] of accepted)
    it(`${path} is read`, () => assert.deepEqual(decodePath(path, false), expected))

  const refused: [string, PathFault][] = [
    ['', 'not-absolute'],
    ['a', 'not-absolute'],
    ['*', 'not-absolute'],
    ['/%', 'invalid-escape'],
    ['/%4', 'invalid-escape'],
    ['/%4g', 'invalid-escape'],
    ['/%u002e', 'invalid-escape'],
    ['/%%32%65', 'invalid-escape'],
    ['/é', 'invalid-character'],
    ['/%FF', 'invalid-utf8'],
    ['/%C0%AE%C0%AE/', 'invalid-utf8'],
    ['/%C0%AF', 'invalid-utf8'],
    ['/%E0%80%AF', 'invalid-utf8'],
    ['/%F0%80%80%AF', 'invalid-utf8'],
    ['/%ED%A0%80', 'invalid-utf8'],
    ['/%E2%82', 'invalid-utf8'],
    ['/%F5%80%80%80', 'invalid-utf8'],
    ['/a%00.png', 'control-character'],
    ['/a\x00', 'control-character'],
    ['/a%0a', 'control-character'],
    ['/a%7f', 'control-character'],
    ['/a%2fb', 'separator'],
    ['/..%2f..%2fetc', 'separator'],
    ['/a%5Cb', 'separator'],
    ['/a\\b', 'separator'],
    ['/..\\..\\x', 'separator'],
    ['/%2e%2e/x', 'encoded-dots'],
    ['/.%2e/x', 'encoded-dots'],
    ['/%2E./x', 'encoded-dots'],
    ['/a/%2e', 'encoded-dots'],
    ['/..', 'climbs'],
    ['/../etc/passwd', 'climbs'],
    ['/a/../../b', 'climbs'],
    ['//../b', 'climbs'],
    ['/./../b', 'climbs'],
  ]
  for (const [path, fault] of refused)
    it(`${JSON.stringify(path)} is refused: ${fault}`, () => {
      assert.equal(decodePath(path, false), fault)
      assert.equal(decodePath(path, true), fault)
    })

  const onWindows = [
    ...[
      'c:',
      'C:%5C'.slice(0, 2),
      'a:b',
      'file.txt::$DATA',
      'a.',
      'a%20',
      'a.txt.',
      '...',
      '%3F',
      'a*',
      'a%22',
      'a%3Cb',
      'a%7Cb',
    ],
    ...[
      'con',
      'CON',
      'aux.c',
      'nul.tar.gz',
      'prn',
      'com1',
      'LPT9.txt',
      'com%C2%B9',
      'con%20.txt',
      'CONIN$',
      'conout$.x',
    ],
    ...['GIT~1', 'PROGRA~1', 'ABC~12.TXT', '~1'],
  ]
  for (const name of onWindows)
    it(`/${name} is refused on Windows alone`, () => {
      assert.equal(decodePath(`/x/${name}`, true), 'windows-name')
      assert.equal(typeof decodePath(`/x/${name}`, false), 'object')
    })

  for (const name of [
    'console',
    'com10',
    'a.con',
    'lpt',
    'nuls.txt',
    'a b',
    'backup~',
    'a~1.html',
    '.git',
    'long-name~1',
  ])
    it(`/${name} is a name on Windows too`, () => assert.equal(typeof decodePath(`/${name}`, true), 'object'))

  it('are encoded for links', () => {
    assert.equal(encodeSegment('a b'), 'a%20b')
    assert.equal(encodeSegment('a:b?c#d&"\'<é'), 'a%3Ab%3Fc%23d%26%22%27%3C%C3%A9')
    assert.equal(encodeSegment('a\ud800'), 'a%EF%BF%BD')
    assert.equal(encodePath(folder()), '/')
    assert.equal(encodePath(file()), '/')
    assert.equal(encodePath(folder('a', 'b c')), '/a/b%20c/')
    assert.equal(encodePath(file('a', 'b')), '/a/b')
  })

  it('read back as they were encoded', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter(name => name !== '.' && name !== '..' && !/[/\\\p{Cc}]/u.test(name))
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), fc.boolean(), (segments, folder) => {
        assert.deepEqual(decodePath(encodePath({ segments, folder }), false), { segments, folder })
      }),
    )
  })

  it('never give a name that leads elsewhere', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '%',
      '2',
      'e',
      'E',
      '2f',
      '5c',
      '00',
      '%2e',
      '%2f',
      '%c0%ae',
      '\\',
      'a',
      '..',
      ':',
      '~1',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.boolean(), (pieces, windows) => {
        const decoded = decodePath(`/${pieces.join('')}`, windows)
        if (typeof decoded === 'string') return
        for (const name of decoded.segments) {
          assert.ok(name !== '' && name !== '.' && name !== '..')
          assert.doesNotMatch(name, /[/\\\p{Cc}]/u)
        }
        // What was decoded and encoded again is the same place.
        assert.deepEqual(decodePath(encodePath(decoded), windows), decoded)
      }),
      { numRuns: 2000 },
    )
  })
})
