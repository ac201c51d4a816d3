// From what is known of a file to the reply: which coding, whether anything has to be sent at all, and which part.
import { type Exchange, Reply } from '../exchange/index.ts'
import { evaluate, rangeApplies } from '../http/conditions.ts'
import { chooseEncoding } from '../http/negotiation.ts'
import { type ByteRange, contentRange, parseRange, unsatisfied } from '../http/ranges.ts'
import type { BufferPool } from './buffers.ts'
import { keepsChanging, preconditionFailed, unsatisfiableRange } from './failures.ts'
import type { Entry } from './memory.ts'
import type { OpenFile } from './opening.ts'
import type { FilesClock } from './options.ts'
import { multipartReply } from './parts.ts'
import type { Representation } from './representation.ts'
import { FileBody, lengthOnly } from './sending.ts'
import type { Store } from './store.ts'

export interface Answering {
  readonly store: Store
  readonly buffers: BufferPool
  readonly clock: FilesClock
}

/**
 * Answers GET or HEAD with a file: at once where all it takes is in memory.
 * @throws Refused where a condition fails or no range can be had
 */
export function answer(to: Answering, entry: Entry, exchange: Exchange): Reply | Promise<Reply> {
  const coding = codingFor(entry, exchange)
  const version = entry.versions.get(coding)
  if (version === undefined) return readThenAnswer(to, entry, exchange)
  const { whole } = version
  if (asksForNothingSpecial(exchange) && whole !== null) return whole
  return judged(to, exchange, version) ?? ranged(to, exchange, version) ?? opened(to, entry, coding, exchange)
}

/** Codings can turn out to be unreadable; there are four in all. */
const MOST_READS = 4

async function readThenAnswer(to: Answering, start: Entry, exchange: Exchange): Promise<Reply> {
  let entry = start
  for (let turn = 0; turn < MOST_READS; turn++) {
    const coding = codingFor(entry, exchange)
    if (entry.versions.has(coding)) return answer(to, entry, exchange)
    entry = await to.store.read(entry, coding)
  }
  throw keepsChanging()
}

function codingFor(entry: Entry, exchange: Exchange): string {
  if (entry.offered.length === 0) return 'identity'
  const accepted = exchange.fields.get('accept-encoding')
  if (accepted === undefined) return 'identity'
  if (accepted !== entry.lastAccept) {
    // Where even identity is refused, it is still better than no answer (RFC 9110 section 12.5.3).
    entry.lastCoding = chooseEncoding(accepted, entry.offered) ?? 'identity'
    entry.lastAccept = accepted
  }
  return entry.lastCoding
}

/** Most requests have none of these fields, and are then spared all that follows. */
function asksForNothingSpecial({ fields }: Exchange): boolean {
  if (fields === lastPlain) return true
  const plain =
    fields.get('if-none-match') === undefined &&
    fields.get('if-modified-since') === undefined &&
    fields.get('range') === undefined &&
    fields.get('if-match') === undefined &&
    fields.get('if-unmodified-since') === undefined
  if (plain) lastPlain = fields
  return plain
}

/** The fields that were found to have none of them last: a client that repeats its request over HTTP/2 has the same ones. */
let lastPlain: Exchange['fields'] | null = null

/** The reply that conditions ask for; null where the request goes on. */
function judged({ clock }: Answering, { method, fields }: Exchange, version: Representation): Reply | null {
  const { etag, lastModified } = version
  const verdict = evaluate({ method, fields, now: clock.date(), etag, lastModified })
  if (verdict === 'precondition-failed') throw preconditionFailed
  return verdict === 'not-modified' ? version.notModified : null
}

/** The reply from memory, or with no content but its length; null where the file must be opened. */
function ranged(to: Answering, exchange: Exchange, version: Representation): Reply | null {
  const { content, whole, length, fields } = version
  if (exchange.method === 'HEAD') return whole ?? new Reply(200, fields, lengthOnly(length))
  if (content === null || whole === null) return null
  const ranges = rangesFor(to, exchange, version)
  if (ranges === null) return whole
  const section = ({ start, end }: ByteRange) => content.bytes.subarray(start, end)
  if (ranges.length > 1) return multipartReply(fields, ranges, { length, section, close() {} })
  return new Reply(206, fields.with('Content-Range', contentRange(ranges[0], length)), section(ranges[0]))
}

/** The ranges to send; null for the whole. */
function rangesFor({ clock }: Answering, { fields }: Exchange, version: Representation): readonly ByteRange[] | null {
  const range = fields.get('range')
  const { etag, lastModified, length } = version
  if (range === undefined || !rangeApplies({ fields, now: clock.date(), etag, lastModified })) return null
  const ranges = parseRange(range, length)
  if (ranges === 'unsatisfiable') throw unsatisfiableRange(unsatisfied(length))
  return ranges === 'ignore' ? null : ranges
}

/** The reply with a file that is sent as it is read. */
async function opened(to: Answering, entry: Entry, coding: string, exchange: Exchange): Promise<Reply> {
  const { file, version } = await to.store.open(entry, coding)
  let reply: Reply | null = null
  try {
    // Conditions and ranges are about what was opened, should it have changed since it was looked at.
    const early = version === entry.versions.get(coding) ? null : judged(to, exchange, version)
    if (early !== null) return early
    reply = sent(to, file, version, rangesFor(to, exchange, version))
    return reply
  } finally {
    if (reply === null) file.close()
  }
}

function sent(to: Answering, file: OpenFile, version: Representation, ranges: readonly ByteRange[] | null): Reply {
  const { fields, length } = version
  const piece = ({ start, end }: ByteRange, closes: boolean) =>
    new FileBody({ file, start, end, closes, buffers: to.buffers, now: to.clock.now })
  if (ranges === null) return new Reply(200, fields, piece({ start: 0, end: length }, true))
  if (ranges.length === 1)
    return new Reply(206, fields.with('Content-Range', contentRange(ranges[0], length)), piece(ranges[0], true))
  return multipartReply(fields, ranges, {
    length,
    section: range => piece(range, false),
    close: () => file.close(),
  })
}
