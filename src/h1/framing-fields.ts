// The fields that decide how a message is framed, routed and kept alive, taken up while a head is scanned: Host,
// Content-Length, Transfer-Encoding, Connection, Upgrade, Expect. One place for what their values may be.
import { DIGIT } from '../bytes/classes.ts'
import { latin1 } from '../bytes/text.ts'
import type { RuleName } from './errors.ts'

const SP = 32
const HTAB = 9
const COMMA = 44

/** Content-Length's digits: more could not be counted exactly. */
const MOST_DIGITS = 15

/** Takes up the value from `start` to `end` of the line that begins at `line`; places to keep are counted from `base`. */
type Taker = (
  facts: FramingFields,
  bytes: Uint8Array,
  start: number,
  end: number,
  line: number,
  base: number,
) => RuleName | null

/** By the length of the name, which is different for each: the name and what takes up its value. */
const TAKERS: readonly ({ readonly name: Uint8Array; readonly take: Taker } | null)[] = takers({
  host: takeHost,
  expect: takeExpect,
  upgrade: takeUpgrade,
  connection: takeConnection,
  'content-length': takeContentLength,
  'transfer-encoding': takeTransferEncoding,
})

export class FramingFields {
  touched = false
  /** Places of the value, counted like the scanner's; -1 where the field did not come. */
  hostStart = -1
  hostEnd = -1
  upgradeStart = -1
  upgradeEnd = -1
  /** -1 where the field did not come. */
  contentLength = -1
  /** The codings in the order in which they came; null where the field did not come. */
  transferCodings: string[] | null = null
  close = false
  keepAlive = false
  upgradeNamed = false
  expectsContinue = false
  /** Where the later of the framing fields stands, for the error if they do not go together. */
  framingAt = 0
  brokenAt = 0

  /** Whether these fields say no more than where the request goes and whether the connection stays. */
  get isPlain(): boolean {
    return (
      this.hostStart !== -1 &&
      this.contentLength === -1 &&
      this.transferCodings === null &&
      this.upgradeStart === -1 &&
      !this.upgradeNamed &&
      !this.expectsContinue
    )
  }

  reset(): void {
    this.touched = false
    this.hostStart = -1
    this.hostEnd = -1
    this.upgradeStart = -1
    this.upgradeEnd = -1
    this.contentLength = -1
    this.transferCodings = null
    this.close = false
    this.keepAlive = false
    this.upgradeNamed = false
    this.expectsContinue = false
    this.framingAt = 0
  }

  /** Whether a name of this length may be one of these fields'. */
  isOne(length: number): boolean {
    return length < TAKERS.length && TAKERS[length] !== null
  }

  /** Takes up the line if its name is one of these fields'. Returns the rule it breaks, with `brokenAt` the place. Places are kept relative to `base`. */
  take(bytes: Uint8Array, line: number, nameEnd: number, lineEnd: number, base: number): RuleName | null {
    const taker = TAKERS[nameEnd - line]!
    if (!sameName(bytes, line, taker.name)) return null
    let start = nameEnd + 1
    let end = lineEnd
    while (start < end && (bytes[start] === SP || bytes[start] === HTAB)) start++
    while (end > start && (bytes[end - 1] === SP || bytes[end - 1] === HTAB)) end--
    this.touched = true
    this.brokenAt = start - base
    return taker.take(this, bytes, start, end, line, base)
  }
}

function takeHost(
  facts: FramingFields,
  _bytes: Uint8Array,
  start: number,
  end: number,
  line: number,
  base: number,
): RuleName | null {
  if (facts.hostStart !== -1) {
    facts.brokenAt = line - base
    return 'repeated-host'
  }
  facts.hostStart = start - base
  facts.hostEnd = end - base
  return null
}

function takeContentLength(
  facts: FramingFields,
  bytes: Uint8Array,
  start: number,
  end: number,
  line: number,
  base: number,
): RuleName | null {
  facts.framingAt = line - base
  if (facts.contentLength !== -1) {
    facts.brokenAt = line - base
    return 'repeated-content-length'
  }
  if (start === end) return 'invalid-content-length'
  let length = 0
  for (let i = start; i < end; i++) {
    if (DIGIT[bytes[i]] === 0) {
      facts.brokenAt = i - base
      return 'invalid-content-length'
    }
    length = length * 10 + bytes[i] - 0x30
  }
  if (end - start > MOST_DIGITS) return 'content-too-large'
  facts.contentLength = length
  return null
}

function takeTransferEncoding(
  facts: FramingFields,
  bytes: Uint8Array,
  start: number,
  end: number,
  line: number,
  base: number,
): RuleName | null {
  facts.framingAt = line - base
  facts.transferCodings ??= []
  const codings = listOf(bytes, start, end)
  facts.transferCodings.push(...codings)
  // Empty members could be ignored, but `, chunked` is written by nobody who does not hope that somebody else reads it otherwise.
  return codings.includes('') ? 'invalid-transfer-encoding' : null
}

function takeConnection(facts: FramingFields, bytes: Uint8Array, start: number, end: number): RuleName | null {
  if (sameText(bytes, start, end, KEEP_ALIVE)) {
    facts.keepAlive = true
    return null
  }
  for (const option of listOf(bytes, start, end)) {
    if (option === 'close') facts.close = true
    else if (option === 'keep-alive') facts.keepAlive = true
    else if (option === 'upgrade') facts.upgradeNamed = true
  }
  return null
}

function takeExpect(facts: FramingFields, bytes: Uint8Array, start: number, end: number): RuleName | null {
  if (sameText(bytes, start, end, CONTINUE)) facts.expectsContinue = true
  return null
}

function takeUpgrade(
  facts: FramingFields,
  _bytes: Uint8Array,
  start: number,
  end: number,
  _line: number,
  base: number,
): RuleName | null {
  // A repeated Upgrade is a list like any other; the first line is what is offered.
  if (facts.upgradeStart === -1) {
    facts.upgradeStart = start - base
    facts.upgradeEnd = end - base
  }
  return null
}

const KEEP_ALIVE = codes('keep-alive')
const CONTINUE = codes('100-continue')

function codes(text: string): Uint8Array {
  return Uint8Array.from(text, char => char.charCodeAt(0))
}

function takers(byName: Record<string, Taker>): ({ name: Uint8Array; take: Taker } | null)[] {
  const longest = Math.max(...Object.keys(byName).map(name => name.length))
  const table: ({ name: Uint8Array; take: Taker } | null)[] = Array.from({ length: longest + 1 }, () => null)
  for (const [name, take] of Object.entries(byName)) table[name.length] = { name: codes(name), take }
  return table
}

/** The members of a comma-separated list in lower case, the empty ones too (RFC 9110 section 5.6.1). */
function listOf(bytes: Uint8Array, start: number, end: number): string[] {
  const members: string[] = []
  let from = start
  for (let i = start; i <= end; i++) {
    if (i < end && bytes[i] !== COMMA) continue
    members.push(
      latin1(bytes, from, i)
        .replace(/^[ \t]+|[ \t]+$/g, '')
        .toLowerCase(),
    )
    from = i + 1
  }
  return members
}

function sameText(bytes: Uint8Array, start: number, end: number, lower: Uint8Array): boolean {
  return end - start === lower.length && sameName(bytes, start, lower)
}

/** Whether the text at `start` is `lower`, but for case. Setting bit 5 lowers letters and leaves digits and `-` as they are. */
function sameName(bytes: Uint8Array, start: number, lower: Uint8Array): boolean {
  for (let i = 0; i < lower.length; i++) if ((bytes[start + i] | 0x20) !== lower[i]) return false
  return true
}
