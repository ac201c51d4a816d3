export interface Authority {
  /** In lower case; an IP literal with its brackets. */
  readonly host: string
  /** null where none is given. */
  readonly port: number | null
}
/** `uri-host [":" port]` (RFC 9110 section 7.2). */
export function isValidAuthority(text: string): boolean {
  return parseAuthority(text) !== null
}
export function parseAuthority(text: string): Authority | null {
  throw new Error(`not yet ${text}`)
}
/** Lower case, without the scheme's default port; null where it is invalid. */
export function normaliseAuthority(text: string, scheme: 'http' | 'https'): string | null {
  throw new Error(`not yet ${text} ${scheme}`)
}
