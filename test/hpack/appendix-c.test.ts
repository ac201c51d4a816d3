// The examples of RFC 7541 Appendix C.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { HpackDecoder, HpackEncoder } from '../../src/hpack/index.ts'
import { decodeBlock, decodeBytewise, encodeBlock, hex, type Pair, toHex, WIDE } from './blocks.ts'

interface Example {
  readonly wire: string
  readonly fields: readonly Pair[]
}

const FIRST_REQUEST: readonly Pair[] = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'www.example.com'],
]
const SECOND_REQUEST: readonly Pair[] = [...FIRST_REQUEST, ['cache-control', 'no-cache']]
const THIRD_REQUEST: readonly Pair[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/index.html'],
  [':authority', 'www.example.com'],
  ['custom-key', 'custom-value'],
]
const FIRST_RESPONSE: readonly Pair[] = [
  [':status', '302'],
  ['cache-control', 'private'],
  ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
  ['location', 'https://www.example.com'],
]
const SECOND_RESPONSE: readonly Pair[] = [[':status', '307'], ...FIRST_RESPONSE.slice(1)]
const THIRD_RESPONSE: readonly Pair[] = [
  [':status', '200'],
  ['cache-control', 'private'],
  ['date', 'Mon, 21 Oct 2013 20:13:22 GMT'],
  ['location', 'https://www.example.com'],
  ['content-encoding', 'gzip'],
  ['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'],
]

/** Blocks that follow each other, with the table's size where that is not 4096. */
const EXAMPLES: Readonly<Record<string, { readonly table?: number; readonly blocks: readonly Example[] }>> = {
  'C.2.1: a literal with indexing': {
    blocks: [
      {
        wire: '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
        fields: [['custom-key', 'custom-header']],
      },
    ],
  },
  'C.2.2: a literal without indexing': {
    blocks: [{ wire: '040c 2f73 616d 706c 652f 7061 7468', fields: [[':path', '/sample/path']] }],
  },
  'C.2.3: a literal that is never indexed': {
    blocks: [{ wire: '1008 7061 7373 776f 7264 0673 6563 7265 74', fields: [['password', 'secret']] }],
  },
  'C.2.4: an indexed field': { blocks: [{ wire: '82', fields: [[':method', 'GET']] }] },
  'C.3: requests without Huffman code': {
    blocks: [
      { wire: '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d', fields: FIRST_REQUEST },
      { wire: '8286 84be 5808 6e6f 2d63 6163 6865', fields: SECOND_REQUEST },
      {
        wire: '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
        fields: THIRD_REQUEST,
      },
    ],
  },
  'C.4: requests with Huffman code': {
    blocks: [
      { wire: '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff', fields: FIRST_REQUEST },
      { wire: '8286 84be 5886 a8eb 1064 9cbf', fields: SECOND_REQUEST },
      { wire: '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf', fields: THIRD_REQUEST },
    ],
  },
  'C.5: responses without Huffman code': {
    table: 256,
    blocks: [
      {
        wire: `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133
               2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70
               6c65 2e63 6f6d`,
        fields: FIRST_RESPONSE,
      },
      { wire: '4803 3330 37c1 c0bf', fields: SECOND_RESPONSE },
      {
        wire: `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d
               54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049
               5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e
               3d31`,
        fields: THIRD_RESPONSE,
      },
    ],
  },
  'C.6: responses with Huffman code': {
    table: 256,
    blocks: [
      {
        wire: `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6
               2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
        fields: FIRST_RESPONSE,
      },
      { wire: '4883 640e ffc1 c0bf', fields: SECOND_RESPONSE },
      {
        wire: `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab
               77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f
               9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
        fields: THIRD_RESPONSE,
      },
    ],
  },
}

describe('RFC 7541 Appendix', () => {
  for (const [name, { table = 4096, blocks }] of Object.entries(EXAMPLES)) {
    for (const [how, decode] of Object.entries({ whole: decodeBlock, 'byte by byte': decodeBytewise }))
      test(`${name}, ${how}`, () => {
        const decoder = new HpackDecoder({ ...WIDE, tableBytes: table })
        for (const { wire, fields } of blocks) assert.deepEqual(decode(decoder, hex(wire)), fields)
      })
  }

  test('C.1: integers', () => {
    for (const [wire, size] of [
      ['2a', 10],
      ['3f9a0a', 1337],
    ] as const) {
      const decoder = new HpackDecoder(WIDE)
      assert.deepEqual(decodeBlock(decoder, hex(wire)), [])
      // The limit is lowered to the size that was told, so nothing is demanded; and below it, so something is.
      decoder.tableLimit(size)
      assert.deepEqual(decodeBlock(decoder, hex('82')), [[':method', 'GET']])
      decoder.tableLimit(size - 1)
      decoder.begin()
      assert.equal(decoder.decode(hex('82'), 0, 1), -1)

      const encoder = new HpackEncoder()
      encoder.peerLimit(size)
      assert.equal(toHex(encodeBlock(encoder, [])), wire)
    }
  })

  test('C.2.3: what is never to be indexed is said to be sensitive, and nothing else is', () => {
    const decoder = new HpackDecoder(WIDE)
    decodeBlock(decoder, hex(`${EXAMPLES['C.2.3: a literal that is never indexed'].blocks[0].wire} 82 0401 61 4401 61`))
    assert.deepEqual(
      decoder.fields.map(field => field.sensitive),
      [true, false, false, false],
    )
  })

  test('C.4: the encoder writes the same requests', () => {
    const encoder = new HpackEncoder()
    for (const { wire, fields } of EXAMPLES['C.4: requests with Huffman code'].blocks)
      assert.equal(toHex(encodeBlock(encoder, indexed(fields))), toHex(hex(wire)))
  })

  test('C.6: the encoder writes the same responses, but for a status whose Huffman code is not shorter', () => {
    const encoder = new HpackEncoder({ tableBytes: 256 })
    const size = '3fe101'
    const [first, second, third] = EXAMPLES['C.6: responses with Huffman code'].blocks
    assert.equal(toHex(encodeBlock(encoder, indexed(first.fields))), size + toHex(hex(first.wire)))
    assert.equal(
      toHex(encodeBlock(encoder, indexed(second.fields))),
      toHex(hex(second.wire)).replace('83640eff', '03333037'),
    )
    assert.equal(toHex(encodeBlock(encoder, indexed(third.fields))), toHex(hex(third.wire)))
  })
})

function indexed(fields: readonly Pair[]) {
  return fields.map(([name, value]) => [name, value, 'index'] as const)
}
