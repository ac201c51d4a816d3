// The generated table of the Huffman code.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { huffmanTable } from '../../tools/huffman-table.ts'

test('the table is what the tool makes', () => {
  const text = readFileSync(new URL('../../src/hpack/huffman-table.ts', import.meta.url), 'utf8')
  assert.ok(text === huffmanTable(), 'write it again: node tools/huffman-table.ts')
})
