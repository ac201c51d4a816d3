// The fuzzer itself: the same seed gives the same inputs, what does something new is kept, what breaks is made small.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fuzzing, type FuzzTarget, fuzz } from '../../tools/fuzzing/fuzz.ts'

/** Breaks where an X stands somewhere behind an A. */
const target: FuzzTarget = {
  name: 'letters',
  seeds: [Buffer.from('some text with an A'), Buffer.from('and an X')],
  run(bytes) {
    const text = Buffer.from(bytes).toString('latin1')
    assert.doesNotMatch(text, /A.*X/s)
    return [`A ${text.includes('A')}`, `X ${text.includes('X')}`]
  },
}

describe('fuzzing', () => {
  test('finds what breaks a target and makes it as small as it can be', () => {
    for (const seed of [1, 2, 3]) {
      const found = fuzz(target, seed, 20_000)
      assert.ok(found !== null)
      assert.equal(Buffer.from(found.bytes).toString('latin1'), 'AX')
      assert.ok(found.error instanceof assert.AssertionError)
    }
  })

  test('tries the same inputs for the same seed, and others for another', () => {
    assert.deepEqual(inputs(7), inputs(7))
    assert.notDeepEqual(inputs(7), inputs(8))
  })

  test('keeps inputs that did something new, and no others', () => {
    const fuzzing = new Fuzzing(target, 1)
    for (const text of ['none', 'nothing', 'A', 'an A', 'X']) fuzzing.try(Buffer.from(text))
    assert.deepEqual(
      fuzzing.corpus.map(bytes => bytes.toString()),
      ['none', 'A', 'X'],
    )
  })

  test('leaves the seeds as they are', () => {
    const seed = Buffer.from('a seed that is a Buffer')
    fuzz({ name: 'any', seeds: [seed], run: bytes => [String(bytes.fill(0).length)] }, 1, 500)
    assert.equal(seed.toString(), 'a seed that is a Buffer')
  })

  test('gives up after as many inputs as it was told', () => {
    let runs = 0
    const calm = { name: 'calm', seeds: [], run: () => [String(runs++)] }
    assert.equal(fuzz(calm, 1, 100), null)
    assert.equal(runs, 100)
  })
})

function inputs(seed: number): string[] {
  const fuzzing = new Fuzzing({ name: 'any', seeds: target.seeds, run: () => [] }, seed)
  return Array.from({ length: 50 }, () => {
    const bytes = fuzzing.next()
    fuzzing.try(bytes)
    return Buffer.from(bytes).toString('hex')
  })
}
