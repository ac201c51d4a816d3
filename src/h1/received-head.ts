// From a scanned head to the head that a sink is told of: the checks that need the whole of it. What was scanned is
// valid byte by byte; here it is judged whether it is a message that can be answered (RFC 9112 sections 3.2 and 6).
import { latin1 } from '../bytes/text.ts'
import { isValidAuthority } from '../http/authority.ts'
import type { Fields } from '../http/fields.ts'
import { parseTarget } from '../http/target.ts'
import type { RuleName } from './errors.ts'
import { type Framing, persists, requestFraming, responseFraming, TUNNELLED, UNTIL_CLOSE } from './framing.ts'
import { HeadFields } from './head-fields.ts'
import type { HeadScanner } from './head-scanner.ts'
import type { H1Limits } from './limits.ts'
import { remember } from './remembered-fields.ts'
import type { H1Head } from './sink.ts'

const SLASH = 0x2f

export class ReceivedHead implements H1Head {
  method = ''
  target = ''
  status = 0
  minor: 0 | 1 = 1
  host = ''
  persistent = true
  expectsContinue = false
  upgrade = ''
  /** How the content's end is found: a length, or one of framing.ts's ways. */
  framing = 0
  /** The rule that the head breaks, with its place counted from the message's first byte; null where it breaks none. */
  broken: RuleName | null = null
  brokenAt = 0
  private readonly text: string
  private made: Fields | null

  /** @param fields those of `text`, where they are there already */
  constructor(text: string, fields: Fields | null = null) {
    this.text = text
    this.made = fields
  }

  get fields(): Fields {
    this.made ??= new HeadFields(this.text)
    return this.made
  }

  get length(): number {
    return this.framing < 0 ? -1 : this.framing
  }
}

/** The Host that was judged valid last: most requests to a server have the same. */
let knownHost = ''

/** The request's head whose bytes are from `base` to `headEnd`. */
export function requestHead(
  scanner: HeadScanner,
  bytes: Uint8Array,
  base: number,
  headEnd: number,
  limits: H1Limits,
): ReceivedHead {
  const { start, targetStart, known } = scanner
  const facts = known === null ? scanner.framing : known.facts
  const text = latin1(bytes, base + start, known === null ? headEnd : base + scanner.targetEnd)
  const head = new ReceivedHead(text, known === null ? null : known.fields)
  head.method = methodOf(text, scanner.methodEnd - start)
  head.target = text.slice(targetStart - start, scanner.targetEnd - start)
  head.minor = scanner.minor === 0 ? 0 : 1
  head.persistent = persists(facts, head.minor)
  if (known !== null) head.host = known.host
  else if (facts.hostStart !== -1) head.host = text.slice(facts.hostStart - start, facts.hostEnd - start)

  if (
    (bytes[base + targetStart] !== SLASH || head.method === 'CONNECT') &&
    parseTarget(head.method, head.target) === null
  ) {
    return breaks(head, 'target-form', targetStart)
  }
  if (facts.hostStart === -1) {
    if (head.minor === 1) return breaks(head, 'missing-host', scanner.at - 2)
  } else if (head.host !== knownHost && head.host !== '') {
    // A client that has no authority to name sends an empty Host (RFC 9110 section 7.2).
    if (!isValidAuthority(head.host)) return breaks(head, 'invalid-host', facts.hostStart)
    knownHost = head.host
  }
  frame(head, requestFraming(facts, head.minor), facts.framingAt, limits)
  if (head.framing !== 0 && head.method === 'CONNECT') return breaks(head, 'connect-with-content', facts.framingAt)
  if (head.minor === 1) {
    head.expectsContinue = facts.expectsContinue && head.framing !== 0
    // A request with content cannot switch protocols here: its Upgrade is passed over, as a server may (RFC 9110 section 7.8).
    if (facts.upgradeNamed && facts.upgradeStart !== -1 && head.framing === 0) {
      head.upgrade = text.slice(facts.upgradeStart - start, facts.upgradeEnd - start)
    }
  }
  if (known === null && head.broken === null)
    remember(bytes, base + scanner.linesStart, headEnd, limits, head.host, facts)
  return head
}

/** The response's head whose bytes are from `base` to `headEnd`, in answer to a request with the method. */
export function responseHead(
  scanner: HeadScanner,
  bytes: Uint8Array,
  base: number,
  headEnd: number,
  limits: H1Limits,
  method: string,
): ReceivedHead {
  const facts = scanner.framing
  const text = latin1(bytes, base, headEnd)
  const head = new ReceivedHead(text)
  head.status = scanner.status
  head.minor = scanner.minor === 0 ? 0 : 1
  head.persistent = persists(facts, head.minor)
  if (head.status === 101 && facts.upgradeStart !== -1) head.upgrade = text.slice(facts.upgradeStart, facts.upgradeEnd)
  frame(head, responseFraming(facts, head.minor, head.status, method), facts.framingAt, limits)
  return head
}

function frame(head: ReceivedHead, framing: Framing, at: number, limits: H1Limits): void {
  if (typeof framing === 'string') breaks(head, framing, at)
  else if (framing > limits.contentBytes) breaks(head, 'content-too-large', at)
  else {
    head.framing = framing
    if (framing === UNTIL_CLOSE || framing === TUNNELLED) head.persistent = false
  }
}

function breaks(head: ReceivedHead, rule: RuleName, at: number): ReceivedHead {
  head.broken = rule
  head.brokenAt = at
  return head
}

/** By length: text that stands in the program already, so that nothing is allocated for usual methods. */
const USUAL: readonly (readonly string[])[] = [
  [],
  [],
  [],
  ['GET', 'PUT'],
  ['POST', 'HEAD'],
  ['PATCH'],
  ['DELETE'],
  ['OPTIONS', 'CONNECT'],
]

function methodOf(head: string, length: number): string {
  if (length < USUAL.length) {
    for (const method of USUAL[length]) if (head.startsWith(method)) return method
  }
  return head.slice(0, length)
}
