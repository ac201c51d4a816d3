// What a handshake is refused for, as data (RFC 6455 sections 4.1 and 4.2): the rule's name, the section it stands in, and what would
// have been right. A server refuses a request with a status, a client fails the connection for an answer.

interface OfferRule {
  /** The status a server refuses the request with. */
  readonly status: 400 | 426
  /** Where the rule stands. */
  readonly section: string
  /** What was wrong and what would be right, in one sentence. */
  readonly detail: string
}

/** What a server refuses a client's handshake for. With 426 it says which version it takes, in Sec-WebSocket-Version. */
export const OFFER_RULES = {
  'websocket-version': {
    status: 426,
    section: 'RFC 6455 section 4.4',
    detail: 'Sec-WebSocket-Version must be 13',
  },
  'websocket-key': {
    status: 400,
    section: 'RFC 6455 section 4.2.1',
    detail: 'Sec-WebSocket-Key must be 16 bytes in base64, once',
  },
  'websocket-protocols': {
    status: 400,
    section: 'RFC 6455 section 4.2.1',
    detail: 'Sec-WebSocket-Protocol must list tokens, each once',
  },
  'websocket-extensions': {
    status: 400,
    section: 'RFC 6455 section 9.1',
    detail: 'Sec-WebSocket-Extensions must list extensions, each a token with parameters behind semicolons',
  },
} as const satisfies Record<string, OfferRule>

/** The name of a rule that a client's handshake must keep to. */
export type OfferFault = keyof typeof OFFER_RULES

interface AnswerRule {
  readonly section: string
  readonly detail: string
}

/** What a client fails the connection for when it reads a server's answer. */
export const ANSWER_RULES = {
  'wrong-status': {
    section: 'RFC 6455 section 4.1',
    detail: 'A server takes the handshake with 101, over HTTP/2 with 200 to 299',
  },
  'wrong-upgrade': { section: 'RFC 6455 section 4.1', detail: 'Upgrade must be websocket' },
  'wrong-connection': { section: 'RFC 6455 section 4.1', detail: 'Connection must have Upgrade in its list' },
  'wrong-accept': {
    section: 'RFC 6455 section 4.1',
    detail: 'Sec-WebSocket-Accept must answer the key that was sent, once',
  },
  'unasked-protocol': {
    section: 'RFC 6455 section 4.1',
    detail: 'Sec-WebSocket-Protocol must be one of those that were offered, once',
  },
  'unasked-extension': {
    section: 'RFC 6455 section 4.1',
    detail: 'Sec-WebSocket-Extensions must have no extension that was not offered',
  },
} as const satisfies Record<string, AnswerRule>

/** The name of a rule that a server's answer must keep to. */
export type AnswerFault = keyof typeof ANSWER_RULES
