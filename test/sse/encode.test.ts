// What events look like on the wire, and what cannot be one.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { encodeEvent, type ServerSentEvent } from '../../src/sse/index.ts'

const WRITTEN: readonly (readonly [what: string, event: ServerSentEvent, text: string])[] = [
  ['text', { data: 'hello' }, 'data: hello\n\n'],
  ['the empty text', { data: '' }, 'data: \n\n'],
  ['text that begins with a space', { data: ' x' }, 'data:  x\n\n'],
  ['lines ended by LF', { data: 'a\nb' }, 'data: a\ndata: b\n\n'],
  ['lines ended by CR', { data: 'a\rb' }, 'data: a\ndata: b\n\n'],
  ['lines ended by CRLF', { data: 'a\r\nb' }, 'data: a\ndata: b\n\n'],
  ['a line break at the end', { data: 'a\n' }, 'data: a\ndata: \n\n'],
  ['LF before CR: two breaks', { data: 'a\n\rb' }, 'data: a\ndata: \ndata: b\n\n'],
  ['what would be another field', { data: 'a\nid: 7\n\ndata: b' }, 'data: a\ndata: id: 7\ndata: \ndata: data: b\n\n'],
  ['an object', { data: { a: [1, 'x\ny'] } }, 'data: {"a":[1,"x\\ny"]}\n\n'],
  ['null', { data: null }, 'data: null\n\n'],
  ['a number', { data: 0 }, 'data: 0\n\n'],
  ['a lone surrogate in text', { data: 'a\ud800b' }, 'data: a\ufffdb\n\n'],
  ['a lone surrogate in JSON', { data: ['\ud800'] }, 'data: ["\\ud800"]\n\n'],
  ['a whole pair of surrogates', { data: '😀' }, 'data: 😀\n\n'],
  ['NUL in data', { data: 'a\0b' }, 'data: a\0b\n\n'],
  ['a type', { event: 'price', data: '1' }, 'event: price\ndata: 1\n\n'],
  ['a type beyond ASCII', { event: 'Preis €', data: '1' }, 'event: Preis €\ndata: 1\n\n'],
  ['an id', { id: 'a b', data: '1' }, 'id: a b\ndata: 1\n\n'],
  ['an id that is a number', { id: 0, data: '1' }, 'id: 0\ndata: 1\n\n'],
  ['an id alone', { id: 5 }, 'id: 5\n\n'],
  ['an empty id, which makes the client forget the last one', { id: '', data: '' }, 'id: \ndata: \n\n'],
  ['a retry alone', { retry: 0 }, 'retry: 0\n\n'],
  ['a comment', { comment: 'still here' }, ': still here\n\n'],
  ['a comment of several lines', { comment: 'a\r\ndata: b\rc' }, ': a\n: data: b\n: c\n\n'],
  [
    'everything',
    { comment: 'c', event: 'e', id: 1, retry: 2, data: 'd' },
    ': c\nevent: e\nid: 1\nretry: 2\ndata: d\n\n',
  ],
]

describe('events are written', () => {
  for (const [what, event, text] of WRITTEN) {
    test(what, () => assert.equal(Buffer.from(encodeEvent(event)).toString(), text))
  }
})

const REFUSED: readonly (readonly [what: string, event: unknown, error: RegExp])[] = [
  ['a line break in a type', { event: 'a\nb', data: '' }, /type must not hold a line break: "a\\nb"/],
  ['CR in a type', { event: 'a\rdata: x', data: '' }, /type must not hold a line break/],
  ['a lone surrogate in a type', { event: '\udc00', data: '' }, /type must not hold a lone surrogate/],
  ['a type that is no text', { event: 5, data: '' }, /type must be text, not 5/],
  ['a type without data', { event: 'ping' }, /not told of an event without data: give "ping" some/],
  ['LF in an id', { id: 'a\n', data: '' }, /id must not hold a line break/],
  ['CR in an id', { id: '\r', data: '' }, /id must not hold a line break/],
  ['NUL in an id', { id: 'a\0', data: '' }, /id must not hold NUL/],
  ['a lone surrogate in an id', { id: 'a\ud800', data: '' }, /id must not hold a lone surrogate/],
  ['an id that is no number', { id: Number.NaN, data: '' }, /id must be text or a finite number, not NaN/],
  ['an id that is an object', { id: {}, data: '' }, /id must be text or a finite number, not an object/],
  ['a fraction of a millisecond', { retry: 1.5 }, /whole number of milliseconds from 0 on, not 1.5/],
  ['a retry below 0', { retry: -1 }, /whole number of milliseconds/],
  ['a retry that is text', { retry: '5' }, /whole number of milliseconds/],
  ['undefined', { data: undefined }, /must be text or what JSON can say, not undefined/],
  ['a function', { data: () => {} }, /not a function/],
  ['a symbol', { data: Symbol('s') }, /not a symbol/],
  ['a bigint', { data: 5n }, /BigInt/],
  ['nothing', {}, /needs data, or at least an id/],
]

describe('what is no event is refused with a reason', () => {
  for (const [what, event, error] of REFUSED) {
    test(what, () => assert.throws(() => encodeEvent(event as ServerSentEvent), error))
  }
})
