// Takes each check out of the HTTP/1.1 room in turn and shows which vector notices: `mutate.ts [RULE...]`.
import { RULES } from '../src/h1/index.ts'
import { noticedBy } from '../test/h1/mutants.ts'
import { checksTakenOut } from '../test/h1/planted.ts'

const rules = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(RULES)
const mutants = checksTakenOut(rules)
let unnoticed = 0
for (const mutant of mutants) {
  const vector = await noticedBy(mutant)
  if (vector === null) unnoticed++
  console.log(`${mutant.rule}  src/h1/${mutant.file}:${mutant.line}  ${vector ?? 'NOT NOTICED'}`)
}
console.log(`${mutants.length} checks taken out, ${unnoticed} not noticed`)
process.exitCode = unnoticed === 0 ? 0 : 1
