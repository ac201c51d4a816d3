// What can be wrong with a request, and how a client is told: as problem details (RFC 9457).
import { type FieldList, json, Refused, type Reply } from '../../src/index.ts'

/** What is wrong with each value that was sent, by its name. */
export type Errors = Readonly<Record<string, string>>

/** Thrown where a request cannot be answered as asked. */
export class Problem extends Error {
  override name = 'Problem'
  readonly status: number
  readonly errors: Errors | undefined

  constructor(status: number, detail: string, errors?: Errors) {
    super(detail)
    this.status = status
    this.errors = errors
  }
}

/** The reply to what was thrown. None where the program failed: that is the server's to report and to answer. */
export function problemReply(error: unknown): Reply | undefined {
  if (error instanceof Problem) return details(error.status, error.message, error.errors)
  // What Wirewright refuses by itself: a path without a route, content that is no JSON, or too much of it.
  if (error instanceof Refused) return details(error.refusal.status, error.message, undefined, error.refusal.fields)
  return undefined
}

function details(status: number, detail: string, errors?: Errors, fields?: FieldList): Reply {
  const reply = json({ status, detail, errors }, status, fields)
  return reply.with('Content-Type', 'application/problem+json')
}
