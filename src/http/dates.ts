/** An IMF-fixdate of milliseconds since 1970, cut to whole seconds. */
export function formatDate(time: number): string {
  return new Date(time).toUTCString()
}
/** Milliseconds since 1970, or null where the text is none of the three formats of RFC 9110 section 5.6.7. */
export function parseDate(text: string, now: number): number | null {
  throw new Error(`not yet ${text} ${now}`)
}
