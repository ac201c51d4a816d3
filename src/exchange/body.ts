// Content that is pulled: the one who sends it asks for a chunk when there is room, so a slow reader stops the
// producer and nothing piles up between them. The same interface serves requests, replies and both ways of a tunnel.
import { copyOf, joined } from '../bytes/copy.ts'

/** A piece of content, or null where the content has ended. An empty chunk is allowed and means nothing. */
export type Chunk = Uint8Array | null

/** Content, of a request, a reply or one way of a tunnel: pulled chunk by chunk, or cancelled (RFC 9110 section 6.4). */
export interface Body {
  /** The content's length in bytes, where it is known before the end. */
  readonly length: number | undefined
  /**
   * Never ends by itself, as an event stream: it is cancelled as soon as the peer stops sending, which ends no other reply, and ended
   * when the server starts to drain.
   */
  readonly endless?: boolean
  /**
   * The next chunk. It is borrowed: valid until the next `pull` or `cancel`. Not called again before the last call has
   * settled, nor after null. Throwing or rejecting means that the content cannot be completed.
   */
  pull(): Chunk | Promise<Chunk>
  /** The rest is not wanted: let go of files, timers, upstreams. Called at most once, and never after the end; a pull under way may still settle. */
  cancel(reason: unknown): void
  /**
   * Ends endless content in order: a pull under way, or one of the next, settles with null once what is owed has been given. `cancel` may
   * still come before that. Whoever wraps an endless body passes this on; without it the wire cancels the body and ends the message itself.
   */
  conclude?(): void
}

/** Bytes that are sent many times over, such as a cached file's: a wire keeps what it prepared from them in here. */
export class Content {
  /** The bytes. They must not change. */
  readonly bytes: Uint8Array
  /** The bytes as a latin1 string, one character a byte: made by a wire that sends small content together with its head. */
  latin1: string | undefined = undefined

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** More content than the one who collects it allows. */
export class ContentTooLarge extends RangeError {
  override name = 'ContentTooLarge'
}

/**
 * Collects a body into one array of bytes.
 * @param limit the most bytes to take
 * @throws ContentTooLarge when there are more; the rest is cancelled
 */
export async function collect(body: Body, limit: number): Promise<Uint8Array> {
  if (body.length !== undefined && body.length > limit) throw tooLarge(body, limit)
  const chunks: Uint8Array[] = []
  let size = 0
  for (let chunk = await body.pull(); chunk !== null; chunk = await body.pull()) {
    size += chunk.length
    if (size > limit) throw tooLarge(body, limit)
    chunks.push(copyOf(chunk))
  }
  return joined(chunks)
}

/**
 * A body of the chunks that an iterable yields; `cancel` returns the iterator.
 * @param length the bytes in all, if known: a reply is cut off where there are more or fewer
 */
export function bodyOf(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, length?: number): Body {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  return {
    length,
    async pull() {
      const { done, value } = await iterator.next()
      return done ? null : value
    },
    cancel() {
      // A generator that throws while it is being told to stop has nobody left to tell.
      const stopped = async () => iterator.return?.()
      stopped().catch(() => {})
    },
  }
}

/** The chunks of a body, for `for await`; each is valid until the next is asked for. Leaving the loop early cancels the rest. */
export async function* chunksOf(body: Body): AsyncGenerator<Uint8Array, void, undefined> {
  let ended = false
  try {
    for (let chunk = await body.pull(); chunk !== null; chunk = await body.pull()) yield chunk
    ended = true
  } finally {
    if (!ended) body.cancel('not read to its end')
  }
}

function tooLarge(body: Body, limit: number): ContentTooLarge {
  const error = new ContentTooLarge(`The content is larger than ${limit} bytes`)
  body.cancel(error)
  return error
}
