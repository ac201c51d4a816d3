export interface MediaType {
  /** In lower case. */
  readonly type: string
  readonly subtype: string
  /** Names in lower case, values unquoted. */
  readonly parameters: ReadonlyMap<string, string>
}
export function parseMediaType(text: string): MediaType | null {
  throw new Error(`not yet ${text}`)
}
/** @throws TypeError where a part is no token or a value cannot be quoted */
export function formatMediaType(media: MediaType): string {
  throw new Error(`not yet ${media}`)
}
