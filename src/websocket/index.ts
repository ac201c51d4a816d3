// The WebSocket connection (RFC 6455, 7692, 8441) without a socket, in both roles.
export { WebSocketConnection } from './connection.ts'
export { CODES, isSendableCode, RULES, type RuleName, type WebSocketError } from './errors.ts'
export {
  type Agreed,
  type Answer,
  agreedBy,
  answerTo,
  type ClientTerms,
  offerText,
  type ServerTerms,
} from './extensions.ts'
export {
  type Agreement,
  acceptOf,
  agreementOf,
  keyOf,
  type Offer,
  offerFields,
  offerOf,
  type Sha1,
  VERSION,
} from './handshake.ts'
export { ANSWER_RULES, type AnswerFault, OFFER_RULES, type OfferFault } from './handshake-rules.ts'
export { DEFAULT_LIMITS, MessageBudget, type WebSocketLimits } from './limits.ts'
export type { InflateFault, MessageCodec } from './message-codec.ts'
export type { MaskKeys } from './sending.ts'
export type { WebSocketSink } from './sink.ts'
