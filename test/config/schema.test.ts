import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { about, configJson, configTable, KEYS, loadConfig, nearest, notYetInForce } from '../../src/config/index.ts'
import { readTexts, takesSeveral } from '../../src/config/read.ts'
import { fits, jsonSchema } from '../../src/config/schema.ts'
import { GROUPS } from '../../src/config/shapes.ts'

const directory = join(import.meta.dirname, 'nowhere')

describe('the table', () => {
  test('every default fits its own option', () => {
    for (const key of KEYS) assert(fits(key, about(key).initial), key)
  })

  test('every option has help and a heading', () => {
    for (const key of KEYS) {
      assert(about(key).help.length > 10, key)
      assert(GROUPS.includes(about(key).group), key)
    }
  })
})

describe('text and schema agree', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.integer({ min: -10, max: 2 ** 40 }).map(String),
    fc.double({ min: -1, max: 1e5, noNaN: true }).map(String),
    fc.constantFrom('true', 'off', 'auto', 'info', 'threads', '', '0', '65535', '65536', '1e3', '0x10', ' 7 '),
    fc.constantFrom('/a /b', '/a /b 301', '/a /b 200', '/a b c', '/x A: b', '/x A: b\nC: d', '/x A b'),
  )

  test('a value that is read from text fits the schema', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), texts, (key, text) => {
        const value = readTexts(about(key), [text])
        if (value !== undefined) assert(fits(key, value), `${key}: ${JSON.stringify(value)}`)
      }),
      { numRuns: 3000 },
    )
  })

  test('a value that fits the schema is read from its own text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), fc.oneof(fc.integer({ min: -2, max: 100_000 }), texts), (key, value) => {
        if (takesSeveral(about(key)) || !fits(key, value)) return
        assert.equal(readTexts(about(key), [String(value)]), value, key)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('the JSON Schema', () => {
  test('has every option, the older spellings, and nothing else', () => {
    const schema = JSON.parse(JSON.stringify(jsonSchema()))
    assert.equal(schema.additionalProperties, false)
    assert.equal(schema.properties.directory.deprecated, true)
    assert.equal(schema.properties.port.description, about('port').help)
    for (const key of KEYS) assert(key in schema.properties, key)
    const older = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'older-server.json'), 'utf8'))
    for (const key of Object.keys(older)) assert(key in schema.properties, key)
  })
})

describe('what is in force', () => {
  test('is shown with its origin, secrets hidden', async () => {
    const loaded = await loadConfig({ flags: [], environment: { WIREWRIGHT_AUTH: 'me:hunter2' }, directory })
    for (const shown of [configTable(loaded), configJson(loaded)]) {
      assert(!shown.includes('hunter2'))
      assert.match(shown, /hidden.*WIREWRIGHT_AUTH/s)
    }
    assert.equal(configTable(loaded).trimEnd().split('\n').length, KEYS.length)
    assert.equal(JSON.parse(configJson(loaded)).port.value, 8000)
  })

  test('what comes later is named', async () => {
    const none = await loadConfig({ flags: [], environment: {}, directory })
    assert.deepEqual(notYetInForce(none), [])
    const file = join(import.meta.dirname, 'fixtures', 'older-server.json')
    const older = await loadConfig({ flags: [], environment: {}, directory, file })
    assert.deepEqual(notYetInForce(older), ['max_threads', 'enable_file_uploads', 'enable_server_status'])
  })
})

describe('the nearest name', () => {
  for (const [typed, meant] of [
    ['prot', 'port'],
    ['document_rot', 'document_root'],
    ['PORT', 'port'],
    ['loglevel', 'log_level'],
    ['xyzzy', undefined],
    ['', undefined],
  ] as const)
    test(`of ${typed} is ${meant}`, () => assert.equal(nearest(typed, KEYS), meant))
})
