// The request's content, read in the form that a handler asks for.
import { type Body, chunksOf, collect, type Exchange } from '../exchange/index.ts'

/** As much content as is collected unless the handler says otherwise: 1 MB, as nginx. */
const MOST_COLLECTED = 1024 * 1024

/** The request's content. It is read once, in one of these forms; what is not asked for is not read. */
export class RequestBody {
  /** The content's length in bytes where the client has told it, else undefined. */
  readonly length: number | undefined
  private readonly content: Body

  constructor({ content }: Exchange) {
    this.content = content
    this.length = content.length
  }

  /** All of it as bytes. @param limit the most bytes to take; with more the client gets 413 */
  bytes(limit: number = MOST_COLLECTED): Promise<Uint8Array> {
    return collect(this.content, limit)
  }

  /** All of it as text, in UTF-8. @param limit as in `bytes` */
  async text(limit?: number): Promise<string> {
    return new TextDecoder().decode(await this.bytes(limit))
  }

  /** All of it as JSON: not checked, whatever type is asked for. @param limit as in `bytes` */
  async json<Value = unknown>(limit?: number): Promise<Value> {
    return JSON.parse(await this.text(limit)) as Value
  }

  /** Chunk by chunk as it comes; each is valid until the next is asked for. */
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return chunksOf(this.content)
  }
}
