// A refusal: why a request is not answered as asked, in a form that a log, a page and a program can each show.
// Who decides how it looks on the wire is the `Refuse` function that the server was given.
import { FieldList } from '../http/fields.ts'
import { statusText } from '../http/status.ts'
import { ContentTooLarge } from './body.ts'
import type { Exchange } from './exchange.ts'
import { Reply } from './reply.ts'
import { isThrown, stackOf } from './thrown.ts'

/** Why a request is not answered as asked. Only `status`, `fields` and, in development mode, the rest reach the client. */
export interface Refusal {
  /** The status to answer with, 400 to 599. */
  readonly status: number
  /** The error code, such as `PROTOCOL_ERROR`, where a stream or a connection was ended with that instead of a status (RFC 9113 section 7). */
  readonly code?: string
  /** The rule that was broken, as a short kebab-case name: `bare-lf`, `missing-host`, `not-found`. */
  readonly rule: string
  /** Where the rule stands, such as `RFC 9112 section 2.2`. */
  readonly section?: string
  /** What was wrong and what would be right, in one sentence. Shown to clients only in development mode. */
  readonly detail: string
  /** Where in the message, in bytes from its first one. */
  readonly offset?: number
  /** The bytes around the offset, escaped, cut and free of secrets. */
  readonly excerpt?: string
  /** What the status asks to be sent along: `Allow`, `Retry-After`, `WWW-Authenticate`, `Content-Range`. */
  readonly fields?: FieldList
  /** What the program threw, for the log; never sent but in development mode. */
  readonly cause?: unknown
}

/** Makes the reply to a refused request. `exchange` is null where no head could be read. Must not throw; one that does is answered for with a bare reply. */
export type Refuse = (refusal: Refusal, exchange: Exchange | null) => Reply

/** Thrown by a handler, or rejected by a request's body, to answer with a refusal instead of a plain 500. */
export class Refused extends Error {
  override name = 'Refused'
  /** Why, and what the client is told. */
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.detail, { cause: refusal.cause })
    this.refusal = refusal
  }
}

/** What an error that a handler has thrown asks for: what it says if it is a refusal, 413 for more content than it takes, else 500. */
export function refusalFor(error: unknown): Refusal {
  if (isThrown(error, Refused)) return error.refusal
  if (isThrown(error, ContentTooLarge))
    return {
      status: 413,
      rule: 'content-too-large',
      section: 'RFC 9110 section 15.5.14',
      detail: error.message,
      cause: error,
    }
  return {
    status: 500,
    rule: 'handler-failed',
    section: 'RFC 9110 section 15.6.1',
    detail: 'The program failed while it answered this request',
    cause: error,
  }
}

/**
 * Makes plain replies: the status as a line of text, and in development mode what was wrong, where, and what would be right.
 * For servers that bring no pages of their own.
 */
export function plainRefusals(development: boolean): Refuse {
  return refusal =>
    new Reply(
      refusal.status,
      PLAIN.concat(refusal.fields ?? FieldList.empty),
      development ? explained(refusal) : `${titleOf(refusal)}\n`,
    )
}

const PLAIN = FieldList.of({ 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' })

function titleOf(refusal: Refusal): string {
  return `${refusal.status} ${statusText(refusal.status)}`.trim()
}

function explained(refusal: Refusal): string {
  const lines = [
    titleOf(refusal),
    `${refusal.detail}.`,
    `Rule: ${refusal.rule}${refusal.section === undefined ? '' : ` (${refusal.section})`}`,
  ]
  if (refusal.offset !== undefined)
    lines.push(`At byte ${refusal.offset}${refusal.excerpt === undefined ? '' : `: ${refusal.excerpt}`}`)
  if (refusal.cause !== undefined) lines.push('', stackOf(refusal.cause))
  return `${lines.join('\n')}\n`
}
