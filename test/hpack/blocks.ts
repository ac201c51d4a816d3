// What the tests of this room share: bytes written as hex, blocks decoded and encoded whole.
import assert from 'node:assert/strict'
import { ByteOutput } from '../../src/bytes/byte-output.ts'
import type { HpackDecoder, HpackEncoder, HpackField, Indexing } from '../../src/hpack/index.ts'

/** What decodes and encodes: `src/hpack`, or a copy of it with a fault planted in. */
export type Hpack = Pick<typeof import('../../src/hpack/index.ts'), 'HpackDecoder' | 'HpackEncoder'>

export type Pair = readonly [name: string, value: string]
export type FieldToSend = readonly [name: string, value: string, indexing: Indexing]

/** Wide enough for what is no test of limits. */
export const WIDE = { tableBytes: 4096, listBytes: 1_000_000, fieldCount: 10_000 }

/** Bytes from hex digits; white space between them means nothing. */
export function hex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '')
  assert.match(digits, /^([0-9a-f]{2})*$/)
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** Decodes one whole block. @throws AssertionError where it is broken */
export function decodeBlock(decoder: HpackDecoder, bytes: Uint8Array): Pair[] {
  decoder.begin()
  const came = decoder.decode(bytes, 0, bytes.length)
  assert.ok(decoder.finish(), `${decoder.error?.rule} at ${decoder.error?.offset}`)
  assert.equal(came, bytes.length)
  return pairs(decoder.fields)
}

/** Decodes one block whose bytes come one by one, each time in new memory with other bytes around. */
export function decodeBytewise(decoder: HpackDecoder, bytes: Uint8Array): Pair[] {
  decoder.begin()
  let taken = 0
  for (let end = 1; end <= bytes.length; end++) {
    const moved = new Uint8Array(end - taken + 2).fill(0xff)
    moved.set(bytes.subarray(taken, end), 1)
    const came = decoder.decode(moved, 1, moved.length - 1)
    if (came === -1) break
    taken += came - 1
  }
  assert.ok(decoder.finish(), `${decoder.error?.rule} at ${decoder.error?.offset}`)
  return pairs(decoder.fields)
}

/** Encodes one block. */
export function encodeBlock(encoder: HpackEncoder, fields: readonly FieldToSend[]): Uint8Array {
  const out = new ByteOutput()
  encoder.begin(out)
  for (const [name, value, indexing] of fields) encoder.field(out, name, value, indexing)
  return written(out)
}

/** What has been written, in one piece. */
export function written(out: ByteOutput): Uint8Array {
  const bytes = Uint8Array.from(Buffer.concat(out.take()))
  out.recycle()
  return bytes
}

export function pairs(fields: readonly HpackField[]): Pair[] {
  return fields.map(({ name, value }) => [name, value])
}
