import type { Fields } from './fields.ts'
export interface Validators {
  /** The current entity tag as it is sent, `"x"` or `W/"x"`; null where there is none. */
  readonly etag: string | null
  /** Milliseconds since 1970, judged by whole seconds; null where unknown. */
  readonly lastModified: number | null
}
export interface Conditional extends Validators {
  readonly method: string
  readonly fields: Fields
  readonly now: number
  /** False where the target has no current representation; true if left out. */
  readonly exists?: boolean
}
export type Verdict = 'proceed' | 'not-modified' | 'precondition-failed'
/** Judges If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since (RFC 9110 section 13.2.2). */
export function evaluate(request: Conditional): Verdict {
  throw new Error(`not yet ${request}`)
}
/** Whether Range may be honoured as far as If-Range says (RFC 9110 section 13.1.5): true where there is no If-Range. */
export function rangeApplies(request: Validators & { readonly fields: Fields; readonly now: number }): boolean {
  throw new Error(`not yet ${request}`)
}
