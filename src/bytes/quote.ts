/** Bytes as a reader can see them: escaped, and cut after `limit` bytes. */
export function quoteBytes(bytes: Uint8Array, limit = 80): string {
  throw new Error(`not yet ${bytes} ${limit}`)
}
/** Text as a reader can see it: escaped, and cut after `limit` characters. */
export function quoteText(text: string, limit = 80): string {
  throw new Error(`not yet ${text} ${limit}`)
}
