// Many listeners of one topic: what they get, what they cost, and that nothing is left. Very many are in events.full.test.ts.
import { test } from 'node:test'
import { EVENT_WIRES, manyComeAndGo, manyListen } from './events-many.ts'

for (const wire of EVENT_WIRES) {
  test(`200 listeners get everything, and one that does not read is dropped at its limit (${wire})`, t =>
    manyListen(t, wire, 200))

  test(`1,000 streams that are opened and left leave nothing (${wire})`, t => manyComeAndGo(t, wire, 1_000))
}
