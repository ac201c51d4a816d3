export interface BasicCredentials {
  readonly user: string
  readonly password: string
}
/** The value of Authorization, if it is Basic and well-formed (RFC 7617). */
export function parseBasic(value: string | undefined): BasicCredentials | null {
  throw new Error(`not yet ${value}`)
}
/** A challenge for WWW-Authenticate: `challenge('Basic', { realm: 'x', charset: 'UTF-8' })`. */
export function challenge(scheme: string, parameters: Readonly<Record<string, string>>): string {
  throw new Error(`not yet ${scheme} ${parameters}`)
}
