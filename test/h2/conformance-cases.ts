// What the h2spec suite tries on a server, case by case and in the same order, as data: what is sent after the greeting, and
// what must come of it. h2spec follows RFC 7540; these are the places where it wants more, or something else, than RFC 9113:
//
//   3.5/2    What is no preface is answered with GOAWAY or with nothing; HTTP/1.1's 400 is half a frame to it. Section 3.4
//            leaves GOAWAY out or not.
//   5.1/8-9  After RST_STREAM of its own, DATA and HEADERS are STREAM_CLOSED; section 5.1 may treat them so.
//   5.1/11   After END_STREAM both ways, any of them ends the connection with STREAM_CLOSED; section 5.1 may do that.
//   5.1.1/2  A number that was passed over is PROTOCOL_ERROR, where section 5.1.1 calls its stream closed.
//   5.1.2    MAX_CONCURRENT_STREAMS must be announced, or the case is skipped.
//   5.3.1    No stream depends on itself, idle ones too; section 5.3.2 has dropped what this was about.
//   6.5.3, 6.9.1, 6.9.2  GET / must have content, at least five bytes of it, or cases are skipped.
//   hpack/5.2/3  The bytes have no EOS symbol, but a string that is longer than its block: COMPRESSION_ERROR all the same.
//
// It takes only a FIN for the connection's end, with no half frame before it, not a reset; over TLS close_notify before it. It
// waits two seconds for each frame.
import {
  continuation,
  data,
  type ErrorCode,
  type Field,
  fieldBlock,
  frame,
  goaway,
  type HeadersOptions,
  headers,
  ping,
  preface,
  priority,
  pushPromise,
  rstStream,
  settings,
  TYPES,
  windowUpdate,
} from '../support/h2-frames.ts'

/** What must come, of the frames that have not been waited for yet. */
export type Expected =
  | { readonly come: 'frame'; readonly type: keyof typeof TYPES; readonly stream?: number; readonly size?: number }
  /** The very first frame. */
  | { readonly come: 'first'; readonly type: keyof typeof TYPES }
  | { readonly come: 'ack'; readonly type: 'SETTINGS' }
  | { readonly come: 'pong'; readonly payload: Uint8Array }
  /** END_STREAM on the stream. */
  | { readonly come: 'end'; readonly stream: number }
  /** RST_STREAM or GOAWAY with one of the codes. */
  | { readonly come: 'stream error'; readonly codes: readonly ErrorCode[] }
  /** GOAWAY with one of the codes, then FIN. */
  | { readonly come: 'connection error'; readonly codes: readonly ErrorCode[] }
  /** GOAWAY, or nothing, then FIN. */
  | { readonly come: 'close' }

/** What the client knows when it sends. */
export interface Known {
  /** The fields of GET /, with more behind them. */
  get(...more: Field[]): Field[]
  /** The same with another method. */
  as(method: string, ...more: Field[]): Field[]
  /** What the server's SETTINGS say; NaN for nothing. */
  setting(id: number): number
}

export interface Case {
  /** As h2spec numbers it. */
  readonly id: string
  readonly name: string
  /** Sent and waited for in turn; without greeting the case is to do that itself. */
  readonly steps: (known: Known) => readonly (Uint8Array | Expected)[]
  readonly greets?: false
}

const ZEROS = new Uint8Array(8)
const NAMED = Buffer.from('h2spec\0\0')

const answer = (stream = 1): Expected => ({ come: 'frame', type: 'HEADERS', stream })
const content = (stream = 1, size?: number): Expected => ({
  ...{ come: 'frame', type: 'DATA', stream },
  ...(size === undefined ? {} : { size }),
})
const acknowledged: Expected = { come: 'ack', type: 'SETTINGS' }
const pong = (payload: Uint8Array = ZEROS): Expected => ({ come: 'pong', payload })
const ended = (stream = 1): Expected => ({ come: 'end', stream })
const streamError = (...codes: ErrorCode[]): Expected => ({ come: 'stream error', codes })
const connectionError = (...codes: ErrorCode[]): Expected => ({ come: 'connection error', codes })
const closed: Expected = { come: 'close' }

/** A request on stream 1, or another one. */
const open = (fields: readonly Field[], options: HeadersOptions = {}, stream = 1) => headers(stream, fields, options)
const whole = (fields: readonly Field[], options: HeadersOptions = {}, stream = 1) =>
  headers(stream, fields, { endStream: true, ...options })
/** A request whose block has some bytes behind it, or before it. */
const withBytes = (fields: readonly Field[], behind: string, before = '') =>
  headers(1, Buffer.concat([hex(before), fieldBlock(fields), hex(behind)]), { endStream: true })
const hex = (bytes: string) => Buffer.from(bytes.replaceAll(' ', ''), 'hex')
const window = (size: number) => settings({ INITIAL_WINDOW_SIZE: size })
/** Fields that are as large as those of h2spec. */
const large = (count: number): Field[] => Array.from({ length: count }, (_, i) => [`x-dummy${i}`, 'x'.repeat(4000)])
const more = (stream: number, endHeaders = true) => continuation(stream, fieldBlock(large(1)), { endHeaders })
const old = { dependency: 0, weight: 255 }

const LITERALS: readonly (readonly [name: string, block: string])[] = [
  ['indexed field', 'ba'],
  ['literal with incremental indexing, its name in Huffman code', '40 87 b505b161cc5a93 84 9c48aca4'],
  ['literal with incremental indexing, its name as it is', '40 0a 757365722d6167656e74 06 683273706563'],
  ['literal with incremental indexing, a new name', '40 06 782d74657374 06 683273706563'],
  ['literal with incremental indexing, a new name in Huffman code', '40 85 f2b24a84ff 84 9c48aca4'],
  ['literal without indexing, its name as it is', '00 0a 757365722d6167656e74 06 683273706563'],
  ['literal without indexing, its name in Huffman code', '00 87 b505b161cc5a93 84 9c48aca4'],
  ['literal without indexing, a new name', '00 06 782d74657374 06 683273706563'],
  ['literal without indexing, a new name in Huffman code', '00 85 f2b24a84ff 84 9c48aca4'],
  ['literal never indexed, its name as it is', '10 0a 757365722d6167656e74 06 683273706563'],
  ['literal never indexed, its name in Huffman code', '10 87 b505b161cc5a93 84 9c48aca4'],
  ['literal never indexed, a new name', '10 85 f2b24a84ff 84 9c48aca4'],
  ['literal never indexed, a new name in Huffman code', '10 85 f2b24a84ff 84 9c48aca4'],
]

export const CASES: readonly Case[] = [
  // --- generic: what any server does ---
  {
    id: 'generic/1/1',
    name: 'the first frame is SETTINGS',
    greets: false,
    steps: () => [preface, window(65535), { come: 'first', type: 'SETTINGS' }],
  },
  { id: 'generic/2/1', name: 'PRIORITY on an idle stream', steps: () => [priority(1, old), ping(), pong()] },
  {
    id: 'generic/2/2',
    name: 'WINDOW_UPDATE on a half-closed stream',
    steps: ({ get }) => [window(0), whole(get()), windowUpdate(1, 1), content()],
  },
  {
    id: 'generic/2/3',
    name: 'PRIORITY on a half-closed stream',
    steps: ({ get }) => [window(0), whole(get()), priority(1, old), windowUpdate(1, 1), content()],
  },
  {
    id: 'generic/2/4',
    name: 'RST_STREAM on a half-closed stream',
    steps: ({ get }) => [whole(get()), rstStream(1), ping(), pong()],
  },
  {
    id: 'generic/2/5',
    name: 'PRIORITY on a closed stream',
    steps: ({ get }) => [whole(get()), ended(), priority(1, old), ping(), pong()],
  },
  {
    id: 'generic/3.1/1',
    name: 'DATA',
    steps: ({ as }) => [open(as('POST')), data(1, 'test', { endStream: true }), answer()],
  },
  {
    id: 'generic/3.1/2',
    name: 'DATA twice',
    steps: ({ as }) => [open(as('POST')), data(1, 'test'), data(1, 'test', { endStream: true }), answer()],
  },
  {
    id: 'generic/3.1/3',
    name: 'DATA with padding',
    steps: ({ as }) => [open(as('POST')), data(1, 'test', { endStream: true, padding: 6 }), answer()],
  },
  { id: 'generic/3.2/1', name: 'HEADERS', steps: ({ get }) => [whole(get()), answer()] },
  { id: 'generic/3.2/2', name: 'HEADERS with padding', steps: ({ get }) => [whole(get(), { padding: 8 }), answer()] },
  {
    id: 'generic/3.2/3',
    name: 'HEADERS with old priorities',
    steps: ({ get }) => [whole(get(), { priority: old }), answer()],
  },
  {
    id: 'generic/3.3/1',
    name: 'PRIORITY with weight 1',
    steps: ({ get }) => [priority(1, { dependency: 0, weight: 0 }), whole(get()), answer()],
  },
  {
    id: 'generic/3.3/2',
    name: 'PRIORITY with weight 256',
    steps: ({ get }) => [priority(1, old), whole(get()), answer()],
  },
  {
    id: 'generic/3.3/3',
    name: 'PRIORITY of a later stream that depends on an idle one',
    steps: ({ get }) => [priority(3, { dependency: 1, weight: 0 }), whole(get()), answer()],
  },
  {
    id: 'generic/3.3/4',
    name: 'PRIORITY that is exclusive',
    steps: ({ get }) => [priority(1, { dependency: 0, weight: 0, exclusive: true }), whole(get()), answer()],
  },
  {
    id: 'generic/3.3/5',
    name: 'PRIORITY of an idle stream does not close lower ones',
    steps: ({ get }) => [priority(3, old), whole(get()), answer()],
  },
  {
    id: 'generic/3.4/1',
    name: 'RST_STREAM',
    steps: ({ get }) => [open(get()), rstStream(1), ping(), pong()],
  },
  {
    id: 'generic/3.5/1',
    name: 'SETTINGS with all settings',
    steps: () => [
      settings({
        HEADER_TABLE_SIZE: 4096,
        ENABLE_PUSH: 1,
        MAX_CONCURRENT_STREAMS: 100,
        INITIAL_WINDOW_SIZE: 65535,
        MAX_FRAME_SIZE: 16384,
        MAX_HEADER_LIST_SIZE: 100,
      }),
      acknowledged,
    ],
  },
  { id: 'generic/3.7/1', name: 'PING', steps: () => [ping(NAMED), pong(NAMED)] },
  { id: 'generic/3.8/1', name: 'GOAWAY', steps: () => [goaway(0, 'NO_ERROR', Buffer.from('h2spec')), closed] },
  { id: 'generic/3.9/1', name: 'WINDOW_UPDATE of the connection', steps: () => [windowUpdate(0, 1), ping(), pong()] },
  {
    id: 'generic/3.9/2',
    name: 'WINDOW_UPDATE of a stream',
    steps: ({ get }) => [whole(get()), windowUpdate(1, 1), answer()],
  },
  {
    id: 'generic/3.10/1',
    name: 'CONTINUATION',
    steps: ({ get }) => [...cut(fieldBlock(get()), [5]), answer()],
  },
  {
    id: 'generic/3.10/2',
    name: 'CONTINUATION twice',
    steps: ({ get }) => [...cut(fieldBlock(get()), [5, 10]), answer()],
  },
  { id: 'generic/4/1', name: 'GET', steps: ({ get }) => [whole(get()), answer()] },
  { id: 'generic/4/2', name: 'HEAD', steps: ({ as }) => [whole(as('HEAD')), answer()] },
  {
    id: 'generic/4/3',
    name: 'POST',
    steps: ({ as }) => [open(as('POST')), data(1, 'test', { endStream: true }), answer()],
  },
  {
    id: 'generic/4/4',
    name: 'POST with trailers',
    steps: ({ as }) => [open(as('POST', ['trailer', 'x-test'])), data(1, 'test'), whole([['x-test', 'ok']]), answer()],
  },
  ...LITERALS.map(([name, block], i) => ({
    id: `generic/5/${i + 1}`,
    name,
    steps: ({ get }: Known) => [withBytes(get(), block), answer()],
  })),
  {
    id: 'generic/5/14',
    name: 'a size update of the dynamic table',
    steps: ({ get }) => [withBytes(get(), '', '20'), answer()],
  },
  {
    id: 'generic/5/15',
    name: 'two size updates of the dynamic table',
    steps: ({ get }) => [withBytes(get(), '', '20 3fe11f'), answer()],
  },

  // --- http2: RFC 7540 ---
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

  // --- hpack: RFC 7541 ---
  {
    id: 'hpack/2.3.3/1',
    name: 'an index beyond the tables',
    steps: ({ get }) => [withBytes(get(), 'fe'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/2.3.3/2',
    name: 'a literal whose name is beyond the tables',
    steps: ({ get }) => [withBytes(get(), '7f0700'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/4.2/1',
    name: 'a size update at the end',
    steps: ({ get }) => [withBytes(get(), '21'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/5.2/1',
    name: 'Huffman padding of more than seven bits',
    steps: ({ get }) => [withBytes(get(), '00 85 f2b24a84ff 84 49509fff'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/5.2/2',
    name: 'Huffman padding of zeros',
    steps: ({ get }) => [withBytes(get(), '00 85 f2b24a84ff 83 495090'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/5.2/3',
    name: 'the EOS symbol',
    steps: ({ get }) => [withBytes(get(), '00 85 f2b24a87ff ff fffd25427f'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/6.1/1',
    name: 'index 0',
    steps: ({ get }) => [withBytes(get(), '80'), connectionError('COMPRESSION_ERROR')],
  },
  {
    id: 'hpack/6.3/1',
    name: 'a size update above the setting',
    steps: ({ get }) => [withBytes(get(), '', '3fe21f'), connectionError('COMPRESSION_ERROR')],
  },
]

/** HEADERS and CONTINUATION of one block, cut at these places. */
function cut(block: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places, block.length]
  return ends.map((end, i) =>
    i === 0
      ? headers(1, block.subarray(0, end), { endStream: true, endHeaders: false })
      : continuation(1, block.subarray(ends[i - 1], end), { endHeaders: end === block.length }),
  )
}
