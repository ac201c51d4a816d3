export type TargetForm = 'origin' | 'absolute' | 'authority' | 'asterisk'
export interface Target {
  readonly form: TargetForm
  /** Percent-encoding as sent; `*` for the asterisk form, empty for the authority form. */
  readonly path: string
  /** What follows the first `?`; empty where there is none. */
  readonly query: string
  /** Only in the absolute form; empty elsewhere. */
  readonly scheme: '' | 'http' | 'https'
  /** Only in the absolute and authority forms; empty elsewhere. */
  readonly authority: string
}
/** null where the target has no form that the method allows (RFC 9112 section 3.2). */
export function parseTarget(method: string, target: string): Target | null {
  throw new Error(`not yet ${method} ${target}`)
}
