// What development mode tells about a refusal: the rule, where it stands, where in the bytes it was broken, and what
// the program threw. None of it is made in production.
import type { Exchange, Refusal } from '../../exchange/index.ts'

export interface Explanation {
  readonly rule: string
  readonly detail: string
  readonly section: string | undefined
  /** Where to read the section. */
  readonly sectionUrl: string | undefined
  readonly offset: number | undefined
  readonly excerpt: string | undefined
  /** The request line, without secrets. */
  readonly request: string | undefined
  /** The stack of what was thrown, and of its causes. */
  readonly stack: string | undefined
}

/** A stack is cut after this many characters: enough for any that a person reads. */
const LONGEST_STACK = 8192

/** @param target how a target is shown without its secrets */
export function explain(refusal: Refusal, exchange: Exchange | null, target: (target: string) => string): Explanation {
  return {
    rule: refusal.rule,
    detail: refusal.detail,
    section: refusal.section,
    sectionUrl: refusal.section === undefined ? undefined : sectionUrl(refusal.section),
    offset: refusal.offset,
    excerpt: refusal.excerpt,
    request: exchange === null ? undefined : `${exchange.method} ${target(exchange.target)}`,
    stack: refusal.cause === undefined ? undefined : stackOf(refusal.cause),
  }
}

/** `RFC 9112 section 2.2` as an address at the RFC Editor's. */
export function sectionUrl(section: string): string | undefined {
  const found = /^RFC (\d+)(?: section ([0-9A-Z](?:[0-9.]*[0-9])?))?/.exec(section)
  if (found === null) return undefined
  return `https://www.rfc-editor.org/rfc/rfc${found[1]}${found[2] === undefined ? '' : `#section-${found[2]}`}`
}

/** What was thrown, as text. Never throws, whatever was thrown. */
export function stackOf(thrown: unknown): string {
  let text = ''
  let cause: unknown = thrown
  for (let depth = 0; cause !== undefined && text.length < LONGEST_STACK; depth++) {
    text += (depth === 0 ? '' : '\ncaused by ') + describe(cause)
    cause = causeOf(cause)
  }
  return text.length > LONGEST_STACK ? `${text.slice(0, LONGEST_STACK)}…` : text
}

function describe(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return String(thrown.stack ?? thrown)
    return typeof thrown === 'object' ? (JSON.stringify(thrown) ?? 'an object') : String(thrown)
  } catch {
    return 'something that cannot be shown as text'
  }
}

function causeOf(thrown: unknown): unknown {
  try {
    return thrown instanceof Error ? thrown.cause : undefined
  } catch {
    return undefined
  }
}
