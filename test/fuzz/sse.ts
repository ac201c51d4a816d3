// Any bytes are read as the reference reads them, in whatever pieces they come; and what came is written and read again.
import assert from 'node:assert/strict'
import { EventReader, encodeEvent, type ReceivedEvent } from '../../src/sse/index.ts'
import { bytesOf } from '../support/latin1.ts'
import { readWhole } from './sse-reference.ts'

export default {
  name: 'sse',
  seeds: [
    'data: YHOO\ndata: +2\ndata: 10\n\n',
    ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n',
    'data\n\ndata\ndata\n\ndata:',
    '\xef\xbb\xbfevent: e\r\nretry: 10\rdata: a\r\n\r\nid: a\0\rdata: \xe2\x82\r\r',
  ].map(bytesOf),
  run(bytes: Uint8Array): void {
    const expected = readWhole(bytes)
    for (const size of [bytes.length, 1, 3, 1 + ((bytes[0] ?? 0) % 16)]) {
      const events: ReceivedEvent[] = []
      const reader = new EventReader(event => events.push(event), { limit: bytes.length })
      for (let at = 0; at < bytes.length; at += Math.max(1, size))
        reader.receive(bytes, at, Math.min(bytes.length, at + Math.max(1, size)))
      assert.deepEqual({ events, lastEventId: reader.lastEventId, retry: reader.retry }, expected)
      assert.ok(reader.heldBytes <= 2 * bytes.length)
    }
    const again: ReceivedEvent[] = []
    const reader = new EventReader(event => again.push(event))
    for (const { type, data, lastEventId } of expected.events) {
      reader.receive(encodeEvent({ event: type, data, id: lastEventId }))
    }
    assert.deepEqual(again, expected.events)
  },
}
