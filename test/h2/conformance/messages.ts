// Sections 6.9 to 8 of RFC 7540: windows, field blocks, codes, messages.
import { data, frame, goaway, ping, pushPromise, rstStream, TYPES, windowUpdate } from '../../support/h2-frames.ts'
import {
  acknowledged,
  answer,
  type Case,
  closed,
  connectionError,
  content,
  hex,
  type Known,
  more,
  open,
  pong,
  streamError,
  whole,
  window,
} from './steps.ts'

export const MESSAGES: readonly Case[] = [
  {
    id: 'http2/6.9/1',
    name: 'WINDOW_UPDATE of nothing: the connection',
    steps: () => [windowUpdate(0, 0), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.9/2',
    name: 'WINDOW_UPDATE of nothing: a stream',
    steps: ({ get }) => [open(get()), windowUpdate(1, 0), streamError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.9/3',
    name: 'WINDOW_UPDATE of three bytes',
    steps: () => [frame(TYPES.WINDOW_UPDATE, 0, 0, hex('000001')), connectionError('FRAME_SIZE_ERROR')],
  },
  {
    id: 'http2/6.9.1/1',
    name: 'a window of 1',
    steps: ({ get }) => [window(1), acknowledged, whole(get()), content(1, 1)],
  },
  {
    id: 'http2/6.9.1/2',
    name: "the connection's window above the most",
    steps: () => [windowUpdate(0, 2147483647), windowUpdate(0, 2147483647), connectionError('FLOW_CONTROL_ERROR')],
  },
  {
    id: 'http2/6.9.1/3',
    name: "a stream's window above the most",
    steps: ({ get }) => [
      open(get()),
      windowUpdate(1, 2147483647),
      windowUpdate(1, 2147483647),
      { come: 'frame', type: 'RST_STREAM', stream: 1 },
    ],
  },
  {
    id: 'http2/6.9.2/1',
    name: 'the initial window changed while a reply waits',
    steps: ({ get }) => [window(0), acknowledged, whole(get()), window(1), content(1, 1)],
  },
  {
    id: 'http2/6.9.2/2',
    name: 'a window below nothing',
    steps: ({ get }) => [
      window(3),
      acknowledged,
      whole(get()),
      content(1, 3),
      window(2),
      acknowledged,
      windowUpdate(1, 2),
      content(1, 1),
    ],
  },
  {
    id: 'http2/6.9.2/3',
    name: 'the initial window above the most',
    steps: () => [frame(TYPES.SETTINGS, 0, 0, hex('0004 80000000')), connectionError('FLOW_CONTROL_ERROR')],
  },
  {
    id: 'http2/6.10/1',
    name: 'CONTINUATION twice after HEADERS',
    steps: ({ get }) => [whole(get(), { endHeaders: false }), more(1, false), more(1), answer()],
  },
  {
    id: 'http2/6.10/2',
    name: 'CONTINUATION, then DATA',
    steps: ({ as }) => [
      open(as('POST'), { endHeaders: false }),
      more(1, false),
      data(1, 'test', { endStream: true }),
      connectionError('PROTOCOL_ERROR'),
    ],
  },
  {
    id: 'http2/6.10/3',
    name: 'CONTINUATION of no stream',
    steps: ({ get }) => [whole(get(), { endHeaders: false }), more(0), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.10/4',
    name: 'CONTINUATION after HEADERS with END_HEADERS',
    steps: ({ get }) => [whole(get()), more(1), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.10/5',
    name: 'CONTINUATION after CONTINUATION with END_HEADERS',
    steps: ({ get }) => [whole(get(), { endHeaders: false }), more(1), more(1), connectionError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/6.10/6',
    name: 'CONTINUATION after DATA',
    steps: ({ as }) => [
      open(as('POST'), { endHeaders: false }),
      data(1, 'test', { endStream: true }),
      more(1, false),
      more(0),
      connectionError('PROTOCOL_ERROR'),
    ],
  },
  { id: 'http2/7/1', name: 'GOAWAY with an unknown code', steps: () => [goaway(0, 0xff), closed] },
  {
    id: 'http2/7/2',
    name: 'RST_STREAM with an unknown code',
    steps: ({ as }) => [open(as('POST')), rstStream(1, 0xff), ping(), pong()],
  },
  {
    id: 'http2/8.1/1',
    name: 'a second HEADERS without END_STREAM',
    steps: ({ as }) => [open(as('POST')), data(1, 'test'), open([['x-test', 'ok']]), streamError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/8.1.2/1',
    name: 'a field name in upper case',
    steps: ({ get }) => [whole(get(['X-TEST', 'ok'])), streamError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/8.1.2.1/1',
    name: 'an unknown pseudo-field',
    steps: ({ get }) => [whole(get([':test', 'ok'])), streamError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/8.1.2.1/2',
    name: 'a pseudo-field of responses',
    steps: ({ get }) => [whole(get([':status', '200'])), streamError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/8.1.2.1/3',
    name: 'a pseudo-field in trailers',
    steps: ({ as }) => [open(as('POST')), data(1, 'test'), open([[':method', 'POST']]), streamError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/8.1.2.1/4',
    name: 'a pseudo-field behind another field',
    steps: ({ get }) => [whole([['x-test', 'ok'], ...get()]), streamError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/8.1.2.2/1',
    name: 'Connection',
    steps: ({ get }) => [whole(get(['connection', 'keep-alive'])), streamError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/8.1.2.2/2',
    name: 'TE with more than trailers',
    steps: ({ get }) => [whole(get(['trailers', 'test'], ['te', 'trailers, deflate'])), streamError('PROTOCOL_ERROR')],
  },
  {
    id: 'http2/8.1.2.3/1',
    name: 'an empty :path',
    steps: ({ get }) => [
      whole(get().map(([name, value]) => [name, name === ':path' ? '' : value])),
      streamError('PROTOCOL_ERROR'),
    ],
  },
  ...[':method', ':scheme', ':path'].map((missing, i) => ({
    id: `http2/8.1.2.3/${i + 2}`,
    name: `no ${missing}`,
    steps: ({ get }: Known) => [whole(get().filter(([name]) => name !== missing)), streamError('PROTOCOL_ERROR')],
  })),
  ...[':method', ':scheme', ':path'].map((twice, i) => ({
    id: `http2/8.1.2.3/${i + 5}`,
    name: `${twice} twice`,
    steps: ({ get }: Known) => [whole(get(...get().filter(([name]) => name === twice))), streamError('PROTOCOL_ERROR')],
  })),
  {
    id: 'http2/8.1.2.6/1',
    name: 'Content-Length that is not that of DATA',
    steps: ({ as }) => [
      open(as('POST', ['content-length', '1'])),
      data(1, 'test', { endStream: true }),
      streamError('PROTOCOL_ERROR'),
    ],
  },
  {
    id: 'http2/8.1.2.6/2',
    name: 'Content-Length that is not that of DATA in pieces',
    steps: ({ as }) => [
      open(as('POST', ['content-length', '1'])),
      data(1, 'test'),
      data(1, 'test', { endStream: true }),
      streamError('PROTOCOL_ERROR'),
    ],
  },
  {
    id: 'http2/8.2/1',
    name: 'PUSH_PROMISE',
    steps: ({ get }) => [pushPromise(1, 3, get()), connectionError('PROTOCOL_ERROR')],
  },
]
