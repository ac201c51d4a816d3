import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
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

  it('are the same list where the same was made of it last', () => {
    const first = list.with('X-A', 'b')
    assert.equal(list.with('X-A', 'b'), first)
    assert.notEqual(list.with('X-A', 'c'), first)
    assert.equal(list.with('X-A', 'c').get('x-a'), 'c')
    assert.notEqual(list.with('X-B', 'c').get('x-a'), 'c')
    const over = FieldList.of({ Via: '3' })
    assert.equal(list.overlaidWith(over), list.overlaidWith(over))
    assert.equal(list.with('X-A', 1).get('x-a'), '1')
  })

  it('lie over each other by name, where Set-Cookie and Vary add up', () => {
    const under = FieldList.of({ A: '1', 'Set-Cookie': 'a=1', Vary: 'Accept', B: ['1', '2'] })
    const over = FieldList.of({ b: '3', 'set-cookie': 'b=2', vary: 'Origin' })
    const both = under.overlaidWith(over)
    assert.deepEqual(
      [...both].map(line => line.join(': ')),
      ['A: 1', 'Set-Cookie: a=1', 'Vary: Accept', 'b: 3', 'set-cookie: b=2', 'vary: Origin'],
    )
    assert.equal(under.overlaidWith(FieldList.empty), under)
    assert.equal(FieldList.empty.overlaidWith(over), over)
  })

  it('that are changed without end are not kept without end', async () => {
    const gone: WeakRef<FieldList>[] = []
    let now = FieldList.of({ Start: '1' })
    const start = now
    for (let i = 0; i < 1000; i++) {
      now = now.with('Count', i)
      gone.push(new WeakRef(now))
    }
    // A WeakRef keeps what it leads to until the turn is over.
    await new Promise(resolve => setTimeout(resolve))
    setFlagsFromString('--expose-gc')
    runInNewContext('gc')()
    assert.equal(start.get('start'), '1')
    assert.ok(gone.filter(ref => ref.deref() !== undefined).length < 100)
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
