// What an encoder writes: the shortest form that its table allows, and what RFC 7541 demands of it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ByteOutput } from '../../src/bytes/byte-output.ts'
import { HpackDecoder, HpackEncoder } from '../../src/hpack/index.ts'
import { decodeBlock, encodeBlock, type FieldToSend, toHex, WIDE, written } from './blocks.ts'

function wire(encoder: HpackEncoder, ...fields: FieldToSend[]): string {
  return toHex(encodeBlock(encoder, fields))
}

describe('a field', () => {
  test('that is in the static table is its index', () => {
    const encoder = new HpackEncoder()
    assert.equal(wire(encoder, [':method', 'POST', 'once']), '83')
    assert.equal(wire(encoder, ['accept-encoding', 'gzip, deflate', 'index']), '90')
    assert.equal(wire(encoder, ['www-authenticate', '', 'once']), 'bd')
  })

  test('that was indexed is its index from then on, also where it need not be', () => {
    const encoder = new HpackEncoder()
    assert.equal(wire(encoder, ['x', '1', 'index']), '4001780131')
    assert.equal(wire(encoder, ['x', '1', 'index']), 'be')
    assert.equal(wire(encoder, ['y', '', 'index'], ['x', '1', 'once']), '40017900bf')
  })

  test('that is sent once is not put into the table, and takes its name from there', () => {
    const encoder = new HpackEncoder()
    const before = encoder.edition
    assert.equal(wire(encoder, ['content-length', '~~', 'once']), '0f0d027e7e')
    assert.equal(wire(encoder, ['content-length', '~~', 'once']), '0f0d027e7e')
    assert.equal(encoder.edition, before)
    wire(encoder, ['~', '1', 'index'])
    assert.equal(wire(encoder, ['~', '~', 'once']), '0f2f017e')
  })

  test('that is never to be indexed is a literal, though it be in a table (RFC 7541 section 7.1.3)', () => {
    const encoder = new HpackEncoder()
    wire(encoder, ['~', '~', 'index'])
    assert.equal(wire(encoder, ['~', '~', 'never']), '1f2f017e')
    assert.equal(wire(encoder, [':method', 'GET', 'never']), '1203474554')
    assert.equal(wire(encoder, ['|', '|', 'never']), '10017c017c')
  })

  test('that would not fit is not indexed, and the others stay (RFC 7541 section 4.4)', () => {
    const encoder = new HpackEncoder({ tableBytes: 100 })
    wire(encoder, ['~', '~', 'index'])
    assert.ok(wire(encoder, ['a', '~'.repeat(68), 'index']).startsWith('00'))
    assert.equal(wire(encoder, ['~', '~', 'index']), 'be')
    assert.ok(wire(encoder, ['a', '~'.repeat(67), 'index']).startsWith('40'))
    assert.equal(wire(encoder, ['~', '~', 'index']), '40017e017e')
  })

  test('is found among many of its name, the newest first', () => {
    const encoder = new HpackEncoder()
    for (let i = 0; i < 40; i++) wire(encoder, ['x-many', `${i}`, 'index'])
    for (let i = 0; i < 40; i++) assert.equal(wire(encoder, ['x-many', `${i}`, 'index']), (0xbe + 39 - i).toString(16))
  })

  test('is found when older ones of its name have gone', () => {
    const encoder = new HpackEncoder({ tableBytes: 80 })
    for (let i = 0; i < 9; i++) {
      wire(encoder, ['~', `${i}`, 'index'])
      assert.equal(wire(encoder, ['~', `${i}`, 'index']), 'be')
      if (i > 0) assert.equal(wire(encoder, ['~', `${i - 1}`, 'index']), 'bf')
    }
  })

  test('is in Huffman code only where that is shorter', () => {
    const encoder = new HpackEncoder()
    assert.equal(wire(encoder, ['~', 'aaaaaaaa', 'once']), '00017e8518c6318c63')
    assert.equal(wire(encoder, ['~', '307', 'once']), '00017e03333037')
    assert.equal(wire(encoder, ['~', 'ÿ', 'once']), '00017e01ff')
  })

  test('that is not made of bytes is refused, and nothing of it is written', () => {
    const out = new ByteOutput()
    const encoder = new HpackEncoder()
    encoder.begin(out)
    const { edition } = encoder
    assert.throws(() => encoder.field(out, 'x', 'Ċ', 'index'), RangeError)
    assert.throws(() => encoder.field(out, 'x\u{1f600}', '', 'index'), RangeError)
    assert.equal(out.size, 0)
    assert.equal(encoder.edition, edition)
  })
})

test('a status that the static table has is one byte; others are from the second time on', () => {
  const encoder = new HpackEncoder()
  const status = (code: number) => {
    const out = new ByteOutput()
    encoder.begin(out)
    encoder.status(out, code)
    return toHex(written(out))
  }
  assert.deepEqual([200, 204, 206, 304, 400, 404, 500].map(status), ['88', '89', '8a', '8b', '8c', '8d', '8e'])
  assert.equal(status(307), '4803333037')
  assert.equal(status(307), 'be')
})

describe('RFC 7541 section 4.2: a changed limit', () => {
  test('is confirmed where the next block begins, once', () => {
    const encoder = new HpackEncoder()
    encoder.peerLimit(100)
    assert.equal(wire(encoder, [':method', 'GET', 'once']), '3f4582')
    assert.equal(wire(encoder, [':method', 'GET', 'once']), '82')
  })

  test('is told as the smallest and the last of several', () => {
    const encoder = new HpackEncoder()
    for (const limit of [2000, 50, 3000, 1000]) encoder.peerLimit(limit)
    assert.equal(wire(encoder), '3f133fc907')
    assert.equal(wire(encoder), '')
  })

  test('is told once where the smallest is the last', () => {
    const encoder = new HpackEncoder()
    for (const limit of [2000, 1000]) encoder.peerLimit(limit)
    assert.equal(wire(encoder), '3fc907')
  })

  test('that was raised is told alone', () => {
    const encoder = new HpackEncoder()
    encoder.peerLimit(1000)
    wire(encoder)
    encoder.peerLimit(2000)
    assert.equal(wire(encoder), '3fb10f')
  })

  test('is an integer of as many bytes as it takes', () => {
    for (const [limit, expected] of [
      [30, '3e'],
      [31, '3f00'],
      [31 + 127, '3f7f'],
      [31 + 128, '3f8001'],
      [31 + 128 * 127 + 127, '3fff7f'],
      [31 + 128 * 128, '3f808001'],
    ] as const) {
      const encoder = new HpackEncoder({ tableBytes: 2 ** 20 })
      encoder.peerLimit(limit)
      assert.equal(wire(encoder), expected)
    }
  })

  test('that is back where it was is told nevertheless if it was smaller in between', () => {
    const encoder = new HpackEncoder()
    for (const limit of [0, 4096]) encoder.peerLimit(limit)
    assert.equal(wire(encoder), '203fe11f')
  })

  test('above what we want to use changes nothing', () => {
    const encoder = new HpackEncoder()
    const { edition } = encoder
    encoder.peerLimit(65_536)
    encoder.peerLimit(2 ** 32 - 1)
    assert.equal(wire(encoder), '')
    assert.equal(encoder.edition, edition)
  })

  test('is another edition at once', () => {
    const encoder = new HpackEncoder()
    const { edition } = encoder
    encoder.peerLimit(100)
    assert.notEqual(encoder.edition, edition)
  })

  test('throws out what does not fit any more', () => {
    const encoder = new HpackEncoder()
    wire(encoder, ['~', '1', 'index'], ['|', '2', 'index'])
    encoder.peerLimit(40)
    assert.equal(wire(encoder, ['|', '2', 'once'], ['~', '1', 'once']), '3f09be00017e0131')
  })

  test('of 0 leaves nothing to index', () => {
    const encoder = new HpackEncoder()
    encoder.peerLimit(0)
    assert.equal(wire(encoder, ['~', '1', 'index'], ['~', '1', 'index']), '2000017e013100017e0131')
  })
})

test('an own size below the protocol’s 4096 is told in the first block', () => {
  assert.equal(wire(new HpackEncoder({ tableBytes: 0 })), '20')
  assert.equal(wire(new HpackEncoder({ tableBytes: 4096 })), '')
  assert.equal(wire(new HpackEncoder({ tableBytes: 8192 })), '', 'the peer has not offered that')
})

test('large values go through, over more than one block of the output', () => {
  const encoder = new HpackEncoder()
  const fields = [0, 1, 2].map(i => [`x-${i}`, String.fromCharCode(0x61 + i).repeat(40_000), 'index'] as const)
  const block = encodeBlock(encoder, fields)
  assert.deepEqual(
    decodeBlock(new HpackDecoder(WIDE), block),
    fields.map(([name, value]) => [name, value]),
  )
})
