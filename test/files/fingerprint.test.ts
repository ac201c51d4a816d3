import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fingerprint } from '../../src/files/fingerprint.ts'

test('texts that differ a little have fingerprints that differ', () => {
  const seen = new Set<string>()
  const time = 1_763_640_000_000_000_000n
  for (let size = 0; size < 100; size++) {
    for (let step = 0n; step < 100n; step++) {
      for (const inode of [7, 8, 9]) seen.add(fingerprint(`${size},${time + step},${time + step * 4n},${inode},1,br`))
    }
  }
  assert.equal(seen.size, 30_000)
})

test('a fingerprint is a short token that is the same each time', () => {
  assert.equal(fingerprint('a'), fingerprint('a'))
  for (const text of ['', 'a', 'x'.repeat(1000)]) assert.match(fingerprint(text), /^[0-9a-z]{8,28}$/)
})
