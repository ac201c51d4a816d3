// What the documentation says of refusals is true.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { RULES } from '../../src/h1/index.ts'
import { CASES } from '../clients/smuggling-cases.ts'
import { readVectors, refusalOf } from './vectors.ts'

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const rows = (markdown: string) =>
  [...markdown.matchAll(/^\| (.*) \|$/gm)]
    .map(([, cells]) => cells.split(' | '))
    .filter(cells => !cells[0].startsWith('--'))
const rulesNamed = (text: string) => [...text.matchAll(/`([a-z0-9.]+(?:-[a-z0-9.]+)+)`/g)].map(([, rule]) => rule)

describe('docs/refusals.md', () => {
  const [ours] = page('refusals.md').split('\n## HTTP/2\n')
  const told = rows(ours).filter(([rule]) => rule.startsWith('`'))

  test('has a row for each rule, as the source has it', () => {
    const said = told.map(([rule, status, section, detail]) => [
      rule.slice(1, -1),
      { status: Number(status), section, detail },
    ])
    assert.equal(said.length, Object.keys(RULES).length)
    assert.deepEqual(Object.fromEntries(said), RULES)
  })

  test('says for each what to do', () => {
    for (const [rule, , , , remedy] of told) assert.match(remedy, /^[A-Z].*\.$/, rule)
  })
})

describe('docs/request-smuggling.md', () => {
  const told = rows(page('request-smuggling.md')).filter(([, , link]) => link.startsWith('['))
  const vectors = new Map(readVectors().map(vector => [`../test/vectors/h1/${vector.file}#${vector.anchor}`, vector]))

  test('links each line to a vector that shows what it says', () => {
    assert.ok(told.length > 50)
    for (const [what, done, link] of told) {
      const vector = vectors.get(link.slice('[vector]('.length, -1))
      assert.ok(vector !== undefined, `there is no vector ${link} for “${what}”`)
      const rules = rulesNamed(done)
      if (rules.length > 0) assert.ok(rules.includes(refusalOf(vector) ?? ''), `${link} does not show ${done}`)
    }
  })

  test('names each rule that the requests of known attacks break', () => {
    const named = new Set(told.flatMap(([, done]) => rulesNamed(done)))
    const broken = new Set(CASES.flatMap(({ refused }) => refused ?? []))
    assert.deepEqual(
      [...broken].filter(rule => !named.has(rule)),
      [],
    )
  })
})
