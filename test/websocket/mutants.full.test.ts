// The vectors would notice if any of the checks of WebSocket went missing.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ANSWER_RULES, OFFER_RULES, RULES } from '../../src/websocket/index.ts'
import { checksTakenOut } from '../h2/planted.ts'
import { noticedBy } from './mutants.ts'

/** What the codec finds, and what the server makes of a list that is malformed: neither is the room's own check. */
const NOT_CHECKED = ['invalid-deflate', 'websocket-extensions']

const rules = Object.keys({ ...RULES, ...OFFER_RULES, ...ANSWER_RULES }).filter(rule => !NOT_CHECKED.includes(rule))
const all = checksTakenOut(rules, 'websocket')

describe('without its check a WebSocket vector fails', { concurrency: 2 }, () => {
  for (const rule of rules) {
    const mutants = all.filter(mutant => mutant.rule === rule)
    test(`of the rule ${rule}`, async () => {
      assert.ok(mutants.length > 0, 'the source names the rule nowhere')
      for (const mutant of mutants)
        assert.notEqual(
          await noticedBy(mutant),
          null,
          `no vector needs the check in src/websocket/${mutant.file}:${mutant.line}`,
        )
    })
  }
})
