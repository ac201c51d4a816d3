// Codecs that are used again: what they make stays as it is, and where a runtime has none, nothing breaks.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type zlib from 'node:zlib'
import { AVAILABLE, CODINGS, compressWhole } from '../../src/middleware/compression/codings.ts'
import { reusedCodec } from '../../src/middleware/compression/reused-codec.ts'

describe('a codec that is used again', () => {
  for (const coding of AVAILABLE) {
    const { reusable } = CODINGS[coding]
    if (reusable === undefined) continue
    test(`makes of ${coding} what can be read, and leaves what it made before as it is`, () => {
      const { decompress } = reusable(CODINGS[coding].level)
      const contents = [0, 1, 10, 1000, 9000, 30_000].map(size => Buffer.from(`${size} `.repeat(size).slice(0, size)))
      const made = contents.map(content => {
        const compressed = compressWhole(content, coding, CODINGS[coding].level)
        assert(compressed instanceof Uint8Array)
        return compressed
      })
      for (const [at, content] of contents.entries()) assert.deepEqual(Buffer.from(decompress(made[at])), content)
    })

    test(`keeps nothing for each ${coding} that it makes`, () => {
      const stream = reusable(3).open({ chunkSize: 8192 }) as zlib.Gzip
      const codec = reusedCodec({ ...reusable(3), open: () => stream })
      assert(codec !== null)
      for (let i = 0; i < 50; i++) codec.compress(Buffer.from(String(i)))
      assert.equal(stream.listenerCount('error'), 0)
    })
  }

  const gzip = CODINGS.gzip.reusable!(6)

  test('is not there where streams have no inside that is known', () =>
    assert.equal(reusedCodec({ ...gzip, open: () => ({ _handle: null }) }), null))

  test('is not there where it does not make what it should', () =>
    assert.equal(reusedCodec({ ...gzip, decompress: () => Buffer.from('else') }), null))

  test('is not there where it cannot even be tried', () =>
    assert.equal(
      reusedCodec({
        ...gzip,
        open: () => {
          throw new Error('no such codec')
        },
      }),
      null,
    ))
})
