// Sections 3 to 5 of RFC 7540: the begin, frames, streams.
import {
  continuation,
  data,
  fieldBlock,
  frame,
  ping,
  preface,
  priority,
  rstStream,
  TYPES,
  windowUpdate,
} from '../../support/h2-frames.ts'
import {
  answer,
  type Case,
  closed,
  connectionError,
  ended,
  hex,
  large,
  more,
  old,
  open,
  pong,
  streamError,
  whole,
  window,
  ZEROS,
} from './steps.ts'

export const STREAMS: readonly Case[] = [
  {
    id: 'http2/3.5/1',
    name: 'the preface is answered with SETTINGS',
    greets: false,
    steps: () => [preface, window(65535), { come: 'first', type: 'SETTINGS' }],
  },
  {
    id: 'http2/3.5/2',
    name: 'what is no preface ends the connection',
    greets: false,
    steps: () => [Buffer.from('INVALID CONNECTION PREFACE\r\n\r\n'), closed],
  },
  {
    id: 'http2/4.1/1',
    name: 'a frame of an unknown type',
    steps: () => [frame(0x16, 0, 0, ZEROS), ping(), pong()],
  },
  { id: 'http2/4.1/2', name: 'flags that mean nothing', steps: () => [frame(TYPES.PING, 0x16, 0, ZEROS), pong()] },
  {
    id: 'http2/4.1/3',
    name: 'the reserved bit',
    steps: () => [frame(TYPES.PING, 0x16, 2 ** 31, ZEROS), pong()],
  },
  {
    id: 'http2/4.2/1',
    name: 'DATA of 16384 bytes',
    steps: ({ as }) => [open(as('POST')), data(1, 'x'.repeat(16384), { endStream: true }), answer()],
  },
  {
    id: 'http2/4.2/2',
    name: 'DATA larger than the most',
    steps: ({ as }) => [
      open(as('POST')),
      data(1, 'x'.repeat(16385), { endStream: true }),
      streamError('FRAME_SIZE_ERROR'),
    ],
  },
  {
    id: 'http2/4.2/3',
    name: 'HEADERS larger than the most',
    steps: ({ get }) => [whole(get(...large(5))), connectionError('FRAME_SIZE_ERROR')],
  },
  {
    id: 'http2/4.3/1',
    name: 'a field block that is broken',
    steps: () => [frame(TYPES.HEADERS, 5, 1, hex('40')), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'http2/4.3/2',
    name: 'PRIORITY in a field block',
    steps: ({ get }) => [
      open(get(), { endHeaders: false }),
      priority(1, old),
      more(1),
      connectionError('PROTOCOL_ERROR'),
    ],
  },
  {
    id: 'http2/4.3/3',
    name: 'HEADERS of another stream in a field block',
    steps: ({ get }) => [
      open(get(), { endHeaders: false }),
      whole(get(), {}, 3),
      more(1),
      connectionError('PROTOCOL_ERROR'),
    ],
  },
  {
    id: 'http2/5.1/1',
    name: 'idle: DATA',
    steps: () => [data(1, 'test', { endStream: true }), connectionError('PROTOCOL_ERROR')],
  },
  { id: 'http2/5.1/2', name: 'idle: RST_STREAM', steps: () => [rstStream(1), connectionError('PROTOCOL_ERROR')] },
  {
    id: 'http2/5.1/3',
    name: 'idle: WINDOW_UPDATE',
    steps: () => [windowUpdate(1, 100), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/5.1/4',
    name: 'idle: CONTINUATION',
    steps: ({ get }) => [continuation(1, fieldBlock(get())), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/5.1/5',
    name: 'half-closed (remote): DATA',
    steps: ({ get }) => [whole(get()), data(1, 'test', { endStream: true }), streamError('STREAM_CLOSED')],
  },
  {
    id: 'http2/5.1/6',
    name: 'half-closed (remote): HEADERS',
    steps: ({ get }) => [whole(get()), whole(get()), streamError('STREAM_CLOSED')],
  },
  {
    id: 'http2/5.1/7',
    name: 'half-closed (remote): CONTINUATION',
    steps: ({ get }) => [
      whole(get()),
      continuation(1, fieldBlock(get())),
      streamError('STREAM_CLOSED', 'PROTOCOL_ERROR'),
    ],
  },
  {
    id: 'http2/5.1/8',
    name: 'closed by RST_STREAM: DATA',
    steps: ({ get }) => [open(get()), rstStream(1), data(1, 'test', { endStream: true }), streamError('STREAM_CLOSED')],
  },
  {
    id: 'http2/5.1/9',
    name: 'closed by RST_STREAM: HEADERS',
    steps: ({ get }) => [open(get()), rstStream(1), whole(get()), streamError('STREAM_CLOSED')],
  },
  {
    id: 'http2/5.1/10',
    name: 'closed by RST_STREAM: CONTINUATION',
    steps: ({ get }) => [open(get()), rstStream(1), more(1), streamError('STREAM_CLOSED', 'PROTOCOL_ERROR')],
  },
  {
    id: 'http2/5.1/11',
    name: 'closed: DATA',
    steps: ({ get }) => [whole(get()), ended(), data(1, 'test', { endStream: true }), connectionError('STREAM_CLOSED')],
  },
  {
    id: 'http2/5.1/12',
    name: 'closed: HEADERS',
    steps: ({ get }) => [whole(get()), ended(), whole(get()), connectionError('STREAM_CLOSED')],
  },
  {
    id: 'http2/5.1/13',
    name: 'closed: CONTINUATION',
    steps: ({ get }) => [whole(get()), ended(), more(1), connectionError('STREAM_CLOSED', 'PROTOCOL_ERROR')],
  },
  {
    id: 'http2/5.1.1/1',
    name: 'an even number',
    steps: ({ get }) => [whole(get(), {}, 2), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/5.1.1/2',
    name: 'a number below the last',
    steps: ({ get }) => [whole(get(), {}, 5), whole(get(), {}, 3), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/5.1.1/3',
    name: 'the same number again',
    steps: ({ get }) => [whole(get(), {}, 5), whole(get(), {}, 5), streamError('STREAM_CLOSED')],
  },
  {
    id: 'http2/5.1.2/1',
    name: 'more streams than are allowed',
    steps: ({ get, setting }) => [
      window(0),
      ...Array.from({ length: setting(3) + 1 }, (_, i) => whole(get(), {}, 2 * i + 1)),
      streamError('PROTOCOL_ERROR', 'REFUSED_STREAM'),
    ],
  },
  {
    id: 'http2/5.3.1/1',
    name: 'HEADERS that depend on themselves',
    steps: ({ get }) => [whole(get(), { priority: { dependency: 1, weight: 255 } }), streamError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/5.3.1/2',
    name: 'PRIORITY that depends on itself',
    steps: () => [priority(1, { dependency: 1, weight: 255 }), streamError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/5.4.1/1',
    name: 'after an error the connection is closed',
    steps: () => [frame(TYPES.PING, 0, 3, ZEROS), closed],
  },
  {
    id: 'http2/5.4.1/2',
    name: 'an error is told with GOAWAY first (strict)',
    steps: () => [frame(TYPES.PING, 0, 3, ZEROS), { come: 'frame', type: 'GOAWAY' }],
  },
  {
    id: 'http2/5.5/1',
    name: 'an unknown frame',
    steps: () => [frame(0x16, 0, 0, ZEROS), ping(), pong()],
  },
  {
    id: 'http2/5.5/2',
    name: 'an unknown frame in a field block',
    steps: ({ get }) => [
      whole(get(), { endHeaders: false }),
      frame(0x16, 0, 0, ZEROS),
      connectionError('PROTOCOL_ERROR'),
    ],
  },
]
