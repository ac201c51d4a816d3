// Some sockets that come and go (websocket-many.full.test.ts has thousands, and thousands that stay).
import { test } from 'node:test'
import { manyOpensAndCloses } from './websocket-many.ts'
import { SOCKET_WIRES } from './websocket-support.ts'

for (const wire of SOCKET_WIRES) {
  test(`200 sockets are opened and closed, and nothing is left (${wire})`, t => manyOpensAndCloses(t, wire, 200))
}
