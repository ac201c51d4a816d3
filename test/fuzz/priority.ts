// A Priority field of any bytes is one of the sixteen priorities or counts as not sent, and so does a PRIORITY_UPDATE's.
import assert from 'node:assert/strict'
import { PRIORITIES, parsePriority, priorityUpdate } from '../../src/h2/priority.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

export default {
  name: 'priority',
  seeds: [
    'u=1, i',
    'i=?0;a="b\\"", u=7',
    'a=(1 2.5;x "y");z, u=3',
    'a=:aGk=:, b=@12, c=%"%c3%a9", d=*t/o:k',
    '\0\0\0\x01u=0',
  ].map(bytesOf),
  run(bytes: Uint8Array): void {
    const text = latin1(bytes)
    const priority = parsePriority(text)
    assert(priority === null || PRIORITIES.includes(priority))
    // Members go together with others: what is put behind wins, and changes nothing else.
    if (priority !== null && text.trim() !== '') {
      assert.equal(parsePriority(`${text}, u=5`), PRIORITIES[10 + (priority.incremental ? 1 : 0)])
      assert.equal(parsePriority(`${text}, i=?0`), PRIORITIES[2 * priority.urgency])
      assert.equal(parsePriority(`x=1, ${text.trimStart()}`), priority)
    }
    const update = priorityUpdate(bytes, 0, bytes.length)
    if (typeof update === 'string') assert(bytes.length < 4 || update === 'stream-zero')
    else {
      assert(update.stream > 0 && update.stream < 2 ** 31)
      if (bytes.length <= 1024) assert.equal(update.priority, parsePriority(text.slice(4)))
    }
  },
}
