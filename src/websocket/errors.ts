// Everything that a WebSocket connection refuses, as data: the rule's name, the section it stands in, the close code it is
// answered with, and what would have been right.

/** Close codes that this server sends by itself (RFC 6455 section 7.4.1). */
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
  readonly code: number
  readonly section: string
  readonly detail: string
}

function rule(code: number, section: string, detail: string): Rule {
  return { code, section, detail }
}

const { PROTOCOL_ERROR, INVALID_PAYLOAD, MESSAGE_TOO_BIG, POLICY_VIOLATION } = CODES

export const RULES = {
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
  'invalid-utf8': rule(INVALID_PAYLOAD, 'RFC 6455 section 8.1', 'Text must be UTF-8'),
  'message-too-large': rule(MESSAGE_TOO_BIG, 'RFC 6455 section 7.4.1', 'The message is larger than this server takes'),
  'too-many-fragments': rule(
    POLICY_VIOLATION,
    'RFC 6455 section 10.4',
    'The message has more empty fragments than any honest one',
  ),
  'invalid-deflate': rule(INVALID_PAYLOAD, 'RFC 7692 section 7.2.2', 'A compressed message must be DEFLATE data'),
} as const satisfies Record<string, Rule>

export type RuleName = keyof typeof RULES

/** Why a connection failed. */
export interface WebSocketError {
  readonly rule: RuleName
  /** The close code it is answered with. */
  readonly code: number
  readonly section: string
  readonly detail: string
}

export function broken(name: RuleName): WebSocketError {
  return { rule: name, ...RULES[name] }
}

/** Whether a peer may send this code in a close frame (section 7.4, and IANA's registry). */
export function isSendableCode(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || (code >= 3000 && code <= 4999)
  )
}
