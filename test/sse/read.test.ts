// Streams of events as the standard reads them (WHATWG HTML section 9.2.6, with its own examples): whole, byte by byte, split at each
// place, and with more behind.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { EventReader, EventTooLarge, encodeEvent, lastEventIdIn, type ReceivedEvent } from '../../src/sse/index.ts'

type Shown = readonly [type: string, data: string, id: string]

interface Vector {
  readonly what: string
  readonly stream: string | Uint8Array
  readonly events: readonly Shown[]
  /** What is remembered at the end; the id of the last event unless said. */
  readonly lastEventId?: string
  readonly retry?: number
}

const VECTORS: readonly Vector[] = [
  // The standard's examples
  {
    what: 'three lines of data, of one event',
    stream: 'data: YHOO\ndata: +2\ndata: 10\n\n',
    events: [['message', 'YHOO\n+2\n10', '']],
  },
  {
    what: 'four blocks: a comment, an event with an id, one that takes it back, and a space kept',
    stream: ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n',
    events: [
      ['message', 'first event', '1'],
      ['message', 'second event', ''],
      ['message', ' third event', ''],
    ],
  },
  {
    what: 'an empty event, one of a line break, and one that the stream ends in',
    stream: 'data\n\ndata\ndata\n\ndata:',
    events: [
      ['message', '', ''],
      ['message', '\n', ''],
    ],
  },
  {
    what: 'one space behind the colon is no part of the value',
    stream: 'data:test\n\ndata: test\n\n',
    events: [
      ['message', 'test', ''],
      ['message', 'test', ''],
    ],
  },
  // Line ends
  { what: 'lines ended by CR', stream: 'data: a\rdata: b\r\r', events: [['message', 'a\nb', '']] },
  { what: 'lines ended by CRLF', stream: 'data: a\r\ndata: b\r\n\r\n', events: [['message', 'a\nb', '']] },
  { what: 'lines ended in every way', stream: 'data: a\r\ndata: b\rdata: c\n\r', events: [['message', 'a\nb\nc', '']] },
  {
    what: 'CR CR LF is two ends',
    stream: 'data: a\r\r\ndata: b\n\n',
    events: [
      ['message', 'a', ''],
      ['message', 'b', ''],
    ],
  },
  {
    what: 'LF CR is two ends',
    stream: 'data: a\n\rdata: b\n\n',
    events: [
      ['message', 'a', ''],
      ['message', 'b', ''],
    ],
  },
  {
    what: 'U+2028, VT and FF end no line',
    stream: 'data: a\u2028b\vc\fd\n\n',
    events: [['message', 'a\u2028b\vc\fd', '']],
  },
  { what: 'an event that is not complete', stream: 'data: a\n', events: [] },
  { what: 'a line that is not complete', stream: 'data: a\n\ndata: b', events: [['message', 'a', '']] },
  { what: 'nothing', stream: '', events: [] },
  { what: 'empty lines', stream: '\n\r\n\r\n\n', events: [] },
  // The byte order mark
  { what: 'a byte order mark', stream: '\uFEFFdata: a\n\n', events: [['message', 'a', '']] },
  { what: 'a second byte order mark is a part of the field', stream: '\uFEFF\uFEFFdata: a\n\n', events: [] },
  {
    what: 'a byte order mark later on',
    stream: '\n\uFEFFdata: a\n\ndata: \uFEFFb\n\n',
    events: [['message', '\uFEFFb', '']],
  },
  { what: 'half of a byte order mark', stream: bytes(0xef, 0xbb, ...text('data: a\n\n')), events: [] },
  { what: 'a byte order mark, and an empty line', stream: '\uFEFF\ndata: a\n\n', events: [['message', 'a', '']] },
  // Fields
  { what: 'comments', stream: ':\n:x\n: data: y\ndata: a\n:z\n\n', events: [['message', 'a', '']] },
  { what: 'fields that nobody knows', stream: 'Data: a\nDATA: b\n data: c\ndata : d\ndat: e\n\n', events: [] },
  { what: 'a field without a colon', stream: 'event\ndata\n\n', events: [['message', '', '']] },
  { what: 'colons in the value', stream: 'data: a: b:\ndata::c\n\n', events: [['message', 'a: b:\n:c', '']] },
  { what: 'two spaces behind the colon', stream: 'data:  a\n\n', events: [['message', ' a', '']] },
  { what: 'a tab behind the colon', stream: 'data:\ta\n\n', events: [['message', '\ta', '']] },
  {
    what: 'a type',
    stream: 'event: price\ndata: 1\n\ndata: 2\n\n',
    events: [
      ['price', '1', ''],
      ['message', '2', ''],
    ],
  },
  { what: 'the last type counts', stream: 'event: a\nevent: b\ndata: 1\n\n', events: [['b', '1', '']] },
  {
    what: 'a type is forgotten where there was no data',
    stream: 'event: a\n\ndata: 1\n\n',
    events: [['message', '1', '']],
  },
  { what: 'an empty type', stream: 'event:\ndata: 1\n\n', events: [['message', '1', '']] },
  // Ids
  {
    what: 'an id holds until another comes',
    stream: 'id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\n',
    events: [
      ['message', 'a', '1'],
      ['message', 'b', '1'],
      ['message', 'c', '2'],
    ],
  },
  { what: 'an id without data is remembered', stream: 'id: 7\n\n', events: [], lastEventId: '7' },
  {
    what: 'an id of an event that did not become complete',
    stream: 'id: 1\ndata: a\n\nid: 2\ndata: b\n',
    events: [['message', 'a', '1']],
    lastEventId: '1',
  },
  { what: 'an id with NUL is ignored', stream: 'id: 1\n\nid: 2\0\ndata: a\n\n', events: [['message', 'a', '1']] },
  { what: 'an id of spaces', stream: 'id:  \ndata: a\n\n', events: [['message', 'a', ' ']] },
  { what: 'an id beyond ASCII', stream: 'id: é😀\ndata: a\n\n', events: [['message', 'a', 'é😀']] },
  // Retry
  { what: 'a retry', stream: 'retry: 2500\n', events: [], retry: 2500 },
  {
    what: 'retries that are no whole number',
    stream: 'retry: 1\nretry: 2s\nretry: -3\nretry: 4.5\nretry: +6\nretry:\nretry: ７\n',
    events: [],
    retry: 1,
  },
  { what: 'a retry with zeros before it', stream: 'retry: 007\n', events: [], retry: 7 },
  { what: 'a retry without end', stream: `retry: ${'9'.repeat(400)}\n`, events: [], retry: Number.MAX_SAFE_INTEGER },
  // Encoding
  { what: 'text beyond ASCII', stream: 'data: Grüße, 世界 😀\n\n', events: [['message', 'Grüße, 世界 😀', '']] },
  {
    what: 'bytes that are not UTF-8',
    stream: bytes(...text('data: a'), 0xff, 0xc3, ...text('\n\n')),
    events: [['message', 'a\ufffd\ufffd', '']],
  },
  {
    what: 'a character cut off by a line end',
    stream: bytes(...text('data: '), 0xe2, 0x82, ...text('\ndata: b\n\n')),
    events: [['message', '\ufffd\nb', '']],
  },
  { what: 'NUL in data', stream: 'data: a\0b\n\n', events: [['message', 'a\0b', '']] },
]

function text(given: string): Uint8Array {
  return Buffer.from(given)
}

function bytes(...given: number[]): Uint8Array {
  return Uint8Array.from(given)
}

interface Read {
  readonly events: Shown[]
  readonly reader: EventReader
}

/** Reads a stream in pieces, which are overwritten once they have been taken. */
function read(stream: Uint8Array, sizes: readonly number[] = [stream.length]): Read {
  const events: Shown[] = []
  const reader = new EventReader(({ type, data, lastEventId }: ReceivedEvent) => events.push([type, data, lastEventId]))
  let at = 0
  for (let turn = 0; at < stream.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length])
    const lent = Uint8Array.from(stream.subarray(at, at + size))
    reader.receive(lent)
    lent.fill(0x78)
    at += size
  }
  return { events, reader }
}

describe('streams are read', () => {
  for (const { what, stream: given, events, lastEventId, retry } of VECTORS) {
    test(what, () => {
      const stream = typeof given === 'string' ? text(given) : given
      const whole = read(stream)
      assert.deepEqual(whole.events, events)
      assert.equal(whole.reader.lastEventId, lastEventId ?? events.at(-1)?.[2] ?? '')
      assert.equal(whole.reader.retry, retry)
      const single = read(stream, [1])
      assert.deepEqual(single.events, events, 'byte by byte')
      assert.equal(single.reader.lastEventId, whole.reader.lastEventId)
      assert.equal(single.reader.retry, retry)
      for (let cut = 1; cut < stream.length; cut++)
        assert.deepEqual(read(stream, [cut, stream.length]).events, events, `split at ${cut}`)
    })

    test(`${what}, with an event behind`, () => {
      const stream = Buffer.concat([
        typeof given === 'string' ? text(given) : given,
        text('\n\nevent: behind\ndata: x\n\n'),
      ])
      const expected = read(stream).events
      assert.deepEqual(expected.slice(0, events.length), events)
      assert.deepEqual(expected.at(-1)?.slice(0, 2), ['behind', 'x'])
      assert.deepEqual(read(stream, [1]).events, expected)
    })
  }
})

test('a reader goes on after the id that it is given', () => {
  const ids: string[] = []
  const reader = new EventReader(({ lastEventId }) => ids.push(lastEventId), { lastEventId: '41' })
  reader.receive(text('data: a\n\nid: 42\ndata: b\n\n'))
  assert.deepEqual(ids, ['41', '42'])
})

test('an event, and a line, larger than the limit ends the reading, however it comes', () => {
  for (const size of [1, 7, 1000]) {
    const line = new EventReader(() => {}, { limit: 100 })
    assert.throws(() => {
      for (let sent = 0; sent < 10_000; sent += size) line.receive(text('x'.repeat(size)))
    }, EventTooLarge)
    assert.ok(line.heldBytes <= 100)
    const lines = new EventReader(() => {}, { limit: 100 })
    assert.throws(() => {
      for (let sent = 0; sent < 10_000; sent += 7) lines.receive(text('data: \n'))
    }, EventTooLarge)
  }
})

test('many small events do not add up to a large one', () => {
  let count = 0
  const reader = new EventReader(() => count++, { limit: 20 })
  for (let i = 0; i < 1000; i++) reader.receive(text('data: 0123456789\n\n: note\nid: 5\n\n'))
  assert.equal(count, 1000)
  assert.equal(reader.heldBytes, 0)
})

test('the id in a field is read as UTF-8', () => {
  assert.equal(lastEventIdIn(undefined), '')
  assert.equal(lastEventIdIn('abc-12'), 'abc-12')
  assert.equal(lastEventIdIn(Buffer.from('é😀').toString('latin1')), 'é😀')
  assert.equal(lastEventIdIn('\xff'), '\ufffd')
})

const TEXT = fc.string({ unit: fc.constantFrom('a', ' ', ':', '\r', '\n', '\u2028', 'é', '😀', '\ufeff', 'data: ') })
const LINE = fc.string({ unit: fc.constantFrom('a', ' ', ':', '\t', 'é', '😀', '\ufeff', 'id: ') })

test('what is written is read again, in whatever pieces it comes', () => {
  const events = fc.array(
    fc.record({ data: TEXT, event: LINE, id: LINE, comment: TEXT, retry: fc.nat() }, { requiredKeys: ['data'] }),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(events, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (given, sizes) => {
      let id = ''
      const expected = given.map((event): Shown => {
        id = event.id ?? id
        return [event.event || 'message', event.data.replaceAll(/\r\n?/g, '\n'), id]
      })
      const { events, reader } = read(Buffer.concat(given.map(event => encodeEvent(event))), sizes)
      assert.deepEqual(events, expected)
      assert.equal(reader.retry, given.findLast(({ retry }) => retry !== undefined)?.retry)
    }),
  )
})
