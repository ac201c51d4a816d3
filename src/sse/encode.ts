// How events are written.

/** One event of a stream. */
export interface ServerSentEvent {
  /** Text as it is; anything else as JSON. Without data the client is told nothing, but remembers the id. */
  readonly data?: unknown
  /** The event's type; `message` where none is named. */
  readonly event?: string
  /** What the client sends as `Last-Event-ID` when it comes back. */
  readonly id?: string | number
  /** Milliseconds after which the client comes back once it has lost the stream. */
  readonly retry?: number
  /** A line that clients pass over. */
  readonly comment?: string
}

/** @throws TypeError for an event that cannot be written */
export function encodeEvent({ data, event, id, retry, comment }: ServerSentEvent): Uint8Array {
  let text = comment === undefined ? '' : `: ${comment}\n`
  if (event !== undefined) text += `event: ${event}\n`
  if (id !== undefined) text += `id: ${id}\n`
  if (retry !== undefined) text += `retry: ${retry}\n`
  if (data !== undefined) text += `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n`
  return new TextEncoder().encode(`${text}\n`)
}
