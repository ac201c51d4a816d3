// What must hold for all fields and all bytes.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import * as hpack from '../../src/hpack/index.ts'
import { checkDecoder, checkEncoder, DECODER_DICTIONARY } from '../fuzz/hpack-check.ts'
import { decodeBlock, decodeBytewise, encodeBlock, type FieldToSend } from './blocks.ts'

const byte = fc.integer({ min: 0, max: 255 }).map(code => String.fromCharCode(code))
/** Few, so that they come again. */
const known = fc.constantFrom(':status', ':path', 'accept-encoding', 'gzip, deflate', 'x-name', '200', '/', '')
const text = fc.oneof(
  known,
  fc.string({ unit: byte, maxLength: 40 }),
  fc.string({ minLength: 100, maxLength: 300, unit: byte }),
)
const indexing = fc.constantFrom<hpack.Indexing>('index', 'once', 'never')
const field: fc.Arbitrary<FieldToSend> = fc.tuple(text, text, indexing)
const size = fc.oneof(fc.constantFrom(0, 32, 4096), fc.nat({ max: 9000 }))
/** A block, and the limits that are agreed upon before it. */
const step = fc.record({ limits: fc.array(size, { maxLength: 3 }), fields: fc.array(field, { maxLength: 12 }) })

describe('fields', () => {
  test('come back as they were, whatever the tables’ sizes and however their blocks are cut', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), size, (steps, most) => {
        const limits = { tableBytes: 4096, listBytes: 1e6, fieldCount: 1e4 }
        const encoder = new hpack.HpackEncoder({ tableBytes: most })
        const [whole, pieces] = [new hpack.HpackDecoder(limits), new hpack.HpackDecoder(limits)]
        for (const { limits, fields } of steps) {
          for (const limit of limits) {
            encoder.peerLimit(limit)
            whole.tableLimit(limit)
            pieces.tableLimit(limit)
          }
          const block = encodeBlock(encoder, fields)
          const expected = fields.map(([name, value]) => [name, value])
          assert.deepEqual(decodeBlock(whole, block), expected)
          assert.deepEqual(decodeBytewise(pieces, block), expected)
          assert.deepEqual(
            whole.fields.map(one => one.sensitive),
            fields.map(([, , indexing]) => indexing === 'never'),
          )
        }
      }),
    )
  })

  test('are encoded as the reference decoder understands them', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), bytes => void checkEncoder(hpack, bytes)))
  })
})

describe('any bytes', () => {
  test('mean what the reference decoder makes of them, or break in both', () => {
    const part = fc.oneof(fc.constantFrom(...DECODER_DICTIONARY), fc.uint8Array({ maxLength: 6 }))
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 12 }),
        parts => void checkDecoder(hpack, Uint8Array.from(Buffer.concat(parts))),
      ),
    )
  })

  test('never cost more than the limits say', () => {
    const limits = fc.record({
      tableBytes: fc.nat({ max: 300 }),
      listBytes: fc.nat({ max: 300 }),
      fieldCount: fc.nat({ max: 10 }),
      stringBytes: fc.nat({ max: 300 }),
    })
    fc.assert(
      fc.property(limits, fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), (limits, blocks) => {
        const decoder = new hpack.HpackDecoder(limits)
        for (const block of blocks) {
          decoder.begin()
          const came = decoder.decode(block, 0, block.length)
          assert.ok(came === -1 ? decoder.error !== null : came <= block.length)
          assert.equal(decoder.finish(), decoder.error === null)
          const { fields } = decoder
          assert.ok(fields.length <= limits.fieldCount)
          assert.ok(
            fields.reduce((sum, { name, value }) => sum + name.length + value.length + 32, 0) <= limits.listBytes,
          )
        }
      }),
    )
  })
})
