/** A piece of a representation, in bytes: from `start` up to but not including `end`. Never empty. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}
/** What `Range` asks of a representation of `length` bytes. 'ignore': answer as if there were no Range. 'unsatisfiable': 416. */
export function parseRange(value: string, length: number): readonly ByteRange[] | 'unsatisfiable' | 'ignore' {
  throw new Error(`not yet ${value} ${length}`)
}
/** The value of Content-Range in a 206. */
export function contentRange(range: ByteRange, length: number): string {
  return `bytes ${range.start}-${range.end - 1}/${length}`
}
/** The value of Content-Range in a 416. */
export function unsatisfied(length: number): string {
  return `bytes */${length}`
}
/** The value of Content-Type for several ranges. */
export function multipartType(boundary: string): string {
  return `multipart/byteranges; boundary=${boundary}`
}
/** What stands before a part's bytes; the first part's has no line break before it. */
export function partHead(
  boundary: string,
  contentType: string,
  range: ByteRange,
  length: number,
  first: boolean,
): string {
  return `${first ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${contentType}\r\nContent-Range: ${contentRange(range, length)}\r\n\r\n`
}
/** What stands after the last part's bytes. */
export function closeDelimiter(boundary: string): string {
  return `\r\n--${boundary}--\r\n`
}
/** The content length of a multipart/byteranges reply. */
export function multipartLength(
  boundary: string,
  contentType: string,
  ranges: readonly ByteRange[],
  length: number,
): number {
  let total = closeDelimiter(boundary).length
  for (let i = 0; i < ranges.length; i++)
    total += partHead(boundary, contentType, ranges[i], length, i === 0).length + ranges[i].end - ranges[i].start
  return total
}
