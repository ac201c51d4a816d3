// The vectors would notice if any of the wire's checks went missing.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RULES } from '../../src/h2/index.ts'
import { NOT_CHECKED, noticedBy } from './mutants.ts'
import { checksTakenOut } from './planted.ts'

const rules = Object.keys(RULES).filter(rule => !NOT_CHECKED.includes(rule))
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
          `no vector needs the check in src/h2/${mutant.file}:${mutant.line}`,
        )
    })
  }
})
