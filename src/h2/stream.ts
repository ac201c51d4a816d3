// One stream: a request and its reply. A small object, since there are hundreds on a connection; all that happens to it
// is done by the connection.
import type { FieldList } from '../http/fields.ts'
import { IDLE, type StreamState } from './states.ts'

/** A request and its response. Its user reads it; the connection alone changes it. */
export class H2Stream {
  /** Its identifier (RFC 9113 section 5.1.1). */
  readonly id: number
  /** What the connection's user keeps with the stream. */
  user: unknown = null
  /** Where it is (RFC 9113 section 5.1). */
  state: StreamState = IDLE

  // --- What comes in ---
  /** A final head has come: what follows is content or trailers. */
  headReceived = false
  /** Content that was announced and has not come; -1 where nothing was announced. */
  contentDue = -1
  /** Bytes of content that have come. */
  contentReceived = 0
  /** More came than is taken: the sink knows, and gets no more of it. */
  contentRefused = false
  /** What the peer may still send of content. */
  receiveWindow = 0
  /** What `receiveWindow` was opened to. */
  windowSize = 0
  /** Content that has been used, but not been given back to the window yet. */
  consumed = 0
  /** Content that was passed on and has not been used yet. */
  unread = 0

  // --- What goes out ---
  /** A final head has been sent. */
  headSent = false
  /** The response has no content, whatever is given: HEAD, 204, 304. */
  bodiless = false
  /** The request was HEAD. */
  answersHead = false
  /** The request was CONNECT: a 2xx response opens a tunnel, whose content has no length. */
  answersConnect = false
  /** It has opened one: nothing but DATA may come (RFC 9113 section 8.5). */
  tunnelled = false
  /** What the peer takes of content. Below 0 after SETTINGS has made it smaller (RFC 9113 section 6.9.2). */
  sendWindow = 0
  /** Content that waits for its turn or for a window; null where there is none. */
  pending: Uint8Array | null = null
  /** How much of `pending` has been sent. */
  pendingAt = 0
  /** Our message ends behind what is pending. */
  endsAfter = false
  /** Fields to send behind what is pending; null for none. */
  trailers: FieldList | null = null
  /** What is pending may be lent to the output: it stays as it is. */
  pendingLasts = false
  /** The sink waits to be told that more can be given. */
  tellsWritable = false
  /** Content that the head has promised and that has not been given yet; -1 where the length is not known. */
  sendLeft = -1

  // --- Whose turn it is (scheduler.ts) ---
  /** How urgent it is: 0 first, 7 last (RFC 9218 section 4.1). */
  urgency = 3
  /** Streams of which nothing is said share. */
  incremental = true
  /** In one of the scheduler's queues, with its neighbours there. */
  queued = false
  /** The scheduler's queue that it is in. */
  queue = 0
  /** The stream behind it in its queue. */
  next: H2Stream | null = null
  /** The stream before it. */
  previous: H2Stream | null = null

  constructor(id: number) {
    this.id = id
  }
}
