// Everything that an HTTP/1.1 connection refuses, as data: the rule's name, the section it stands in, the status that
// a server answers with, and what would have been right. `docs/refusals.md` lists them for users.
import { copyOf } from '../bytes/copy.ts'

interface Rule {
  /** The status a server refuses a request with. */
  readonly status: 400 | 413 | 414 | 431 | 501 | 505
  /** Where the rule stands, such as `RFC 9112 section 2.2`. */
  readonly section: string
  /** What was wrong and what would be right, in one sentence. */
  readonly detail: string
}

/** Every rule, with its section, the status it asks for and a sentence. */
export const RULES = {
  // The start line
  'invalid-method': {
    status: 400,
    section: 'RFC 9112 section 3.1',
    detail: 'A request starts with a method, which is a token followed by one space',
  },
  'method-too-long': {
    status: 501,
    section: 'RFC 9112 section 3',
    detail: 'The method is longer than any this server knows',
  },
  'invalid-target': {
    status: 400,
    section: 'RFC 9112 section 3.2',
    detail: 'A request target is made of visible ASCII characters; anything else must be percent-encoded',
  },
  'empty-target': {
    status: 400,
    section: 'RFC 9112 section 3',
    detail: 'One space, and one only, stands between method and target',
  },
  'target-too-long': {
    status: 414,
    section: 'RFC 9112 section 3',
    detail: 'The request target is longer than this server reads',
  },
  'target-form': {
    status: 400,
    section: 'RFC 9112 section 3.2',
    detail: 'The target must be a path, an http or https URI, an authority with CONNECT, or * with OPTIONS',
  },
  'invalid-version': {
    status: 400,
    section: 'RFC 9112 section 2.3',
    detail: 'The version must be HTTP/1.0 or HTTP/1.1, after one space and before CRLF',
  },
  'unsupported-version': {
    status: 505,
    section: 'RFC 9110 section 15.6.6',
    detail: 'Only major version 1 is spoken on this wire',
  },
  'invalid-status': {
    status: 400,
    section: 'RFC 9112 section 4',
    detail: 'A status is three digits from 100 to 599 after one space',
  },
  'invalid-reason': {
    status: 400,
    section: 'RFC 9112 section 4',
    detail: 'A reason phrase is made of visible characters, spaces and tabs',
  },
  'unasked-upgrade': {
    status: 400,
    section: 'RFC 9110 section 15.2.2',
    detail: 'A response switches protocols only where the request asked for it',
  },
  // Lines
  'bare-lf': {
    status: 400,
    section: 'RFC 9112 section 2.2',
    detail: 'Lines end with CR LF; this LF has no CR before it',
  },
  'bare-cr': { status: 400, section: 'RFC 9112 section 2.2', detail: 'A CR must be followed by LF' },
  'too-many-empty-lines': {
    status: 400,
    section: 'RFC 9112 section 2.2',
    detail: 'At most one empty line before a request is skipped',
  },
  'obs-fold': {
    status: 400,
    section: 'RFC 9112 section 5.2',
    detail: 'A field line must not start with white space: line folding is obsolete',
  },
  'space-before-colon': {
    status: 400,
    section: 'RFC 9112 section 5.1',
    detail: 'No white space may stand between a field name and its colon',
  },
  'invalid-field-name': {
    status: 400,
    section: 'RFC 9110 section 5.1',
    detail: 'A field line starts with a name, which is a token, and a colon',
  },
  'invalid-field-value': {
    status: 400,
    section: 'RFC 9110 section 5.5',
    detail: 'A field value must not have control characters other than tab',
  },
  'head-too-large': {
    status: 431,
    section: 'RFC 6585 section 5',
    detail: 'The fields together are larger than this server reads',
  },
  'too-many-fields': {
    status: 431,
    section: 'RFC 6585 section 5',
    detail: 'There are more fields than this server reads',
  },
  // Where to
  'missing-host': {
    status: 400,
    section: 'RFC 9112 section 3.2',
    detail: 'An HTTP/1.1 request must have a Host field',
  },
  'repeated-host': { status: 400, section: 'RFC 9112 section 3.2', detail: 'A request must have only one Host field' },
  'invalid-host': {
    status: 400,
    section: 'RFC 9110 section 7.2',
    detail: 'Host must be a host name or address with an optional port',
  },
  // Where a message ends
  'invalid-content-length': {
    status: 400,
    section: 'RFC 9110 section 8.6',
    detail: 'Content-Length must be digits alone',
  },
  'repeated-content-length': {
    status: 400,
    section: 'RFC 9112 section 6.3',
    detail: 'A message must not have two Content-Lengths',
  },
  'content-length-and-transfer-encoding': {
    status: 400,
    section: 'RFC 9112 section 6.3',
    detail: 'A message must not have both Content-Length and Transfer-Encoding',
  },
  'transfer-encoding-in-http-1.0': {
    status: 400,
    section: 'RFC 9112 section 6.1',
    detail: 'Transfer-Encoding is not known to HTTP/1.0, so what follows could be read in two ways',
  },
  'unknown-transfer-coding': {
    status: 501,
    section: 'RFC 9112 section 6.1',
    detail: 'The only transfer coding that is understood here is chunked',
  },
  'invalid-transfer-encoding': {
    status: 400,
    section: 'RFC 9112 section 6.1',
    detail: 'Transfer-Encoding must end with chunked, and name it once',
  },
  'connect-with-content': {
    status: 400,
    section: 'RFC 9110 section 9.3.6',
    detail: 'A CONNECT request has no content: what follows it belongs to the tunnel',
  },
  'content-too-large': {
    status: 413,
    section: 'RFC 9110 section 15.5.14',
    detail: 'The content is larger than this server takes',
  },
  // Chunks
  'invalid-chunk-size': {
    status: 400,
    section: 'RFC 9112 section 7.1',
    detail: 'A chunk starts with its size in hexadecimal digits',
  },
  'chunk-too-large': {
    status: 413,
    section: 'RFC 9112 section 7.1',
    detail: 'The chunk size has more digits than can be counted exactly',
  },
  'invalid-chunk-extension': {
    status: 400,
    section: 'RFC 9112 section 7.1.1',
    detail: 'A chunk extension is made of visible characters, spaces and tabs after a semicolon',
  },
  'chunk-extension-too-long': {
    status: 400,
    section: 'RFC 9112 section 7.1.1',
    detail: 'The chunk extensions of this message are longer than this server reads',
  },
  'missing-chunk-end': {
    status: 400,
    section: 'RFC 9112 section 7.1',
    detail: 'CR LF must follow the bytes of a chunk',
  },
  'forbidden-trailer': {
    status: 400,
    section: 'RFC 9110 section 6.5.1',
    detail: 'A field that frames, routes or authenticates a message must not come in its trailers',
  },
  // Ends too early
  'incomplete-message': {
    status: 400,
    section: 'RFC 9112 section 8',
    detail: 'The connection ended before the message did',
  },
} as const satisfies Record<string, Rule>

/** The name of a rule. */
export type RuleName = keyof typeof RULES

/** A broken rule. Every error of this wire ends its connection: after one, nobody knows where the next message starts. */
export interface H1Error extends Rule {
  /** The rule that was broken. */
  readonly rule: RuleName
  /** The peer broke it. */
  readonly blame: 'remote'
  /** The connection cannot go on. */
  readonly scope: 'connection'
  /** In bytes from the message's first one. */
  readonly offset: number
  /** The bytes around the offset, as they came; whoever shows them escapes and censors them. */
  readonly around: Uint8Array
  /** How many of `around` stand before the offset. */
  readonly before: number
}

const AROUND = 24

/**
 * The error for a rule that is broken at `at` in `bytes`, where `offset` is the same place counted from the message's first
 * byte. Only what is from `start` to `end` is shown: the bytes beside it may be another connection's.
 */
export function broken(
  rule: RuleName,
  offset: number,
  bytes: Uint8Array,
  at: number,
  start: number,
  end: number,
): H1Error {
  // A CR that was the last byte of the read before cannot be shown.
  const shown = Math.max(start, at)
  const from = Math.max(start, at - Math.min(AROUND, offset))
  return {
    rule,
    ...RULES[rule],
    blame: 'remote',
    scope: 'connection',
    offset,
    around: copyOf(bytes, from, Math.min(end, shown + AROUND)),
    before: shown - from,
  }
}
