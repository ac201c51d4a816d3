/** The coding to use, of `available` in the server's order: 'identity' where none is wanted, null where even identity is refused. */
export function chooseEncoding(value: string | undefined, available: readonly string[]): string | null {
  throw new Error(`not yet ${value} ${available}`)
}
/** The media type to use, of `available` in the server's order; null where none is acceptable. */
export function chooseMediaType(value: string | undefined, available: readonly string[]): string | null {
  throw new Error(`not yet ${value} ${available}`)
}
/** The language tag to use, of `available` in the server's order; null where none is acceptable. */
export function chooseLanguage(value: string | undefined, available: readonly string[]): string | null {
  throw new Error(`not yet ${value} ${available}`)
}
