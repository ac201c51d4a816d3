// Every attack of the table over the wires that h2-floods.test.ts leaves out.
import { test } from 'node:test'
import { assertAllEnd } from './h2-floods.ts'

for (const wire of ['TCP, streams', 'TLS'] as const) {
  for (const reads of [true, false]) {
    test(`every attack over HTTP/2 is ended, its replies ${reads ? 'read' : 'unread'} (${wire})`, t =>
      assertAllEnd(t, wire, reads))
  }
}
