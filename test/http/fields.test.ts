import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FieldError, FieldList } from '../../src/http/fields.ts'

const list = FieldList.of({ Host: 'a', Via: ['1', '2'], 'Content-Length': 5 })

describe('fields', () => {
  it('are found without regard to case', () => {
    assert.equal(list.get('hOST'), 'a')
    assert.equal(list.get('content-length'), '5')
    assert.equal(list.get('x'), undefined)
    assert.equal(list.has('VIA'), true)
    assert.equal(list.has('x'), false)
  })

  it('sent several times are joined, or told one by one', () => {
    assert.equal(list.get('via'), '1, 2')
    assert.deepEqual(list.all('via'), ['1', '2'])
    assert.deepEqual(list.all('x'), [])
  })

  it('keep their order and names', () => {
    assert.deepEqual(
      [...list],
      [
        ['Host', 'a'],
        ['Via', '1'],
        ['Via', '2'],
        ['Content-Length', '5'],
      ],
    )
    assert.deepEqual(
      [
        ...FieldList.of([
          ['b', '1'],
          ['a', 2],
        ]),
      ],
      [
        ['b', '1'],
        ['a', '2'],
      ],
    )
  })

  it('make a new list when they change', () => {
    assert.equal(list.with('host', 'b').get('Host'), 'b')
    assert.deepEqual(list.and('Via', 3).all('via'), ['1', '2', '3'])
    assert.deepEqual(list.without('via').all('via'), [])
    assert.deepEqual(list.with('via', 'x').all('via'), ['x'])
    assert.equal(list.concat(FieldList.of({ A: 'b' })).get('a'), 'b')
    assert.deepEqual(list.all('via'), ['1', '2'])
    assert.equal(list.without('x'), list)
    assert.equal(list.concat(FieldList.empty), list)
    assert.equal(FieldList.empty.concat(list), list)
    assert.equal(FieldList.of({}), FieldList.empty)
  })

  it('may be empty, and are trimmed', () => assert.equal(FieldList.of({ A: '  ', B: ' b ' }).get('b'), 'b'))

  for (const name of ['', 'a b', 'a:', 'a\r\n', 'é', '(a)'])
    it(`are not named ${JSON.stringify(name)}`, () => assert.throws(() => FieldList.of([[name, 'b']]), FieldError))

  it('keep what is no white space on the wire', () =>
    assert.equal(FieldList.of({ A: '\u00a0b\u00a0' }).get('a'), '\u00a0b\u00a0'))

  for (const value of ['a\r\nB: c', 'a\nb', 'a\r\n', '\nb', 'a\x00b', 'a\x7fb', '€'])
    it(`do not carry ${JSON.stringify(value)}`, () => {
      assert.throws(() => FieldList.of({ A: value }), /U\+[0-9A-F]{4} at position/)
      assert.throws(() => list.with('A', value), FieldError)
      assert.throws(() => list.and('A', value), FieldError)
    })
})
