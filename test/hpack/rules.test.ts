// What RFC 7541 demands of a decoder, section by section. Blocks are written as hex; those that must be refused say by which
// rule and at which offset.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { HpackDecoder, type HpackRuleName, RULES } from '../../src/hpack/index.ts'
import { decodeBlock, decodeBytewise, hex, type Pair } from './blocks.ts'

/** Blocks that follow each other: hex; a number is our new limit of the table, acknowledged between them. */
type Steps = readonly (string | number)[]

interface Refused {
  readonly steps: Steps
  readonly rule: HpackRuleName
  readonly offset: number
}

/** x: 1, with indexing. */
const X = '4001 78 01 31'
/** 30 bits that are 1, then padding. */
const END_OF_STRING = 'ffffffff'

const REFUSED: Readonly<Record<string, Refused>> = {
  'section 2.3.3: an index behind the last field of an empty dynamic table': {
    steps: ['82 be'],
    rule: 'unknown-index',
    offset: 1,
  },
  'section 2.3.3: an index behind the last field of the dynamic table': {
    steps: [X, 'be bf'],
    rule: 'unknown-index',
    offset: 1,
  },
  'section 2.3.3: the index of a name behind the last field': {
    steps: [X, '7f00 01 61'],
    rule: 'unknown-index',
    offset: 0,
  },
  'section 2.3.3: the index of a name behind the last field, without indexing': {
    steps: ['0f2f 01 61'],
    rule: 'unknown-index',
    offset: 0,
  },
  'section 2.3.3: an index far behind the last field': {
    steps: ['ff ffff ff07'],
    rule: 'unknown-index',
    offset: 0,
  },
  'section 4.2: a size update behind a field': { steps: ['82 20'], rule: 'late-size-update', offset: 1 },
  'section 4.2: a size update behind a literal': { steps: [`${X} 3f00`], rule: 'late-size-update', offset: 5 },
  'section 4.2: a size update that comes a block too late': {
    steps: [100, '82', '3f45 82'],
    rule: 'missing-size-update',
    offset: 0,
  },
  'section 4.2: no size update in a block of no field': { steps: [100, ''], rule: 'missing-size-update', offset: 0 },
  'section 4.2: a size update that is not the smallest that was demanded': {
    steps: [100, 200, '3fa901 82'],
    rule: 'missing-size-update',
    offset: 0,
  },
  'section 4.2: the last size update of two alone, where the first was smaller': {
    steps: [0, 4096, '3fe11f 82'],
    rule: 'missing-size-update',
    offset: 0,
  },
  'section 4.2: three size updates': { steps: ['20 3fe11f 3fe11f 82'], rule: 'too-many-size-updates', offset: 4 },
  'section 4.4: an index of what a large field has thrown out': {
    steps: [
      30 + 34,
      `3f21 ${X}`,
      'be',
      '4001 79 1e 616161616161616161616161616161616161616161616161616161616161',
      'be',
      'bf',
    ],
    rule: 'unknown-index',
    offset: 0,
  },
  'section 4.4: an index into a table that too large a field has emptied': {
    steps: [40, `3f09 ${X}`, 'be', '4001 79 0a 61616161616161616161', 'be'],
    rule: 'unknown-index',
    offset: 0,
  },
  'section 5.1: an integer above 2147483647': { steps: ['82 ff81ffffff07'], rule: 'integer-overflow', offset: 1 },
  'section 5.1: an integer of six bytes behind its prefix': {
    steps: ['ff808080808000'],
    rule: 'integer-overflow',
    offset: 0,
  },
  'section 5.1: an integer that does not end, before it does': {
    steps: ['ffffffffffff'],
    rule: 'integer-overflow',
    offset: 0,
  },
  'section 5.1: a length that does not end': { steps: ['00 ffffffffffff'], rule: 'integer-overflow', offset: 1 },
  'section 5.1: a size that does not end': { steps: ['3fffffffffff'], rule: 'integer-overflow', offset: 0 },
  'section 5.2: padding of eight bits': { steps: ['00 01 61 82 1fff'], rule: 'huffman-long-padding', offset: 3 },
  'section 5.2: padding of eight bits alone': { steps: ['00 81 ff 00'], rule: 'huffman-long-padding', offset: 1 },
  'section 5.2: padding of 23 bits': { steps: ['00 83 ffff ff 00'], rule: 'huffman-long-padding', offset: 1 },
  'section 5.2: padding of 29 bits': { steps: ['00 85 ff9fffffff 00'], rule: 'huffman-long-padding', offset: 1 },
  'section 5.2: padding with a bit that is 0': { steps: ['00 81 1e 00'], rule: 'huffman-wrong-padding', offset: 1 },
  'section 5.2: padding of bits that are 0': { steps: ['00 81 18 00'], rule: 'huffman-wrong-padding', offset: 1 },
  'section 5.2: a code that is not complete': { steps: ['00 81 fe 00'], rule: 'huffman-wrong-padding', offset: 1 },
  'section 5.2: the end of string alone': {
    steps: [`00 84 ${END_OF_STRING} 00`],
    rule: 'huffman-end-of-string',
    offset: 1,
  },
  'section 5.2: the end of string inside of a value': {
    steps: [`82 00 01 61 85 1f ${END_OF_STRING}`],
    rule: 'huffman-end-of-string',
    offset: 4,
  },
  'section 5.2: the end of string in a field that is not kept': {
    steps: [`${`047f00 ${'61'.repeat(127)}`.repeat(20)} 00 01 61 85 1f ${END_OF_STRING}`],
    rule: 'huffman-end-of-string',
    offset: 20 * 130 + 3,
  },
  'section 6.1: the index 0': { steps: ['82 80'], rule: 'zero-index', offset: 1 },
  'section 6.3: a size above the limit': { steps: ['3fe21f'], rule: 'size-update-above-limit', offset: 0 },
  'section 6.3: a second size above the limit': { steps: ['20 3fe21f'], rule: 'size-update-above-limit', offset: 1 },
  'section 6.3: a size above a limit that was lowered': {
    steps: [100, '3f45 82', '3f46 82'],
    rule: 'size-update-above-limit',
    offset: 0,
  },
  'section 6: the end of the block inside of an index': { steps: ['82 ff'], rule: 'truncated', offset: 1 },
  'section 6: the end of the block inside of a size': { steps: ['3f'], rule: 'truncated', offset: 0 },
  'section 6: the end of the block before a name': { steps: ['82 00'], rule: 'truncated', offset: 1 },
  'section 6: the end of the block inside of a name': { steps: ['40 02 61'], rule: 'truncated', offset: 0 },
  'section 6: the end of the block before a value': { steps: ['40 02 6161'], rule: 'truncated', offset: 0 },
  'section 6: the end of the block inside of a value': { steps: ['04 02 61'], rule: 'truncated', offset: 0 },
  'section 7.4: a name longer than the limit, before any of it': {
    steps: ['82 00 7f8211'],
    rule: 'string-too-long',
    offset: 2,
  },
  'section 7.4: a value longer than the limit, before any of it': {
    steps: ['82 04 ff8211'],
    rule: 'string-too-long',
    offset: 2,
  },
}

const LIMITS = { tableBytes: 4096, listBytes: 2304, fieldCount: 100 }

describe('RFC 7541: refused is, in', () => {
  for (const [name, { steps, rule, offset }] of Object.entries(REFUSED)) {
    test(name, () => {
      for (const decode of [decodeBlock, decodeBytewise]) {
        const decoder = new HpackDecoder(LIMITS)
        assert.throws(() => decodeSteps(decoder, steps, decode), { code: 'ERR_ASSERTION' })
        assert.deepEqual(decoder.error, { rule, ...RULES[rule], offset })
        assert.equal(decoder.decode(hex('82'), 0, 1), -1, 'what is broken stays so')
        assert.equal(decoder.finish(), false)
      }
    })
  }

  test('every rule', () => {
    assert.deepEqual(new Set(Object.values(REFUSED).map(({ rule }) => rule)), new Set(Object.keys(RULES)))
  })
})

const A: Pair = ['a', '']
const GET: Pair = [':method', 'GET']

const TAKEN: Readonly<Record<string, { readonly steps: Steps; readonly fields: readonly Pair[] }>> = {
  'section 2.3.2: duplicate fields in the dynamic table': {
    steps: [X + X, 'be bf'],
    fields: [
      ['x', '1'],
      ['x', '1'],
    ],
  },
  'section 2.3.3: the newest field of the dynamic table has the first index behind the static one': {
    steps: [X, '4001 79 01 32', 'be bf'],
    fields: [
      ['y', '2'],
      ['x', '1'],
    ],
  },
  'section 4.2: two size updates, the smallest and the last': { steps: [0, 4096, '20 3fe11f 82'], fields: [GET] },
  'section 4.2: a size update smaller than demanded': { steps: [100, '20 82'], fields: [GET] },
  'section 4.2: no size update where the limit is not below the size': {
    steps: ['3f45', 200, '82'],
    fields: [GET],
  },
  'section 4.2: no size update where the limit was raised': { steps: [8192, '82'], fields: [GET] },
  'section 4.2: size updates alone': { steps: ['20 3fe11f'], fields: [] },
  'section 4.3: a smaller table keeps the newest fields': {
    steps: [`${X} 4001 79 01 32`, '3f06 be', '3f03', '3fe11f 4001 7a 01 33', 'be'],
    fields: [['z', '3']],
  },
  'section 4.4: a new field that takes its name from the one that it throws out': {
    steps: ['3f03', X, '7e 01 32', 'be'],
    fields: [['x', '2']],
  },
  'section 4.4: a field larger than the table is no error': {
    steps: ['3f03', '4001 78 02 3131'],
    fields: [['x', '11']],
  },
  'section 5.1: an integer with zeros behind it': { steps: ['0f 8080808000 00'], fields: [['accept-charset', '']] },
  'section 5.2: an empty string in Huffman code': { steps: ['00 01 61 80'], fields: [A] },
  'section 5.2: padding of seven bits': { steps: ['00 01 61 83 028a7f'], fields: [['a', '0  ']] },
  'section 6.1: the last index of the static table': { steps: ['bd'], fields: [['www-authenticate', '']] },
  'section 6.2: a literal without a name': { steps: ['00 00 00'], fields: [['', '']] },
  'section 6.3: a size as large as the limit': { steps: ['3fe11f 82'], fields: [GET] },
}

describe('RFC 7541: taken is, in', () => {
  for (const [name, { steps, fields }] of Object.entries(TAKEN))
    test(name, () => {
      for (const decode of [decodeBlock, decodeBytewise])
        assert.deepEqual(decodeSteps(new HpackDecoder(LIMITS), steps, decode), fields)
    })
})

/** Returns the last block's fields. */
function decodeSteps(decoder: HpackDecoder, steps: Steps, decode: typeof decodeBlock): Pair[] {
  let fields: Pair[] = []
  for (const step of steps) {
    if (typeof step === 'number') decoder.tableLimit(step)
    else fields = decode(decoder, hex(step))
  }
  return fields
}
