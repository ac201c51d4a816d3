// What development mode tells about a refusal: the rule, where it stands, where in the bytes it was broken, and what
// the program threw. None of it is made in production.
import { type Exchange, type Refusal, stackOf } from '../../exchange/index.ts'

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
