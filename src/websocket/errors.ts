// Everything that a WebSocket connection refuses, as data: the rule's name, the section it stands in, the close code it is
// answered with, and what would have been right. The opening handshake has its own, in handshake-rules.ts.

/** Close codes (RFC 6455 section 7.4.1, and IANA's registry). */
export const CODES = {
  NORMAL: 1000,
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  UNSUPPORTED_DATA: 1003,
  /** Never sent: the close frame had no code. */
  NO_STATUS: 1005,
  /** Never sent: there was no close frame. */
  ABNORMAL: 1006,
  INVALID_PAYLOAD: 1007,
  POLICY_VIOLATION: 1008,
  MESSAGE_TOO_BIG: 1009,
  INTERNAL_ERROR: 1011,
  TRY_AGAIN_LATER: 1013,
} as const

interface Rule {
  /** The close code it is answered with. */
  readonly code: number
  /** Where the rule stands, such as `RFC 6455 section 5.2`. */
  readonly section: string
  /** What was wrong and what would be right, in one sentence. */
  readonly detail: string
}

const { ABNORMAL, PROTOCOL_ERROR, INVALID_PAYLOAD, MESSAGE_TOO_BIG, POLICY_VIOLATION, TRY_AGAIN_LATER } = CODES

/** Every rule, with its section, the close code it is answered with, and a sentence. */
export const RULES = {
  // Heads of frames
  'reserved-bits': rule(
    PROTOCOL_ERROR,
    'RFC 6455 section 5.2',
    'Reserved bits must be 0 unless an extension says what they mean',
  ),
  'reserved-opcode': rule(PROTOCOL_ERROR, 'RFC 6455 section 5.2', 'The opcode must be one of 0, 1, 2, 8, 9 and 10'),
  'mask-missing': rule(PROTOCOL_ERROR, 'RFC 6455 section 5.1', 'A client must mask its frames'),
  'mask-forbidden': rule(PROTOCOL_ERROR, 'RFC 6455 section 5.1', 'A server must not mask its frames'),
  'length-not-minimal': rule(PROTOCOL_ERROR, 'RFC 6455 section 5.2', 'A length must be written in the fewest bytes'),
  'length-too-large': rule(PROTOCOL_ERROR, 'RFC 6455 section 5.2', 'The highest bit of a length of 64 bits must be 0'),
  'fragmented-control': rule(PROTOCOL_ERROR, 'RFC 6455 section 5.5', 'A control frame must not be fragmented'),
  'control-too-long': rule(
    PROTOCOL_ERROR,
    'RFC 6455 section 5.5',
    'A control frame has a payload of 125 bytes at most',
  ),
  // Messages
  'unexpected-continuation': rule(
    PROTOCOL_ERROR,
    'RFC 6455 section 5.4',
    'There is no message that this frame could continue',
  ),
  'continuation-expected': rule(
    PROTOCOL_ERROR,
    'RFC 6455 section 5.4',
    'The fragments of a message must not be mixed with those of another',
  ),
  'invalid-utf8': rule(INVALID_PAYLOAD, 'RFC 6455 section 8.1', 'Text must be UTF-8'),
  'invalid-deflate': rule(INVALID_PAYLOAD, 'RFC 7692 section 7.2.2', 'A compressed message must be DEFLATE data'),
  'message-too-large': rule(MESSAGE_TOO_BIG, 'RFC 6455 section 7.4.1', 'The message is larger than this server takes'),
  'too-many-fragments': rule(
    POLICY_VIOLATION,
    'RFC 6455 section 10.4',
    'The message has more empty fragments than any honest one',
  ),
  'no-message-memory': rule(
    TRY_AGAIN_LATER,
    'RFC 6455 section 10.4',
    'There is no memory left for incomplete messages of this size',
  ),
  // Close frames
  'invalid-close': rule(
    PROTOCOL_ERROR,
    'RFC 6455 section 5.5.1',
    'A close frame is empty or begins with a code of two bytes',
  ),
  'invalid-close-code': rule(
    PROTOCOL_ERROR,
    'RFC 6455 section 7.4',
    'A close code must be one that may be sent: 1000 to 1014 without the reserved ones, or 3000 to 4999',
  ),
  'invalid-close-reason': rule(INVALID_PAYLOAD, 'RFC 6455 section 5.5.1', 'The reason of a close frame must be UTF-8'),
  // The peer's end, after which nobody is answered
  'incomplete-message': rule(
    ABNORMAL,
    'RFC 6455 section 7.1.5',
    'The connection ended in the middle of a message or a frame',
  ),
} as const satisfies Record<string, Rule>

/** The name of a rule. */
export type RuleName = keyof typeof RULES

/** A broken rule. Every one ends its connection: after it, nobody knows where the next frame begins. */
export interface WebSocketError extends Rule {
  /** The rule that was broken. */
  readonly rule: RuleName
  /** The peer broke it. */
  readonly blame: 'remote'
  /** The connection cannot go on. */
  readonly scope: 'connection'
  /** In bytes from the connection's first one: the first wrong byte of a text that is not compressed, else where the frame begins that broke the rule. */
  readonly offset: number
}

/** @param offset counted from the connection's first byte */
export function broken(name: RuleName, offset: number): WebSocketError {
  return { rule: name, ...RULES[name], blame: 'remote', scope: 'connection', offset }
}

/** Whether a close frame may have this code (RFC 6455 section 7.4, and IANA's registry). */
export function isSendableCode(code: number): boolean {
  if (code >= 3000 && code <= 4999) return true
  return code >= 1000 && code <= 1014 && !NEVER_SENT.includes(code)
}

/** Reserved by RFC 6455 section 7.4.1; so is 1015. */
const NEVER_SENT: readonly number[] = [1004, CODES.NO_STATUS, CODES.ABNORMAL]

function rule(code: number, section: string, detail: string): Rule {
  return { code, section, detail }
}
