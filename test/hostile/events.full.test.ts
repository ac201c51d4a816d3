// Very many listeners of one topic, over raw sockets.
import { test } from 'node:test'
import { EVENT_WIRES, manyComeAndGo, manyListen } from './events-many.ts'

for (const wire of EVENT_WIRES) {
  test(`5,000 listeners get everything, and one that does not read is dropped at its limit (${wire})`, t =>
    manyListen(t, wire, 5_000))

  test(`10,000 streams that are opened and left leave nothing (${wire})`, t => manyComeAndGo(t, wire, 10_000))
}
