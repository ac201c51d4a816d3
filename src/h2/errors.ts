// Everything that an HTTP/2 connection refuses, as data: the rule's name, the section it stands in, the error code it is
// answered with, how much it costs (a stream or the connection), and what would have been right.

/** RFC 9113 section 7. */
export const CODES = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const

export type CodeName = keyof typeof CODES

interface Rule {
  readonly code: CodeName
  /** What cannot go on: the stream, or the connection. */
  readonly scope: 'stream' | 'connection'
  /** The status a server answers with; 0 where the stream is reset, or the connection ended, without a reply. */
  readonly status: 0 | 413 | 414 | 431
  /** Where the rule stands, such as `RFC 9113 section 5.1`. */
  readonly section: string
  /** What was wrong and what would be right, in one sentence. */
  readonly detail: string
}

function connection(code: CodeName, section: string, detail: string): Rule {
  return { code, scope: 'connection', status: 0, section, detail }
}

function stream(code: CodeName, section: string, detail: string): Rule {
  return { code, scope: 'stream', status: 0, section, detail }
}

/** Every rule, with its section, its error code and a sentence. */
export const RULES = {
  // The connection's begin
  'invalid-preface': connection(
    'PROTOCOL_ERROR',
    'RFC 9113 section 3.4',
    'A client starts with PRI * HTTP/2.0, two CR LF, SM and two CR LF',
  ),
  'settings-first': connection('PROTOCOL_ERROR', 'RFC 9113 section 3.4', 'The first frame must be SETTINGS'),
  // Frames
  'frame-too-large': connection(
    'FRAME_SIZE_ERROR',
    'RFC 9113 section 4.2',
    'A frame must not be larger than SETTINGS_MAX_FRAME_SIZE',
  ),
  'wrong-frame-size': connection(
    'FRAME_SIZE_ERROR',
    'RFC 9113 section 4.2',
    'A frame of this type must have the size that its definition gives',
  ),
  'stream-zero': connection('PROTOCOL_ERROR', 'RFC 9113 section 6', 'A frame of this type must name a stream'),
  'stream-not-zero': connection(
    'PROTOCOL_ERROR',
    'RFC 9113 section 6',
    'A frame of this type is about the connection: its stream must be 0',
  ),
  'too-much-padding': connection(
    'PROTOCOL_ERROR',
    'RFC 9113 section 6.1',
    'The padding must be shorter than what the frame has room for',
  ),
  'continuation-expected': connection(
    'PROTOCOL_ERROR',
    'RFC 9113 section 6.2',
    'Nothing but CONTINUATION of the same stream may follow until a frame has END_HEADERS',
  ),
  'unexpected-continuation': connection(
    'PROTOCOL_ERROR',
    'RFC 9113 section 6.10',
    'CONTINUATION follows only a frame of the same stream without END_HEADERS',
  ),
  'push-from-client': connection('PROTOCOL_ERROR', 'RFC 9113 section 8.4', 'A client cannot push'),
  'push-not-enabled': connection(
    'PROTOCOL_ERROR',
    'RFC 9113 section 6.6',
    'PUSH_PROMISE must not be sent: SETTINGS_ENABLE_PUSH is 0',
  ),
  // Streams
  'stream-id-order': connection(
    'PROTOCOL_ERROR',
    'RFC 9113 section 5.1.1',
    "A client's new stream has an odd number, larger than all before it",
  ),
  'idle-stream': connection(
    'PROTOCOL_ERROR',
    'RFC 9113 section 5.1',
    'Only HEADERS and PRIORITY may name a stream that is not open yet',
  ),
  'closed-stream': connection(
    'STREAM_CLOSED',
    'RFC 9113 section 5.1',
    'The stream is closed: nothing but PRIORITY, WINDOW_UPDATE and RST_STREAM may come on it',
  ),
  'half-closed-stream': stream(
    'STREAM_CLOSED',
    'RFC 9113 section 5.1',
    'END_STREAM was sent: nothing but PRIORITY, WINDOW_UPDATE and RST_STREAM may follow',
  ),
  'too-many-streams': stream(
    'REFUSED_STREAM',
    'RFC 9113 section 5.1.2',
    'More streams are open than SETTINGS_MAX_CONCURRENT_STREAMS allows',
  ),
  'self-dependency': connection('PROTOCOL_ERROR', 'RFC 7540 section 5.3.1', 'A stream must not depend on itself'),
  'priority-update-from-server': connection(
    'PROTOCOL_ERROR',
    'RFC 9218 section 7.1',
    'PRIORITY_UPDATE is for clients to send',
  ),
  'priority-of-push': connection(
    'PROTOCOL_ERROR',
    'RFC 9218 section 7.1',
    'PRIORITY_UPDATE names a request: no stream has been pushed',
  ),
  'too-many-priorities': connection(
    'PROTOCOL_ERROR',
    'RFC 9218 section 7.1',
    'Streams that have a priority and are not open yet count as open ones: there must not be more than SETTINGS_MAX_CONCURRENT_STREAMS',
  ),
  // Settings
  'settings-ack-with-payload': connection(
    'FRAME_SIZE_ERROR',
    'RFC 9113 section 6.5',
    'SETTINGS with ACK must be empty',
  ),
  'invalid-enable-push': connection(
    'PROTOCOL_ERROR',
    'RFC 9113 section 6.5.2',
    'SETTINGS_ENABLE_PUSH must be 0 or 1, and 0 from a server',
  ),
  'invalid-initial-window': connection(
    'FLOW_CONTROL_ERROR',
    'RFC 9113 section 6.5.2',
    'SETTINGS_INITIAL_WINDOW_SIZE must not be above 2147483647',
  ),
  'invalid-max-frame-size': connection(
    'PROTOCOL_ERROR',
    'RFC 9113 section 6.5.2',
    'SETTINGS_MAX_FRAME_SIZE must be from 16384 to 16777215',
  ),
  'invalid-connect-protocol': connection(
    'PROTOCOL_ERROR',
    'RFC 8441 section 3',
    'SETTINGS_ENABLE_CONNECT_PROTOCOL must be 0 or 1, and never go back to 0',
  ),
  'invalid-no-rfc7540-priorities': connection(
    'PROTOCOL_ERROR',
    'RFC 9218 section 2.1',
    'SETTINGS_NO_RFC7540_PRIORITIES must be 0 or 1, and never change',
  ),
  // Flow control
  'zero-window-update': connection(
    'PROTOCOL_ERROR',
    'RFC 9113 section 6.9',
    'WINDOW_UPDATE must add at least 1 to a window',
  ),
  'zero-stream-window-update': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 6.9',
    'WINDOW_UPDATE must add at least 1 to a window',
  ),
  'window-overflow': connection(
    'FLOW_CONTROL_ERROR',
    'RFC 9113 section 6.9.1',
    'A window must not become larger than 2147483647',
  ),
  'stream-window-overflow': stream(
    'FLOW_CONTROL_ERROR',
    'RFC 9113 section 6.9.1',
    'A window must not become larger than 2147483647',
  ),
  'window-exceeded': connection(
    'FLOW_CONTROL_ERROR',
    'RFC 9113 section 6.9',
    'More DATA was sent than the window of the connection allows',
  ),
  'stream-window-exceeded': stream(
    'FLOW_CONTROL_ERROR',
    'RFC 9113 section 6.9',
    'More DATA was sent than the window of the stream allows',
  ),
  // Heads
  'invalid-header-block': connection(
    'COMPRESSION_ERROR',
    'RFC 9113 section 4.3',
    'The header block cannot be decoded (RFC 7541)',
  ),
  'invalid-field-name': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.2.1',
    'A field name is a token in lower case; only known pseudo-fields start with a colon',
  ),
  'invalid-field-value': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.2.1',
    'A field value must not have NUL, CR, LF or other control characters, nor begin or end with white space',
  ),
  'connection-field': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.2.2',
    'Connection and its kin must not be sent over HTTP/2; TE may be trailers alone',
  ),
  'unknown-pseudo-field': stream('PROTOCOL_ERROR', 'RFC 9113 section 8.3', 'There is no such pseudo-field here'),
  'repeated-pseudo-field': stream('PROTOCOL_ERROR', 'RFC 9113 section 8.3', 'A pseudo-field must come only once'),
  'late-pseudo-field': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.3',
    'Pseudo-fields must come before all other fields, and never in trailers',
  ),
  'missing-pseudo-field': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.3.1',
    'A request must have :method, :scheme and :path (CONNECT: :authority alone); a response :status',
  ),
  'invalid-method': stream('PROTOCOL_ERROR', 'RFC 9110 section 9.1', ':method must be a token'),
  'invalid-scheme': stream('PROTOCOL_ERROR', 'RFC 9113 section 8.3.1', ':scheme must be the scheme of a URI'),
  'invalid-path': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.3.1',
    ':path must start with a slash and be made of visible ASCII characters, or be * with OPTIONS',
  ),
  'invalid-authority': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.3.1',
    ':authority and Host must be a host name or address with an optional port, and must not differ',
  ),
  'missing-authority': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.3.1',
    'A request for http or https must have :authority or Host',
  ),
  'invalid-connect': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.5',
    'CONNECT has :authority with a port and neither :scheme nor :path, unless it is extended by :protocol (RFC 8441)',
  ),
  'invalid-status': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.3.2',
    ':status is three digits from 100 to 599, not 101',
  ),
  'invalid-content-length': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.1.1',
    'Content-Length must be digits alone, and all of them the same',
  ),
  'wrong-content-length': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.1.1',
    'The DATA frames must add up to the Content-Length',
  ),
  'trailers-without-end': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.1',
    'A second HEADERS frame brings the trailers: it must have END_STREAM',
  ),
  'fields-in-tunnel': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.5',
    'Where CONNECT has opened a tunnel nothing but DATA, WINDOW_UPDATE, PRIORITY and RST_STREAM may come',
  ),
  'interim-with-end': stream('PROTOCOL_ERROR', 'RFC 9113 section 8.1', 'An interim response cannot end the stream'),
  'content-before-head': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.1',
    'DATA must not come before the final response',
  ),
  'forbidden-trailer': stream(
    'PROTOCOL_ERROR',
    'RFC 9110 section 6.5.1',
    'A field that frames, routes or authenticates a message must not come in its trailers',
  ),
  'content-without-meaning': stream(
    'PROTOCOL_ERROR',
    'RFC 9113 section 8.1.1',
    'This response cannot have content: it answers HEAD, or its status is 204 or 304',
  ),
  'head-too-large': {
    code: 'NO_ERROR',
    scope: 'stream',
    status: 431,
    section: 'RFC 9113 section 10.5.1',
    detail: 'The fields together are larger than SETTINGS_MAX_HEADER_LIST_SIZE, or more than this server reads',
  },
  'target-too-long': {
    code: 'NO_ERROR',
    scope: 'stream',
    status: 414,
    section: 'RFC 9110 section 15.5.15',
    detail: 'The path is longer than this server reads',
  },
  'content-too-large': {
    code: 'NO_ERROR',
    scope: 'stream',
    status: 413,
    section: 'RFC 9110 section 15.5.14',
    detail: 'The content is larger than this server takes',
  },
  'fields-too-large': stream(
    'ENHANCE_YOUR_CALM',
    'RFC 9113 section 10.5.1',
    'The trailers, or the fields of a response, are larger than SETTINGS_MAX_HEADER_LIST_SIZE, or too many',
  ),
  'reply-too-large': stream('CANCEL', 'RFC 9113 section 10.5', 'The response has more content than this client takes'),
  // Abuse: budgets.ts
  'too-many-resets': connection(
    'ENHANCE_YOUR_CALM',
    'RFC 9113 section 10.5',
    'Too many streams were opened only to be reset or refused',
  ),
  'too-many-pings': connection('ENHANCE_YOUR_CALM', 'RFC 9113 section 10.5', 'Too many PING frames came'),
  'too-many-settings': connection('ENHANCE_YOUR_CALM', 'RFC 9113 section 10.5', 'Too many SETTINGS frames came'),
  'too-many-idle-frames': connection(
    'ENHANCE_YOUR_CALM',
    'RFC 9113 section 10.5',
    'Too many frames came that carry nothing: empty DATA, PRIORITY, tiny WINDOW_UPDATE, unknown types',
  ),
  'endless-head': connection(
    'ENHANCE_YOUR_CALM',
    'RFC 9113 section 10.5.1',
    'A head went on over too many CONTINUATION frames, or too many bytes',
  ),
  // Time: told from outside, as there is no clock in here
  'head-timeout': connection(
    'ENHANCE_YOUR_CALM',
    'RFC 9113 section 10.5',
    'The preface, a frame or a head was not complete in time',
  ),
  'settings-timeout': connection(
    'SETTINGS_TIMEOUT',
    'RFC 9113 section 6.5.3',
    'SETTINGS must be acknowledged without delay',
  ),
  // Told by the peer, or of the connection
  'peer-reset': stream('NO_ERROR', 'RFC 9113 section 6.4', 'The peer has reset the stream'),
  'connection-lost': stream('NO_ERROR', 'RFC 9113 section 5.4.1', 'The connection ended before the stream did'),
} as const satisfies Record<string, Rule>

/** The name of a rule. */
export type RuleName = keyof typeof RULES

/** A broken rule, or a stream that was lost for another reason. */
export interface H2Error extends Omit<Rule, 'code'> {
  /** The rule that was broken. */
  readonly rule: RuleName
  /** The number that goes, or came, over the wire. */
  readonly code: number
  /** Who broke it. */
  readonly blame: 'remote' | 'local'
  /** The stream it is about; 0 for the connection. */
  readonly stream: number
  /** In bytes from the connection's first one: where the frame begins that broke the rule. */
  readonly offset: number
}

/** @param offset where the frame begins, counted from the connection's first byte */
export function broken(rule: RuleName, stream: number, offset: number): H2Error {
  return { rule, ...RULES[rule], code: CODES[RULES[rule].code], blame: 'remote', stream, offset }
}

/** The peer has reset a stream, with a code of its own choice. */
export function resetByPeer(stream: number, code: number, offset: number): H2Error {
  return { rule: 'peer-reset', ...RULES['peer-reset'], code, blame: 'remote', stream, offset }
}

/** The connection has ended, by a code sent or by the transport. */
export function lostWithConnection(stream: number, code: number): H2Error {
  return { rule: 'connection-lost', ...RULES['connection-lost'], code, blame: 'local', stream, offset: 0 }
}

/** The code's name, for logs; its number where it has none (RFC 9113 section 7: unknown ones mean nothing special). */
export function codeName(code: number): string {
  for (const [name, number] of Object.entries(CODES)) if (number === code) return name
  return `0x${code.toString(16)}`
}
