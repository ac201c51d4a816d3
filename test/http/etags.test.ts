import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formatEntityTag, parseEntityTag, parseEntityTags, strongMatch, weakMatch } from '../../src/http/etags.ts'

const strong = (opaque: string) => ({ weak: false, opaque })
const weak = (opaque: string) => ({ weak: true, opaque })

describe('entity tags', () => {
  it('are read', () => {
    assert.deepEqual(parseEntityTag('"xyzzy"'), strong('xyzzy'))
    assert.deepEqual(parseEntityTag('W/"xyzzy"'), weak('xyzzy'))
    assert.deepEqual(parseEntityTag('""'), strong(''))
    assert.deepEqual(parseEntityTag('"a\\b,é"'), strong('a\\b,é'))
  })

  for (const text of [
    '',
    'x',
    '"',
    '"x',
    'x"',
    'w/"x"',
    'W/x',
    'W"x"',
    '"a b"',
    '"a\x00"',
    '"a\x7f"',
    '"a"b"',
    '"a" ',
    '"€"',
  ])
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseEntityTag(text), null))

  // The table of RFC 9110 section 8.8.3.2.
  const table: [a: string, b: string, strong: boolean, weak: boolean][] = [
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
  ]
  for (const [a, b, strongly, weakly] of table)
    it(`${a} and ${b} compare as the standard's table says`, () => {
      const [left, right] = [parseEntityTag(a)!, parseEntityTag(b)!]
      assert.equal(strongMatch(left, right), strongly)
      assert.equal(weakMatch(left, right), weakly)
    })

  const lists: [string, ReturnType<typeof parseEntityTags>][] = [
    ['*', '*'],
    ['"a"', [strong('a')]],
    ['"a", W/"b","c"', [strong('a'), weak('b'), strong('c')]],
    [', ,"a",,\t"b" ,', [strong('a'), strong('b')]],
    ['"a,b"', [strong('a,b')]],
    ['', null],
    [',', null],
    ['"a" "b"', null],
    ['*, "a"', null],
    ['"a", *', null],
    ['abc', null],
    ['"a", b', null],
  ]
  for (const [value, tags] of lists)
    it(`the list ${value} is read`, () => assert.deepEqual(parseEntityTags(value), tags))

  it('read back as they were written', () => {
    const opaque = fc.string({ unit: fc.constantFrom(...'!#az~,\\/*é\xff') })
    fc.assert(
      fc.property(opaque, fc.boolean(), (opaque, weak) => {
        assert.deepEqual(parseEntityTag(formatEntityTag({ weak, opaque })), { weak, opaque })
        assert.deepEqual(parseEntityTags(`${formatEntityTag({ weak, opaque })}, "b"`), [{ weak, opaque }, strong('b')])
      }),
    )
  })

  it('that cannot be written are an error', () => {
    for (const opaque of ['"', 'a b', '\n', '€']) assert.throws(() => formatEntityTag(strong(opaque)), TypeError)
  })
})
