// Takes each check out of a wire's room in turn and shows which vector notices: `mutate.ts [h1|h2|websocket] [RULE...]`. With `app` it
// changes the source of applications in each way that somebody could see, and shows which test notices: `mutate.ts app [FILE...]`.
import { RULES as H1_RULES } from '../src/h1/index.ts'
import { RULES as H2_RULES } from '../src/h2/index.ts'
import { ANSWER_RULES, OFFER_RULES, RULES as WEBSOCKET_RULES } from '../src/websocket/index.ts'
import * as app from '../test/app/mutants.ts'
import * as h1 from '../test/h1/mutants.ts'
import { checksTakenOut as ofH1 } from '../test/h1/planted.ts'
import * as h2 from '../test/h2/mutants.ts'
import { checksTakenOut as ofH2 } from '../test/h2/planted.ts'
import * as websocket from '../test/websocket/mutants.ts'

const ROOMS = {
  h1: { rules: Object.keys(H1_RULES), checksTakenOut: ofH1, noticedBy: h1.noticedBy },
  h2: {
    rules: Object.keys(H2_RULES).filter(rule => !h2.NOT_CHECKED.includes(rule)),
    checksTakenOut: ofH2,
    noticedBy: h2.noticedBy,
  },
  websocket: {
    rules: Object.keys({ ...WEBSOCKET_RULES, ...OFFER_RULES, ...ANSWER_RULES }),
    checksTakenOut: (rules: readonly string[]) => ofH2(rules, 'websocket'),
    noticedBy: websocket.noticedBy,
  },
}

const [first, ...others] = process.argv.slice(2)
let unnoticed = 0
if (first === 'app') await changeApplications(others)
else if (first === 'h1' || first === 'h2' || first === 'websocket') await takeOutChecks(first, others)
else await takeOutChecks('h1', first === undefined ? others : [first, ...others])
process.exitCode = unnoticed === 0 ? 0 : 1

async function takeOutChecks(room: keyof typeof ROOMS, chosen: readonly string[]): Promise<void> {
  const { rules, checksTakenOut, noticedBy } = ROOMS[room]
  const mutants = checksTakenOut(chosen.length > 0 ? chosen : rules)
  for (const mutant of mutants) {
    const vector = await noticedBy(mutant)
    if (vector === null) unnoticed++
    console.log(`${mutant.rule}  src/${room}/${mutant.file}:${mutant.line}  ${vector ?? 'NOT NOTICED'}`)
  }
  console.log(`${mutants.length} checks taken out, ${unnoticed} not noticed`)
}

async function changeApplications(chosen: readonly string[]): Promise<void> {
  const mutants = (chosen.length > 0 ? chosen : Object.keys(app.SOURCES)).flatMap(app.mutantsToTry)
  for (const mutant of mutants) {
    const test = await app.noticedBy(mutant)
    if (test === null) unnoticed++
    console.log(`${app.shown(mutant)}  ${test ?? 'NOT NOTICED'}`)
  }
  console.log(`${mutants.length} changes, ${unnoticed} not noticed`)
}
