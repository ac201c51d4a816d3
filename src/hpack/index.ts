// Header compression (RFC 7541), both ways.
export { HpackDecoder, type HpackLimits } from './decoder.ts'
export { HpackEncoder, type Indexing } from './encoder.ts'
export { type HpackError, type HpackRuleName, RULES } from './errors.ts'
export { FIELD_OVERHEAD, type HpackField } from './field.ts'
