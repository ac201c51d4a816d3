// What a client says about the order in which it wants its responses (RFC 9218): the Priority field and the payload of
// PRIORITY_UPDATE. Both are hints: what is malformed or unknown is passed over, and never costs the request.
import { latin1 } from '../bytes/text.ts'
import type { RuleName } from './errors.ts'
import { MOST_STREAM_ID } from './frames.ts'
import type { Priority } from './head.ts'
import { parseDictionary } from './structured-fields.ts'

const LEAST_URGENT = 7
const DEFAULT_URGENCY = 3

/** There are sixteen, by `2 * urgency + incremental`: they are never made anew. */
export const PRIORITIES: readonly Priority[] = Array.from({ length: 2 * (LEAST_URGENT + 1) }, (_, i) =>
  Object.freeze({ urgency: i >> 1, incremental: (i & 1) === 1 }),
)

/** What a request asks for whose Priority field says nothing (RFC 9218 section 4). */
export const DEFAULT_PRIORITY = PRIORITIES[2 * DEFAULT_URGENCY]

/** A priority's place in `PRIORITIES`. */
export function priorityNumber(priority: Priority): number {
  return 2 * priority.urgency + (priority.incremental ? 1 : 0)
}

/**
 * Reads the value of a Priority field: a dictionary with `u` and `i` (RFC 9218 section 4). Other members, and values of the
 * wrong type or out of range, are ignored.
 * @returns null where the text is no dictionary: it counts as if it had not come
 */
export function parsePriority(text: string): Priority | null {
  const members = parseDictionary(text)
  if (members === null) return null
  const urgency = members.get('u')
  const known = typeof urgency === 'number' && urgency >= 0 && urgency <= LEAST_URGENT
  return PRIORITIES[2 * (known ? urgency : DEFAULT_URGENCY) + (members.get('i') === true ? 1 : 0)]
}

export interface PriorityUpdate {
  /** The stream that it is about; it may not be open yet. */
  readonly stream: number
  /** null where the field value is malformed. */
  readonly priority: Priority | null
}

/** Reads the payload of PRIORITY_UPDATE (RFC 9218 section 7.1): a stream's number and a Priority field value. */
export function priorityUpdate(bytes: Uint8Array, start: number, end: number): PriorityUpdate | RuleName {
  if (end - start < STREAM_ID) return 'wrong-frame-size'
  const stream =
    ((bytes[start] << 24) | (bytes[start + 1] << 16) | (bytes[start + 2] << 8) | bytes[start + 3]) & MOST_STREAM_ID
  if (stream === 0) return 'stream-zero'
  const isShort = end - start - STREAM_ID <= MOST_VALUE
  return { stream, priority: isShort ? parsePriority(latin1(bytes, start + STREAM_ID, end)) : null }
}

const STREAM_ID = 4
/** Nobody needs more than `u=7, i` and a few extensions; longer ones are not worth the reading. */
const MOST_VALUE = 1024
