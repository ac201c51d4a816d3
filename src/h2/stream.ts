// One stream: a request and its reply. A small object, since there are hundreds on a connection; all that happens to it
// is done by the connection.
import type { FieldList } from '../http/fields.ts'
import { IDLE, type StreamState } from './states.ts'

export class H2Stream {
  readonly id: number
  /** What the connection's user keeps with the stream. */
  user: unknown = null
  state: StreamState = IDLE

  // --- What comes in ---
  /** A final head has come: what follows is content or trailers. */
  headReceived = false
  /** Content that was announced and has not come; -1 where nothing was announced. */
  contentDue = -1
  contentReceived = 0
  /** What the peer may still send of content. */
  receiveWindow = 0
  /** What `receiveWindow` was opened to. */
  windowSize = 0
  /** Content that has been used, but not been given back to the window yet. */
  consumed = 0

  // --- What goes out ---
  /** A final head has been sent. */
  headSent = false
  /** The response has no content, whatever is given: HEAD, 204, 304. */
  bodiless = false
  /** The request was HEAD. */
  answersHead = false
  /** What the peer takes of content. Below 0 after SETTINGS has made it smaller (RFC 9113 section 6.9.2). */
  sendWindow = 0
  /** Content that waits for its turn or for a window; null where there is none. */
  pending: Uint8Array | null = null
  /** How much of `pending` has been sent. */
  pendingAt = 0
  /** Our message ends behind what is pending. */
  endsAfter = false
  trailers: FieldList | null = null

  // --- Whose turn it is (scheduler.ts) ---
  urgency = 3
  incremental = false
  /** In the scheduler's queue; the next one of the same urgency. */
  queued = false
  next: H2Stream | null = null

  constructor(id: number) {
    this.id = id
  }
}
