// What the documentation says of the rules of HTTP/2 is true.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { CODES, RULES } from '../../src/h2/index.ts'

const [, page] = readFileSync(new URL('../../docs/refusals.md', import.meta.url), 'utf8').split(
  /\n## (?:HTTP\/2|WebSocket)\n/,
)

/** The rows of its tables: rule, answer, section, what is right, what to do. */
const told = [...page.matchAll(/^\| (`.*) \|$/gm)].map(([, cells]) => cells.split(' | '))

describe('docs/refusals.md', () => {
  test('has a row for each rule of HTTP/2, as the source has it', () => {
    const said = told.map(([rule, answer, section, detail]) => [rule.slice(1, -1), { answer, section, detail }])
    const are = Object.entries(RULES).map(([rule, { status, scope, code, section, detail }]) => [
      rule,
      { answer: status === 0 ? `${scope} ${code}` : String(status), section, detail },
    ])
    assert.equal(said.length, are.length)
    assert.deepEqual(Object.fromEntries(said), Object.fromEntries(are))
  })

  test('says for each what to do', () => {
    for (const [rule, , , , remedy] of told) assert.match(remedy, /^[A-Z].*\.$/, rule)
  })

  test('names no code that there is not', () => {
    for (const [rule, answer] of told) assert.ok(/^\d/.test(answer) || answer.split(' ')[1] in CODES, rule)
  })
})
