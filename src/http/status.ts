/** The reason phrase of a registered status; empty for any other. */
export function statusText(status: number): string {
  throw new Error(`not yet ${status}`)
}
/** Whether a reply with this status never has content: 1xx, 204, 304 (RFC 9110 section 6.4.1). */
export function hasNoContent(status: number): boolean {
  return status < 200 || status === 204 || status === 304
}
