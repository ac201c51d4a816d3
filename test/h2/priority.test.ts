// The Priority field and PRIORITY_UPDATE.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DEFAULT_PRIORITY, PRIORITIES, parsePriority, priorityNumber, priorityUpdate } from '../../src/h2/priority.ts'
import { bytesOf } from '../support/latin1.ts'

describe('a Priority field', () => {
  const cases: readonly (readonly [text: string, urgency: number, incremental: boolean])[] = [
    ['u=0', 0, false],
    ['u=7', 7, false],
    ['i', 3, true],
    ['i=?1', 3, true],
    ['i=?0', 3, false],
    ['u=5, i', 5, true],
    ['i,u=5', 5, true],
    ['  u=1 \t,\t i  ', 1, true],
    // RFC 9218 section 4: what is missing has its default
    ['', 3, false],
    ['   ', 3, false],
    // RFC 9651 section 4.2.2: the last of a key stays, wherever it stood
    ['u=1, u=2', 2, false],
    ['i, i=?0', 3, false],
    ['u=1, u=9', 3, false],
    ['u=1, u=a', 3, false],
    // RFC 9218 section 4: out of range, or of another type
    ['u=8', 3, false],
    ['u=-1', 3, false],
    ['u=-0', 0, false],
    ['u=1.0', 3, false],
    ['u="1"', 3, false],
    ['u', 3, false],
    ['u=?1', 3, false],
    ['i=1', 3, false],
    ['i=(1)', 3, false],
    ['u=999999999999999', 3, false],
    // Others, and parameters
    ['a=1, u=2;b=1, *c.d-e_f', 2, false],
    ['u=2;b;c="d" , i;e=:AAA=:', 2, true],
    ['a="b\\"\\\\,u=1", u=4', 4, false],
    ['a=(1 "b" c;d=1  ?0);e, u=6', 6, false],
    ['a=(), b=( ), u=6', 6, false],
    ['a=tok:en/*!, u=1', 1, false],
    ['a=*, u=1', 1, false],
    ['a=123456789012.123, b=" ~", u=1', 1, false],
    ['z=Zz, az=zZ, u=1', 1, false],
    ['a=-12.345, u=1', 1, false],
    ['a=@1659578233, b=@-1, u=1', 1, false],
    ['a=%"caf%c3%a9 \'", u=1', 1, false],
    ['a=:aGk=:, b=::, u=1', 1, false],
  ]
  for (const [text, urgency, incremental] of cases)
    it(`is read: ${JSON.stringify(text)}`, () => assert.deepEqual(parsePriority(text), { urgency, incremental }))

  const malformed = [
    ['a comma at the end', 'u=1,'],
    ['a comma at the start', ',u=1'],
    ['two commas', 'u=1,,i'],
    ['no comma', 'u=1 i'],
    ['no value', 'u='],
    ['a space behind the equals sign', 'u= 1'],
    ['a space before the equals sign', 'u =1'],
    ['a key in capitals', 'U=1'],
    ['a key that starts with a digit', '1=u'],
    ['a semicolon in place of a comma', 'u=1;;i'],
    ['a parameter without a value', 'u=1;a='],
    ['a boolean that is none', 'i=?2'],
    ['a boolean that is cut off', 'i=?'],
    ['a minus sign alone', 'u=-'],
    ['an integer of 16 digits', 'u=1000000000000000'],
    ['a decimal without a fraction', 'u=1.'],
    ['a decimal with four digits of fraction', 'u=1.0000'],
    ['a decimal with 13 whole digits', 'u=1000000000000.0'],
    ['a string that is not closed', 'a="b'],
    ['a string that ends in a backslash', 'a="b\\'],
    ['a string with an unknown escape', 'a="\\n"'],
    ['a string with a byte above ASCII', 'a="\xe9"'],
    ['a string with a control character', 'a="\t"'],
    ['bytes that are not closed', 'a=:AA'],
    ['bytes that are no base64', 'a=:A*A:'],
    ['a list that is not closed', 'a=(1'],
    ['a list without spaces', 'a=(1"b")'],
    ['a list with a comma', 'a=(1,2)'],
    ['a list in a list', 'a=((1))'],
    ['a date that is a decimal', 'a=@1.5'],
    ['a date without a number', 'a=@'],
    ['a display string that is no UTF-8', 'a=%"%c3"'],
    ['a display string with capitals in an escape', 'a=%"%C3%A9"'],
    ['a display string that is not closed', 'a=%"b'],
    ['a percent sign alone', 'a=%'],
    ['a byte above ASCII', 'u=1, \xe9'],
    ['what was never a structured field', '<https://a.example>'],
  ]
  for (const [what, text] of malformed)
    it(`counts as not sent with ${what}: RFC 9651 section 4.2`, () => {
      assert.equal(parsePriority(text), null)
      assert.equal(parsePriority(`u=0, ${text}`), null)
    })

  it('counts as not sent with a tab before it: RFC 9651 section 4.2', () => assert.equal(parsePriority('\tu=1'), null))

  it('is one of sixteen', () => {
    for (const [i, priority] of PRIORITIES.entries()) {
      assert.equal(priorityNumber(priority), i)
      assert.equal(parsePriority(`u=${priority.urgency}${priority.incremental ? ', i' : ''}`), priority)
    }
    assert.deepEqual(DEFAULT_PRIORITY, { urgency: 3, incremental: false })
  })

  it('is one of sixteen or null, whatever comes', () => {
    const piece = fc.constantFrom(
      'u',
      'i',
      '=',
      ',',
      ' ',
      ';',
      '(',
      ')',
      '"',
      '?',
      '1',
      '0',
      '5',
      '-',
      '.',
      ':',
      '@',
      '%',
      '\\',
      'a',
      '*',
      '\t',
      '\xff',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), pieces => {
        const priority = parsePriority(pieces.join(''))
        assert.ok(priority === null || PRIORITIES.includes(priority))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('PRIORITY_UPDATE: RFC 9218 section 7.1', () => {
  const update = (text: string) => priorityUpdate(bytesOf(`??${text}??`), 2, 2 + text.length)

  it('has a stream and a field value', () => {
    assert.deepEqual(update('\0\0\x01\x03u=1, i'), { stream: 259, priority: { urgency: 1, incremental: true } })
  })

  it('may have an empty value: the defaults', () => {
    assert.deepEqual(update('\0\0\0\x01'), { stream: 1, priority: { urgency: 3, incremental: false } })
  })

  it('ignores the reserved bit', () => {
    assert.deepEqual(update('\x80\0\0\x05u=0'), { stream: 5, priority: { urgency: 0, incremental: false } })
  })

  it('says nothing where its value is malformed', () => {
    assert.deepEqual(update('\0\0\0\x01u='), { stream: 1, priority: null })
  })

  it('says nothing where its value is longer than any that makes sense', () => {
    assert.deepEqual(update(`\0\0\0\x01u=1${' '.repeat(1021)}`), {
      stream: 1,
      priority: { urgency: 1, incremental: false },
    })
    assert.deepEqual(update(`\0\0\0\x01u=1${' '.repeat(1022)}`), { stream: 1, priority: null })
  })

  it('must name a stream', () => {
    assert.equal(update('\0\0\0\0u=1'), 'stream-zero')
    assert.equal(update('\x80\0\0\0u=1'), 'stream-zero')
  })

  it('must have room for the number of a stream', () => {
    for (const text of ['', '\0', '\0\0\0']) assert.equal(update(text), 'wrong-frame-size')
  })
})
