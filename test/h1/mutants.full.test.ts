// The vectors would notice if any of the wire's checks went missing.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RULES } from '../../src/h1/index.ts'
import { noticedBy } from './mutants.ts'
import { checksTakenOut } from './planted.ts'

const rules = Object.keys(RULES)
const all = checksTakenOut(rules)

describe('without its check a vector fails', { concurrency: 2 }, () => {
  for (const rule of rules) {
    const mutants = all.filter(mutant => mutant.rule === rule)
    test(`of the rule ${rule}`, async () => {
      assert.ok(mutants.length > 0, 'the source names the rule nowhere')
      for (const mutant of mutants)
        assert.notEqual(
          await noticedBy(mutant),
          null,
          `no vector needs the check in src/h1/${mutant.file}:${mutant.line}`,
        )
    })
  }
})
