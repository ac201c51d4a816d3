// Header blocks that five other encoders made of real requests and responses (test/vectors/hpack).
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { brotliDecompressSync } from 'node:zlib'
import { HpackDecoder, HpackEncoder } from '../../src/hpack/index.ts'
import { decodeBlock, decodeBytewise, encodeBlock, type Pair, WIDE } from './blocks.ts'

/** A block: the number of its list of fields, its bytes in hex, and the limit of the table that is agreed upon before. */
type Block = readonly [fields: number, wire: string, tableLimit?: number]

interface Stories {
  readonly fields: readonly (readonly string[])[]
  readonly encoders: Readonly<Record<string, Readonly<Record<string, readonly Block[]>>>>
}

const file = new URL('../vectors/hpack/stories.json.br', import.meta.url)
const { fields, encoders }: Stories = JSON.parse(brotliDecompressSync(readFileSync(file)).toString())

/** The texts are in UTF-8; the decoder gives a character for each byte. */
const lists = fields.map(flat => {
  const texts = flat.map(text => Buffer.from(text).toString('latin1'))
  return texts.flatMap((name, i): Pair[] => (i % 2 === 0 ? [[name, texts[i + 1]]] : []))
})

describe('the blocks of', () => {
  for (const [encoder, stories] of Object.entries(encoders)) {
    test(`${encoder} are decoded, whole`, () => decodeStories(stories, decodeBlock))
    test(`${encoder} are decoded, byte by byte`, () => decodeStories(stories, decodeBytewise))
  }
})

test('the fields of all stories come back from what the encoder makes of them', () => {
  for (const [name, story] of Object.entries(encoders.nghttp2)) {
    const encoder = new HpackEncoder()
    const decoder = new HpackDecoder(WIDE)
    for (const [list] of story) {
      const block = encodeBlock(
        encoder,
        lists[list].map(([name, value]) => [name, value, 'index']),
      )
      assert.deepEqual(decodeBlock(decoder, block), lists[list], name)
    }
  }
})

function decodeStories(stories: Readonly<Record<string, readonly Block[]>>, decode: typeof decodeBlock): void {
  for (const [name, story] of Object.entries(stories)) {
    const decoder = new HpackDecoder(WIDE)
    for (const [i, [list, wire, tableLimit]] of story.entries()) {
      if (tableLimit !== undefined) decoder.tableLimit(tableLimit)
      assert.deepEqual(decode(decoder, Buffer.from(wire, 'hex')), lists[list], `${name}, block ${i}`)
    }
  }
}
