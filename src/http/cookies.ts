export interface CookieAttributes {
  readonly domain?: string
  readonly path?: string
  /** Milliseconds since 1970. */
  readonly expires?: number
  /** Seconds. */
  readonly maxAge?: number
  readonly secure?: boolean
  readonly httpOnly?: boolean
  readonly sameSite?: 'Strict' | 'Lax' | 'None'
  readonly partitioned?: boolean
}
export class CookieError extends TypeError {
  override name = 'CookieError'
}
/** The cookies of a Cookie field; of several with one name the first counts. */
export function parseCookies(value: string | undefined): Map<string, string> {
  throw new Error(`not yet ${value}`)
}
/** The value of a Set-Cookie field. */
export function setCookie(name: string, value: string, attributes: CookieAttributes = {}): string {
  throw new Error(`not yet ${name} ${value} ${attributes}`)
}
