import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { elements, parseParameters, quotedString, tokenOrQuoted } from '../../src/http/lists.ts'
import { formatMediaType, parseMediaType } from '../../src/http/media-types.ts'

const media = (type: string, subtype: string, parameters: Record<string, string> = {}) => ({
  type,
  subtype,
  parameters: new Map(Object.entries(parameters)),
})

describe('media types', () => {
  const accepted: [string, ReturnType<typeof media>][] = [
    ['text/html', media('text', 'html')],
    ['text/html;charset=utf-8', media('text', 'html', { charset: 'utf-8' })],
    ['Text/HTML;Charset="utf-8"', media('text', 'html', { charset: 'utf-8' })],
    ['text/html; charset="utf-8" ; x=Y ', media('text', 'html', { charset: 'utf-8', x: 'Y' })],
    ['a/b;;c=d;', media('a', 'b', { c: 'd' })],
    ['multipart/form-data; boundary="a;b,\\"c\\\\"', media('multipart', 'form-data', { boundary: 'a;b,"c\\' })],
    ['a/b;c=""', media('a', 'b', { c: '' })],
    ['application/vnd.api+json', media('application', 'vnd.api+json')],
  ]
  for (const [text, expected] of accepted) it(`${text} is read`, () => assert.deepEqual(parseMediaType(text), expected))

  for (const text of [
    '',
    'text',
    'text/',
    '/html',
    'text /html',
    'text/ html',
    'te xt/html',
    'a/b/c',
    'a/b;c',
    'a/b;=c',
    'a/b;c=',
    'a/b;c =d',
    'a/b;c= d',
    'a/b;c="d',
    'a/b;c="d"e',
    'a/b;c=d;c=e',
    'a/b;c=d e',
    'a/b,c/d',
    'a/b;c="\x00"',
    '\xa0a/b',
    'a/b;c="\\',
  ])
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseMediaType(text), null))

  it('are written, and quoted where they must be', () => {
    assert.equal(formatMediaType(media('text', 'html', { charset: 'utf-8' })), 'text/html; charset=utf-8')
    assert.equal(formatMediaType(media('a', 'b', { c: 'd "e"', f: '' })), 'a/b; c="d \\"e\\""; f=""')
    for (const wrong of [
      media('a b', 'c'),
      media('a', ''),
      media('a', 'b', { 'c=': 'd' }),
      media('a', 'b', { c: '\n' }),
    ])
      assert.throws(() => formatMediaType(wrong), TypeError)
  })

  it('read back as they were written', () => {
    const name = fc.string({ unit: fc.constantFrom(...'abz0-+.'), minLength: 1 })
    const value = fc.string({ unit: fc.constantFrom(...'aB "\\;,=\té\xff') })
    fc.assert(
      fc.property(name, name, fc.dictionary(name, value), (type, subtype, parameters) => {
        const one = media(type, subtype, parameters)
        assert.deepEqual(parseMediaType(formatMediaType(one)), one)
      }),
    )
  })
})

describe('lists and parameters', () => {
  it('are split outside quoted strings only', () => {
    assert.deepEqual(elements('a, "b,c" ,,\td="e\\",f" , '), ['a', '"b,c"', 'd="e\\",f"'])
    assert.deepEqual(elements(''), [])
    assert.deepEqual(elements('a "b, c'), ['a "b, c'])
    assert.deepEqual(elements('\xa0a\xa0,b'), ['\xa0a\xa0', 'b'])
  })

  it('have each name once', () => {
    assert.deepEqual(
      parseParameters('a=1; B="2"'),
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    )
    assert.equal(parseParameters('a=1;A=2'), null)
    assert.deepEqual(parseParameters(''), new Map())
  })

  it('quote what is no token', () => {
    assert.equal(tokenOrQuoted('abc'), 'abc')
    assert.equal(tokenOrQuoted('a c'), '"a c"')
    assert.equal(quotedString('a"\\'), '"a\\"\\\\"')
    assert.throws(() => quotedString('a\nb'), TypeError)
    assert.throws(() => quotedString('€'), TypeError)
  })
})
