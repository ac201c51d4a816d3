// Case 6: UTF-8. What is valid comes back; what is not fails the connection, and at the first byte that makes it so.
import { fragmented, frame, OPCODES } from './frames.ts'
import { BAD_DATA, type Case, CLEAN, type Step } from './verdict.ts'

const { continuation, text } = OPCODES

const GREEK = bytes('ceba e1bdb9 cf83 cebc ceb5')
const UMLAUTS = Buffer.from('Hello-µ@ßöäüàá-UTF-8!!')
const EDITED = Buffer.from('edited')
/** A surrogate between what is valid. */
const SURROGATE = Buffer.concat([GREEK, bytes('eda080'), EDITED])
/** A code point beyond the last one, wrong from its second byte on, which is the 13th of all. */
const BEYOND = Buffer.concat([GREEK, bytes('f4908080'), EDITED])

const fragmentedText: readonly Case[] = [
  valid('6.1.1', 'an empty message', [frame(text)], ''),
  valid(
    '6.1.2',
    'three empty fragments',
    [frame(text, '', { fin: false }), frame(continuation, '', { fin: false }), frame(continuation)],
    '',
  ),
  valid(
    '6.1.3',
    'an empty fragment, one that is not, an empty one',
    [frame(text, '', { fin: false }), frame(continuation, 'middle', { fin: false }), frame(continuation)],
    'middle',
  ),
  valid('6.2.1', 'in one frame', [frame(text, UMLAUTS)], UMLAUTS),
  valid(
    '6.2.2',
    'in two fragments between code points',
    [frame(text, UMLAUTS.subarray(0, 14), { fin: false }), frame(continuation, UMLAUTS.subarray(14))],
    UMLAUTS,
  ),
  valid('6.2.3', 'in fragments of one byte', fragmented(text, UMLAUTS, 1), UMLAUTS),
  valid('6.2.4', 'in fragments of one byte, Greek', fragmented(text, GREEK, 1), GREEK),
  invalid('6.3.1', 'a surrogate, in one frame', [frame(text, SURROGATE)]),
  invalid('6.3.2', 'a surrogate, in fragments of one byte', fragmented(text, SURROGATE, 1)),
  failsFast('6.4.1', 'in three fragments', [11, 15], true),
  failsFast('6.4.2', 'in three fragments, the second ends with the wrong byte', [12, 13], true),
  failsFast('6.4.3', 'in three pieces of one frame', [11, 15], false),
  failsFast('6.4.4', 'in three pieces of one frame, the second ends with the wrong byte', [12, 13], false),
]

/** The first part is right, the second is not and has to fail the connection before the third has come. */
function failsFast(id: string, name: string, [first, second]: readonly [number, number], inFragments: boolean): Case {
  const whole = frame(text, BEYOND)
  const head = whole.length - BEYOND.length
  const pieces = inFragments
    ? [
        frame(text, BEYOND.subarray(0, first), { fin: false }),
        frame(continuation, BEYOND.subarray(first, second), { fin: false }),
        frame(continuation, BEYOND.subarray(second)),
      ]
    : [whole.subarray(0, head + first), whole.subarray(head + first, head + second), whole.subarray(head + second)]
  const steps: Step[] = [{ send: pieces[0] }, { quiet: true }, { send: pieces[1] }, { late: pieces[2] }]
  return { id, name: `beyond the last code point, ${name}`, steps, heard: [], ending: BAD_DATA }
}

function valid(id: string, name: string, frames: readonly Buffer[], payload: string | Buffer): Case {
  return {
    id,
    name: `valid UTF-8: ${name}`,
    steps: [{ send: Buffer.concat(frames) }],
    heard: [{ kind: 'text', payload: Buffer.from(payload) }],
    ending: CLEAN,
  }
}

function invalid(id: string, name: string, frames: readonly Buffer[]): Case {
  return { id, name: `invalid UTF-8: ${name}`, steps: [{ send: Buffer.concat(frames) }], heard: [], ending: BAD_DATA }
}

interface Family {
  readonly name: string
  readonly valid?: readonly string[]
  readonly invalid?: readonly string[]
}

const INCOMPLETE = ['c0', 'e080', 'f08080', 'f8808080', 'fc80808080', 'df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf']

/** The families of Markus Kuhn's stress test for decoders, in hexadecimal. */
const FAMILIES: readonly Family[] = [
  {
    name: 'text with code points of one to four bytes',
    valid: [...['24', 'c2a2', 'e282ac', 'f0a4ada2'].map(one => `68656c6c6f ${one} 776f726c64`), GREEK.toString('hex')],
  },
  // Handled apart, since valid ones and others take turns: see `prefixes`.
  { name: 'prefixes of a text' },
  { name: 'first code point of a length', valid: ['00', 'c280', 'e0a080', 'f0908080'] },
  { name: 'first code point of five and six bytes', invalid: ['f888808080', 'fc8480808080'] },
  { name: 'last code point of a length', valid: ['7f', 'dfbf', 'efbfbf', 'f48fbfbf'] },
  { name: 'last code point of four, five and six bytes', invalid: ['f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf'] },
  { name: 'other borders', valid: ['ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf'], invalid: ['f4908080'] },
  {
    name: 'continuation bytes alone',
    invalid: [
      '80',
      'bf',
      ...[2, 3, 4, 5, 6].map(count => '80bf80bf80bf'.slice(0, count * 2)),
      Buffer.from(Array.from({ length: 63 }, (_, i) => 0x80 + i)).toString('hex'),
    ],
  },
  {
    name: 'starts alone',
    invalid: [
      [0xc0, 0xdf],
      [0xe0, 0xef],
      [0xf0, 0xf7],
      [0xf8, 0xfb],
      [0xfc, 0xfd],
    ].map(([from, to]) =>
      Buffer.from(Array.from({ length: to - from }, (_, i) => [from + i, 0x20]).flat()).toString('hex'),
    ),
  },
  { name: 'the last byte missing', invalid: INCOMPLETE },
  { name: 'incomplete ones in a row', invalid: [INCOMPLETE.join('')] },
  { name: 'impossible bytes', invalid: ['fe', 'ff', 'fefeffff'] },
  { name: 'overlong slash', invalid: ['c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af'] },
  { name: 'longest overlong forms', invalid: ['c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf'] },
  { name: 'overlong zero', invalid: ['c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080'] },
  {
    name: 'surrogates alone',
    invalid: ['eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'],
  },
  {
    name: 'surrogates in pairs',
    invalid: ['eda080', 'edadbf', 'edae80', 'edafbf'].flatMap(high => ['edb080', 'edbfbf'].map(low => high + low)),
  },
  {
    name: 'code points that are no characters',
    valid: [
      'efbfbe',
      'efbfbf',
      // The last two of each plane but the first.
      ...Array.from({ length: 16 }, (_, i) => (i + 1) * 0x1_0000 + 0xfffe).flatMap(point =>
        [point, point + 1].map(one => Buffer.from(String.fromCodePoint(one)).toString('hex')),
      ),
    ],
  },
  {
    name: 'specials',
    valid: ['efbfb9', 'efbfba', 'efbfbb', 'efbfbc', 'efbfbd', 'efbfbe', 'efbfbf'],
  },
]

function prefixes(id: string, name: string): Case[] {
  const ends = new Set([2, 5, 7, 9, 11])
  return Array.from({ length: GREEK.length }, (_, i) => {
    const payload = GREEK.subarray(0, i + 1)
    const make = ends.has(i + 1) ? valid : invalid
    return make(`${id}.${i + 1}`, `${name}: ${payload.toString('hex')}`, [frame(text, payload)], payload)
  })
}

const families: readonly Case[] = FAMILIES.flatMap(({ name, valid: right = [], invalid: wrong = [] }, i) => {
  const id = `6.${i + 5}`
  if (i === 1) return prefixes(id, name)
  return [...right, ...wrong].map((hex, j) => {
    const payload = bytes(hex)
    const make = j < right.length ? valid : invalid
    return make(`${id}.${j + 1}`, `${name}: ${hex.slice(0, 40)}`, [frame(text, payload)], payload)
  })
})

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex')
}

export const TEXT_CASES: readonly Case[] = [...fragmentedText, ...families]
