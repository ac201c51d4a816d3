// 15,000 sockets that do nothing, 10,000 that come and go, and 10,000 that are refused.
import { test } from 'node:test'
import { manyIdle, manyOpensAndCloses, manyRefused } from './websocket-many.ts'
import { KB, SOCKET_WIRES } from './websocket-support.ts'

for (const wire of SOCKET_WIRES) {
  test(`15,000 idle sockets get a broadcast each, and are told when the server ends (${wire})`, t =>
    manyIdle(t, wire, 15_000, 6 * KB))

  test(`10,000 sockets are opened and closed, and nothing is left (${wire})`, t => manyOpensAndCloses(t, wire, 10_000))

  test(`10,000 refused handshakes leave nothing (${wire})`, t => manyRefused(t, wire, 10_000))
}
