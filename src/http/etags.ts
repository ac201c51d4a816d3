export interface EntityTag {
  readonly weak: boolean
  /** What is between the quotes. */
  readonly opaque: string
}
export function parseEntityTag(text: string): EntityTag | null {
  throw new Error(`not yet ${text}`)
}
export function formatEntityTag(tag: EntityTag): string {
  return `${tag.weak ? 'W/' : ''}"${tag.opaque}"`
}
/** Both strong, and the same (RFC 9110 section 8.8.3.2). */
export function strongMatch(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque
}
export function weakMatch(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque
}
/** The value of If-Match or If-None-Match; null where it is malformed. */
export function parseEntityTags(value: string): readonly EntityTag[] | '*' | null {
  throw new Error(`not yet ${value}`)
}
