// The ring that both dynamic tables are.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DynamicTable, type Sized } from '../../src/hpack/dynamic-table.ts'

/** The fields, the newest first. */
function fieldsOf(table: DynamicTable<Sized>): Sized[] {
  return Array.from({ length: table.count }, (_, age) => table.at(age))
}

test('a table has the newest fields that fit, whatever comes and however its size changes', () => {
  const change = fc.oneof(
    { weight: 9, arbitrary: fc.record({ add: fc.integer({ min: 32, max: 80 }) }) },
    { weight: 1, arbitrary: fc.record({ resize: fc.nat({ max: 3000 }) }) },
  )
  fc.assert(
    fc.property(fc.nat({ max: 3000 }), fc.array(change, { maxLength: 200, size: 'max' }), (limit, changes) => {
      const table = new DynamicTable<Sized>(limit)
      let expected: Sized[] = []
      for (const change of changes) {
        if ('add' in change) {
          const field = { size: change.add }
          assert.equal(table.add(field), change.add <= table.limit)
          expected = [field, ...expected]
        } else table.resize(change.resize)
        while (sum(expected) > table.limit) expected.pop()
        assert.deepEqual(fieldsOf(table), expected)
        assert.ok(fieldsOf(table).every((field, i) => field === expected[i]))
        assert.equal(table.size, sum(expected))
      }
    }),
  )
})

test('a table grows while its first field is in the middle of the ring', () => {
  const table = new DynamicTable<Sized>(32 * 10)
  const fields = Array.from({ length: 60 }, () => ({ size: 32 }))
  for (const field of fields.slice(0, 20)) table.add(field)
  table.resize(32 * 40)
  for (const field of fields.slice(20)) table.add(field)
  assert.ok(fieldsOf(table).every((field, age) => field === fields[59 - age]))
  assert.equal(table.count, 40)
})

test('what has gone is not held', () => {
  const table = new DynamicTable<Sized>(100)
  const [gone, there] = [{ size: 60 }, { size: 70 }]
  table.add(gone)
  table.add(there)
  const ring = Reflect.get(table, 'ring') as unknown[]
  assert.ok(ring.includes(there) && !ring.includes(gone))
})

function sum(fields: readonly Sized[]): number {
  return fields.reduce((sum, { size }) => sum + size, 0)
}
