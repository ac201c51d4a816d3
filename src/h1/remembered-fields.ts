// Requests with the very same field lines as one before. Clients that keep a connection repeat them to the letter: those of
// programs always, those of browsers often. Where all of a head's lines are, byte for byte, lines that were judged
// before, they need not be judged, nor looked up, again. The request line is always read.
//
// Only lines that say nothing about content, expectations or other protocols are remembered: all there is to know of them is
// the Host and what Connection says.
import { copyOf } from '../bytes/copy.ts'
import { sameBytes } from '../bytes/same.ts'
import { latin1 } from '../bytes/text.ts'
import type { Fields } from '../http/fields.ts'
import { FramingFields } from './framing-fields.ts'
import { HeadFields } from './head-fields.ts'
import type { H1Limits } from './limits.ts'

export interface RememberedFields {
  /** The lines, from the first one's first byte to the empty line's last. */
  readonly bytes: Uint8Array
  /** The limits that they were judged by. */
  readonly limits: H1Limits
  readonly fields: Fields
  readonly host: string
  readonly facts: FramingFields
}

/** Fewer bytes are read as fast as they are compared; more are rare, and not worth the memory. */
const LEAST = 128
const MOST = 4096

/** How many are remembered at a time, by thread: one for each last digit of the length. */
const SLOTS = 16

/** So many others of the same length must come before one takes another's place: what is not repeated is not copied either. */
const PATIENCE = 8

const slots: (RememberedFields | null)[] = Array.from({ length: SLOTS }, () => null)
const misses = new Uint8Array(SLOTS)

/** The remembered lines that stand from `start` to `end`, which must be all that has come. */
export function remembered(bytes: Uint8Array, start: number, end: number, limits: H1Limits): RememberedFields | null {
  const length = end - start
  const found = slots[length % SLOTS]
  if (found === null || found.bytes.length !== length || found.limits !== limits) return null
  if (!sameBytes(bytes, start, found.bytes)) return null
  misses[length % SLOTS] = 0
  return found
}

/** Remembers the valid lines from `start` to `end` if lines like them keep coming. */
export function remember(
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: H1Limits,
  host: string,
  facts: FramingFields,
): void {
  const length = end - start
  if (length < LEAST || length > MOST || !facts.isPlain) return
  const slot = length % SLOTS
  if (++misses[slot] < PATIENCE) return
  misses[slot] = 0
  const plain = new FramingFields()
  plain.hostStart = facts.hostStart
  plain.close = facts.close
  plain.keepAlive = facts.keepAlive
  const fields = new HeadFields(`\r\n${latin1(bytes, start, end)}`)
  // A string of its own: a part of the head's would keep all of it.
  slots[slot] = { bytes: copyOf(bytes, start, end), limits, fields, host: ` ${host}`.slice(1), facts: plain }
}
