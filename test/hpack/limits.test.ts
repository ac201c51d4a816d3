// What a hostile peer's blocks can cost: the limits of a decoder.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { HpackDecoder } from '../../src/hpack/index.ts'
import { decodeBlock, hex, pairs, WIDE } from './blocks.ts'

const LIMITS = { tableBytes: 4096, listBytes: 1000, fieldCount: 10 }

/** A literal whose strings are as they are. */
function literal(first: number, name: string, value: string): number[] {
  return [first, ...string(name), ...string(value)]
}

function string(text: string): number[] {
  return [...stringHead(text.length, 0), ...Buffer.from(text, 'latin1')]
}

/** RFC 7541 section 5.2. */
function stringHead(length: number, huffman: number): number[] {
  if (length < 127) return [huffman | length]
  const bytes = [huffman | 127]
  let left = length - 127
  for (; left >= 128; left >>= 7) bytes.push((left & 127) | 128)
  return [...bytes, left]
}

const ONCE = 0x00
const INDEX = 0x40

describe('a block with more than the limits allow', () => {
  test('keeps the fields before, and is told to be too large', () => {
    const decoder = new HpackDecoder(LIMITS)
    decodeBlock(decoder, new Uint8Array(10).fill(0x82))
    assert.equal(decoder.tooLarge, false)
    decodeBlock(decoder, new Uint8Array(11).fill(0x82))
    assert.equal(decoder.tooLarge, true)
    assert.equal(decoder.fields.length, 10)
    decodeBlock(decoder, new Uint8Array(10).fill(0x82))
    assert.equal(decoder.tooLarge, false, 'the next block begins anew')
  })

  test('counts names, values and 32 bytes for each field (RFC 9113 section 6.5.2)', () => {
    for (const [length, tooLarge] of [
      [1000 - 32 - 1, false],
      [1000 - 32, true],
    ] as const) {
      const decoder = new HpackDecoder(LIMITS)
      decodeBlock(decoder, Uint8Array.from(literal(ONCE, 'a', 'v'.repeat(length))))
      assert.equal(decoder.tooLarge, tooLarge)
      assert.equal(decoder.fields.length, tooLarge ? 0 : 1)
    }
  })

  test('keeps nothing behind the field that was too much, however small it is', () => {
    const decoder = new HpackDecoder(LIMITS)
    decodeBlock(decoder, Uint8Array.from([0x82, ...literal(ONCE, 'a', 'v'.repeat(990)), 0x86]))
    assert.deepEqual(pairs(decoder.fields), [[':method', 'GET']])
  })

  test('fills the table all the same', () => {
    const decoder = new HpackDecoder(LIMITS)
    decodeBlock(decoder, Uint8Array.from([...new Uint8Array(20).fill(0x82), ...literal(INDEX, 'late', 'field'), 0xbe]))
    assert.equal(decoder.fields.length, 10)
    assert.deepEqual(decodeBlock(decoder, hex('be')), [['late', 'field']])
  })
})

test('many references to a large field share it', () => {
  const decoder = new HpackDecoder({ ...LIMITS, listBytes: 2 ** 20, fieldCount: 100 })
  decodeBlock(decoder, Uint8Array.from(literal(INDEX, 'a', 'v'.repeat(3000))))
  decodeBlock(decoder, new Uint8Array(16_000).fill(0xbe))
  assert.equal(decoder.fields.length, 100)
  assert.equal(new Set(decoder.fields).size, 1)
  assert.equal(decoder.tooLarge, true)
})

describe('a string', () => {
  test('may be longer than a list where that is allowed: it is left out, and the table emptied', () => {
    const decoder = new HpackDecoder({ ...LIMITS, stringBytes: 5000 })
    decodeBlock(decoder, Uint8Array.from(literal(INDEX, 'a', 'b')))
    decodeBlock(decoder, Uint8Array.from(literal(INDEX, 'a', 'v'.repeat(5000))))
    assert.equal(decoder.tooLarge, true)
    decoder.begin()
    assert.equal(decoder.decode(hex('be'), 0, 1), -1)
  })

  test('is refused by its length alone, wherever it is', () => {
    for (const start of ['00', '40', '10', '000161', '400161', '41', '7d']) {
      for (const length of ['7fea06', 'ffea06']) {
        const decoder = new HpackDecoder(LIMITS)
        decoder.begin()
        const bytes = hex(start + length)
        assert.equal(decoder.decode(bytes, 0, bytes.length), -1)
        assert.equal(decoder.error?.rule, 'string-too-long')
      }
    }
  })

  test('of any length that there is comes back', () => {
    for (const length of [0, 1, 126, 127, 128, 254, 255, 16_000, 16_384, 30_000, 60_000]) {
      const decoder = new HpackDecoder({ ...WIDE })
      // Five bits that are 0 for each, then padding
      const bytes = `${'00000'.repeat(length)}1111111`.match(/.{8}/g) ?? []
      const text = bytes.map(bits => Number.parseInt(bits, 2))
      const block = [0x04, ...stringHead(text.length, 0x80), ...text]
      assert.deepEqual(decodeBlock(decoder, Uint8Array.from(block)), [[':path', '0'.repeat(length)]])
    }
  })
})

test('a field that comes byte by byte is not read again and again', () => {
  // Bytes are counted as they are read: each retry may look at the two lengths alone.
  let reads = 0
  const length = 900
  const block = Uint8Array.from(literal(ONCE, 'n'.repeat(50), 'v'.repeat(length)))
  const counted = new Proxy(block, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads++
      return Reflect.get(target, key, target)
    },
  })
  const decoder = new HpackDecoder(LIMITS)
  decoder.begin()
  for (let end = 1; end < block.length; end++) assert.equal(decoder.decode(counted, 0, end), 0)
  assert.ok(reads < block.length * 12, `${reads} reads`)
  assert.equal(decoder.decode(block, 0, block.length), block.length)
})

describe('the edition', () => {
  test('stays where the table does', () => {
    const decoder = new HpackDecoder(WIDE)
    decodeBlock(decoder, hex('4001780131'))
    const { edition } = decoder
    decodeBlock(decoder, hex('82 be 00017801 32 10017801 33'))
    assert.equal(decoder.edition, edition)
  })

  test('changes with every field that comes or goes, with every size and every limit', () => {
    const decoder = new HpackDecoder(WIDE)
    const editions = new Set([decoder.edition])
    const blocks = [
      '4001780131',
      '4001780131',
      '3f09',
      '4001780131',
      '3f0a',
      '20',
      '3fe11f',
      `407f00${'61'.repeat(127)}00`,
    ]
    for (const block of blocks) {
      decodeBlock(decoder, hex(block))
      assert.ok(!editions.has(decoder.edition), block)
      editions.add(decoder.edition)
    }
    for (const limit of [4096, 100, 8192]) {
      decoder.tableLimit(limit)
      assert.ok(!editions.has(decoder.edition), String(limit))
      editions.add(decoder.edition)
    }
  })
})

test('the fields that were taken stay as they are', () => {
  const decoder = new HpackDecoder(WIDE)
  decodeBlock(decoder, hex('82 86'))
  const taken = decoder.takeFields()
  assert.equal(decoder.fields.length, 0)
  decodeBlock(decoder, hex('84'))
  assert.deepEqual(pairs(taken), [
    [':method', 'GET'],
    [':scheme', 'http'],
  ])
})

test('fields of both tables are the same object each time, and their verdicts stay', () => {
  const [one, two] = [new HpackDecoder(WIDE), new HpackDecoder(WIDE)]
  decodeBlock(one, hex('82 4001780131'))
  const [method, x] = one.takeFields()
  x.verdict = 7
  decodeBlock(one, hex('82 be'))
  assert.equal(one.fields[0], method)
  assert.equal(one.fields[1], x)
  assert.equal(one.fields[1].verdict, 7)
  decodeBlock(two, hex('82 4001780131'))
  assert.equal(two.fields[0], method)
  assert.notEqual(two.fields[1], x)
})
