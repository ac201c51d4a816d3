import type { FieldList, Fields } from './fields.ts'
export interface CorsOptions {
  readonly origins: '*' | readonly string[]
  readonly methods: readonly string[]
  /** Request fields that scripts may send; '*' allows what is asked for. */
  readonly headers: '*' | readonly string[]
  /** Reply fields that scripts may read. */
  readonly expose?: readonly string[]
  readonly credentials: boolean
  /** How long a preflight may be remembered, in seconds. */
  readonly maxAge: number
}
export interface CorsDecision {
  /** Answer with 204 and the fields, and do no more. */
  readonly preflight: boolean
  /** Fields to add to the reply. */
  readonly fields: FieldList
}
export function decideCors(options: CorsOptions, method: string, fields: Fields): CorsDecision {
  throw new Error(`not yet ${options} ${method} ${fields}`)
}
