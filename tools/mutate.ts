// Takes each check out of a wire's room in turn and shows which vector notices: `mutate.ts [h1|h2] [RULE...]`.
import { RULES as H1_RULES } from '../src/h1/index.ts'
import { RULES as H2_RULES } from '../src/h2/index.ts'
import * as h1 from '../test/h1/mutants.ts'
import { checksTakenOut as ofH1 } from '../test/h1/planted.ts'
import * as h2 from '../test/h2/mutants.ts'
import { checksTakenOut as ofH2 } from '../test/h2/planted.ts'

const ROOMS = {
  h1: { rules: Object.keys(H1_RULES), checksTakenOut: ofH1, noticedBy: h1.noticedBy },
  h2: {
    rules: Object.keys(H2_RULES).filter(rule => !h2.NOT_CHECKED.includes(rule)),
    checksTakenOut: ofH2,
    noticedBy: h2.noticedBy,
  },
}

const [first, ...others] = process.argv.slice(2)
const room = first === 'h2' ? 'h2' : 'h1'
const chosen = first === 'h1' || first === 'h2' || first === undefined ? others : [first, ...others]
const { rules, checksTakenOut, noticedBy } = ROOMS[room]
const mutants = checksTakenOut(chosen.length > 0 ? chosen : rules)
let unnoticed = 0
for (const mutant of mutants) {
  const vector = await noticedBy(mutant)
  if (vector === null) unnoticed++
  console.log(`${mutant.rule}  src/${room}/${mutant.file}:${mutant.line}  ${vector ?? 'NOT NOTICED'}`)
}
console.log(`${mutants.length} checks taken out, ${unnoticed} not noticed`)
process.exitCode = unnoticed === 0 ? 0 : 1
