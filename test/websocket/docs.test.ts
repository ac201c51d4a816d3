// What the documentation says of the rules of WebSocket is true.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { ANSWER_RULES, CODES, OFFER_RULES, RULES } from '../../src/websocket/index.ts'

const [, page] = readFileSync(new URL('../../docs/refusals.md', import.meta.url), 'utf8').split('\n## WebSocket\n')

/** The rows of its tables: rule, answer, section, what is right, what to do. */
const told = [...page.matchAll(/^\| (`.*) \|$/gm)].map(([, cells]) => cells.split(' | '))

describe('docs/refusals.md', () => {
  test('has a row for each rule of WebSocket, as the source has it', () => {
    const said = told.map(([rule, answer, section, detail]) => [rule.slice(1, -1), { answer, section, detail }])
    const frames = Object.entries(RULES).map(([rule, { code, section, detail }]) => [
      rule,
      { answer: code === CODES.ABNORMAL ? 'none' : String(code), section, detail },
    ])
    const offers = Object.entries(OFFER_RULES).map(([rule, { status, section, detail }]) => [
      rule,
      { answer: String(status), section, detail },
    ])
    const answers = Object.entries(ANSWER_RULES).map(([rule, { section, detail }]) => [
      rule,
      { answer: 'none', section, detail },
    ])
    assert.equal(said.length, frames.length + offers.length + answers.length)
    assert.deepEqual(Object.fromEntries(said), Object.fromEntries([...offers, ...frames, ...answers]))
  })

  test('says for each what to do', () => {
    for (const [rule, , , , remedy] of told) assert.match(remedy, /^[A-Z].*\.$/, rule)
  })
})
