export type PathFault =
  | 'not-absolute'
  | 'invalid-escape'
  | 'invalid-utf8'
  | 'control-character'
  | 'encoded-separator'
  | 'encoded-dots'
  | 'climbs'
  | 'windows-name'
export interface DecodedPath {
  /** Decoded names; none is empty, `.` or `..`, none has a separator or control character. */
  readonly segments: readonly string[]
  /** Whether the path ends with a slash, so names a folder. The root does. */
  readonly folder: boolean
}
/** The names along a path as sent, or why it is refused. With `windows`, what its file systems read in another way is refused too. */
export function decodePath(path: string, windows: boolean): DecodedPath | PathFault {
  throw new Error(`not yet ${path} ${windows}`)
}
/** One name, percent-encoded for a link. */
export function encodeSegment(name: string): string {
  throw new Error(`not yet ${name}`)
}
/** The path that `decodePath` reads as the same: starts with one slash. */
export function encodePath(path: DecodedPath): string {
  throw new Error(`not yet ${path}`)
}
