// Section 6 of RFC 7540, up to GOAWAY: each type of frame.
import { data, fieldBlock, frame, ping, priority, rstStream, settings, TYPES } from '../../support/h2-frames.ts'
import {
  acknowledged,
  type Case,
  connectionError,
  content,
  hex,
  more,
  NAMED,
  old,
  open,
  pong,
  streamError,
  whole,
  window,
  ZEROS,
} from './steps.ts'

export const FRAMES: readonly Case[] = [
  {
    id: 'http2/6.1/1',
    name: 'DATA of no stream',
    steps: () => [data(0, 'test', { endStream: true }), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.1/2',
    name: 'DATA on a stream that takes none',
    steps: ({ as }) => [whole(as('POST')), data(1, 'test', { endStream: true }), streamError('STREAM_CLOSED')],
  },
  {
    id: 'http2/6.1/3',
    name: 'DATA with too much padding',
    steps: ({ as }) => [
      open(as('POST', ['content-length', '4'])),
      frame(TYPES.DATA, 9, 1, hex('06 54657374')),
      connectionError('PROTOCOL_ERROR'),
    ],
  },
  {
    id: 'http2/6.2/1',
    name: 'HEADERS without END_HEADERS, then PRIORITY',
    steps: ({ get }) => [
      open(get(), { endHeaders: false }),
      priority(1, old),
      more(1),
      connectionError('PROTOCOL_ERROR'),
    ],
  },
  {
    id: 'http2/6.2/2',
    name: 'HEADERS without END_HEADERS, then HEADERS of another stream',
    steps: ({ get }) => [
      open(get(), { endHeaders: false }),
      whole(get(), {}, 3),
      more(1),
      connectionError('PROTOCOL_ERROR'),
    ],
  },
  {
    id: 'http2/6.2/3',
    name: 'HEADERS of no stream',
    steps: ({ get }) => [whole(get(), {}, 0), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.2/4',
    name: 'HEADERS with too much padding',
    steps: ({ get }) => {
      const block = fieldBlock(get())
      return [
        frame(TYPES.HEADERS, 0xd, 1, Buffer.concat([[block.length + 2], block].map(part => Buffer.from(part)))),
        streamError('PROTOCOL_ERROR'),
      ]
    },
  },
  {
    id: 'http2/6.3/1',
    name: 'PRIORITY of no stream',
    steps: () => [priority(0, old), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.3/2',
    name: 'PRIORITY of four bytes',
    steps: ({ get }) => [whole(get()), frame(TYPES.PRIORITY, 0, 1, hex('80000001')), streamError('FRAME_SIZE_ERROR')],
  },
  {
    id: 'http2/6.4/1',
    name: 'RST_STREAM of no stream',
    steps: () => [rstStream(0), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.4/2',
    name: 'RST_STREAM of an idle stream',
    steps: () => [rstStream(1), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.4/3',
    name: 'RST_STREAM of three bytes',
    steps: ({ get }) => [whole(get()), frame(TYPES.RST_STREAM, 0, 1, hex('000000')), streamError('FRAME_SIZE_ERROR')],
  },
  {
    id: 'http2/6.5/1',
    name: 'SETTINGS with ACK that are not empty',
    steps: () => [frame(TYPES.SETTINGS, 1, 0, hex('00')), connectionError('FRAME_SIZE_ERROR')],
  },
  {
    id: 'http2/6.5/2',
    name: 'SETTINGS of a stream',
    steps: () => [frame(TYPES.SETTINGS, 0, 1, hex('0003 00000064')), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.5/3',
    name: 'SETTINGS of three bytes',
    steps: () => [frame(TYPES.SETTINGS, 0, 0, hex('000300')), streamError('PROTOCOL_ERROR', 'FRAME_SIZE_ERROR')],
  },
  {
    id: 'http2/6.5/3a',
    name: 'SETTINGS that say nine bytes and have eight',
    steps: () => [
      frame(TYPES.SETTINGS, 0, 0, hex('0003 00000064 0002'), 9),
      streamError('PROTOCOL_ERROR', 'FRAME_SIZE_ERROR'),
    ],
  },
  {
    id: 'http2/6.5.2/1',
    name: 'ENABLE_PUSH of 2',
    steps: () => [settings({ ENABLE_PUSH: 2 }), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.5.2/2',
    name: 'INITIAL_WINDOW_SIZE above the most',
    steps: () => [window(2147483648), connectionError('FLOW_CONTROL_ERROR')],
  },
  {
    id: 'http2/6.5.2/3',
    name: 'MAX_FRAME_SIZE below the least',
    steps: () => [settings({ MAX_FRAME_SIZE: 16383 }), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.5.2/4',
    name: 'MAX_FRAME_SIZE above the most',
    steps: () => [settings({ MAX_FRAME_SIZE: 16777216 }), connectionError('PROTOCOL_ERROR')],
  },
  { id: 'http2/6.5.2/5', name: 'an unknown setting', steps: () => [settings([[0xff, 1]]), ping(), pong()] },
  {
    id: 'http2/6.5.3/1',
    name: 'a setting twice in a frame',
    steps: ({ get }) => [
      settings([
        [4, 100],
        [4, 1],
      ]),
      acknowledged,
      whole(get()),
      content(1, 1),
    ],
  },
  {
    id: 'http2/6.5.3/2',
    name: 'SETTINGS are acknowledged',
    steps: () => [settings({ ENABLE_PUSH: 0 }), acknowledged],
  },
  { id: 'http2/6.7/1', name: 'PING', steps: () => [ping(NAMED), pong(NAMED)] },
  {
    id: 'http2/6.7/2',
    name: 'PING with ACK is not answered',
    steps: () => [ping(Buffer.from('invalid\0'), { ack: true }), ping(NAMED), pong(NAMED)],
  },
  {
    id: 'http2/6.7/3',
    name: 'PING of a stream',
    steps: () => [frame(TYPES.PING, 0, 1, ZEROS), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.7/4',
    name: 'PING of six bytes',
    steps: () => [frame(TYPES.PING, 0, 0, ZEROS.subarray(2)), connectionError('FRAME_SIZE_ERROR')],
  },
  {
    id: 'http2/6.8/1',
    name: 'GOAWAY of a stream',
    steps: () => [frame(TYPES.GOAWAY, 0, 1, ZEROS), connectionError('PROTOCOL_ERROR')],
  },
]
