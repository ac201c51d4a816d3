// Every attack of the table over TCP; the other wires are in h2-floods.full.test.ts.
import { test } from 'node:test'
import { assertAllEnd } from './h2-floods.ts'

for (const reads of [true, false]) {
  test(`every attack over HTTP/2 is ended, its replies ${reads ? 'read' : 'unread'}`, t =>
    assertAllEnd(t, 'TCP, shared reads', reads))
}
