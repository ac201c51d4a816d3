// The tests of applications would notice if something in their source were otherwise: some of all changes, within the time
// that there is. `npm run mutate app` tries all of them.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EQUIVALENT } from './faults.ts'
import { noticedBy, shown, someMutants } from './mutants.ts'
import { mutantsOf } from './planted.ts'

const TRIED = 16

describe('a test notices', { concurrency: 2 }, () => {
  for (const mutant of someMutants(TRIED))
    test(shown(mutant), async () => {
      assert.notEqual(await noticedBy(mutant), null)
    })
})

test('each change that is said to be one nobody can see is of something in the source', () => {
  for (const [file, same] of Object.entries(EQUIVALENT)) {
    const mutants = mutantsOf(file)
    for (const [was, is] of same)
      assert.ok(
        mutants.some(mutant => mutant.was === was && mutant.is === is),
        `${file}: ${was}`,
      )
  }
})
