// The request's content, read in the form that a handler asks for. It is read once: as a whole, which is kept and may be asked
// for in several forms, or as a stream. What is not asked for is not read.
import { type Body, chunksOf, collect, type Exchange, Refused, readableOf } from '../exchange/index.ts'
import { FieldList, type Fields } from '../http/fields.ts'
import { parseMediaType } from '../http/media-types.ts'
import { jsonFault } from './json-fault.ts'
import { decodedText } from './text-content.ts'

/** As much content as is collected unless the handler says otherwise: 1 MB, as nginx. */
const MOST_COLLECTED = 1024 * 1024

/**
 * The request's content. As a whole (`bytes`, `text`, `json`), which is kept: asking again gives the same. Or chunk by chunk
 * (`stream`, `for await`), which is there once; the two exclude each other. A client that goes away meanwhile is a `ConnectionLost`.
 */
export class RequestBody {
  private readonly exchange: Exchange
  /** For messages: the route that answers. */
  private readonly route: string
  private content: Body
  /** The codings that are taken off already. */
  private decoded = ''
  private whole: Promise<Uint8Array> | null = null
  private streamed = false

  /** Made by the context. @param route named where the handler goes wrong */
  constructor(exchange: Exchange, route = '') {
    this.exchange = exchange
    this.route = route
    this.content = exchange.content
  }

  /** The content's length in bytes where it is known before the end, else undefined; 0 where there is none. */
  get length(): number | undefined {
    return this.content.length
  }

  /** The fields that came behind the content (RFC 9110 section 6.5), once it has been read to its end. */
  get trailers(): Fields {
    return this.exchange.trailers
  }

  /**
   * All of it as bytes, which are not to be changed: who asks again gets the same.
   * @param limit the most bytes to take, 1 MB unless said
   * @throws ContentTooLarge with more; unless it is caught the client gets 413, and before it sends anything if it told the length
   * @throws Refused with 415 for content in a coding such as gzip
   */
  async bytes(limit: number = MOST_COLLECTED): Promise<Uint8Array> {
    if (!(limit >= 0)) throw noLimit(limit)
    if (this.whole === null) {
      this.begin()
      this.whole = collect(this.content, limit)
    }
    const bytes = await this.whole
    // What was taken under a larger limit is still too much for this one.
    return bytes.length <= limit ? bytes : collect({ length: bytes.length, pull: () => null, cancel() {} }, limit)
  }

  /**
   * All of it as text, in the charset of its Content-Type, which is UTF-8 if it names none. A byte order mark is left out.
   * @param limit as in `bytes`
   * @throws Refused with 400 for bytes that are no text in that charset, 415 for a charset that nobody knows; and as `bytes`
   */
  async text(limit?: number): Promise<string> {
    const bytes = await this.bytes(limit)
    return decodedText(bytes, charsetOf(this.exchange.fields.get('content-type')))
  }

  /**
   * All of it as JSON (RFC 8259): not checked, whatever type is asked for. It must be sent as `application/json` or a type that ends
   * with `+json`: without one a page of any other site could send it in a visitor's name.
   * @param limit as in `bytes`
   * @throws Refused with 415 for another type or none, 400 for what is no JSON, with the place; and as `bytes`
   */
  async json<Value = unknown>(limit?: number): Promise<Value> {
    const type = this.exchange.fields.get('content-type')
    if (!isJson(type)) throw notSentAsJson(type)
    const text = decodedText(await this.bytes(limit), 'utf-8')
    try {
      return JSON.parse(text) as Value
    } catch {
      throw jsonFault(text)
    }
  }

  /**
   * As a Web stream of bytes, read as it is asked for; cancelling it stops the client.
   * @throws Refused with 415 for content in a coding such as gzip, TypeError where the content is read already
   */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return readableOf(this.streaming())
  }

  /** Chunk by chunk as it comes; each is valid until the next is asked for. Leaving the loop stops the client. Otherwise as `stream`. */
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return chunksOf(this.streaming())
  }

  /**
   * Puts other content in the place of what came: what a hook has decoded, before anybody reads it. The hook reads `exchange.content`.
   * @param coding the codings that it has taken off, as Content-Encoding named them
   * @throws TypeError where the content is read already
   */
  replace(content: Body, coding: string): void {
    if (this.whole !== null || this.streamed) throw readAlready(this.route, this.streamed)
    this.content = content
    this.decoded = coding
  }

  private streaming(): Body {
    if (this.whole !== null) throw readAlready(this.route, false)
    this.begin()
    this.streamed = true
    return this.content
  }

  /** Before the first byte is asked for. */
  private begin(): void {
    if (this.streamed) throw readAlready(this.route, true)
    if (this.decoded !== '' || this.content.length === 0) return
    const coding = this.exchange.fields.get('content-encoding') ?? ''
    if (coding !== '' && coding.toLowerCase() !== 'identity') throw isCoded(coding)
  }
}

/** Empty where none is named, or the type cannot be read. */
function charsetOf(type: string | undefined): string {
  return (type === undefined ? null : parseMediaType(type))?.parameters.get('charset') ?? ''
}

function isJson(type: string | undefined): boolean {
  if (type === undefined) return false
  if (type === 'application/json') return true
  const media = parseMediaType(type)
  if (media === null) return false
  return (media.type === 'application' && media.subtype === 'json') || media.subtype.endsWith('+json')
}

const UNSUPPORTED = 'RFC 9110 section 15.5.16'

function isCoded(coding: string): Refused {
  return new Refused({
    status: 415,
    rule: 'content-coding',
    section: UNSUPPORTED,
    detail: `The content is sent in the coding ${coding.slice(0, 40)}, and this handler takes it as it is: a program takes it with the hook decompression()`,
    fields: FieldList.of({ 'Accept-Encoding': 'identity' }),
  })
}

function notSentAsJson(type: string | undefined): Refused {
  return new Refused({
    status: 415,
    rule: 'not-json',
    section: UNSUPPORTED,
    detail: `The content must be sent with Content-Type: application/json, ${type === undefined ? 'and came without a type' : `not ${type.slice(0, 80)}`}`,
    fields: FieldList.of({ Accept: 'application/json' }),
  })
}

function noLimit(limit: unknown): RangeError {
  return new RangeError(`The limit of content is a number of bytes from 0, not ${String(limit)}`)
}

function readAlready(route: string, streamed: boolean): TypeError {
  const where = route === '' ? '' : ` (${route})`
  return new TypeError(
    streamed
      ? `The request's content is read as a stream already${where}, which is there once: take bytes(), text() or json() to have it more than once`
      : `The request's content is read as a whole already${where}: ask for bytes(), text() or json() again, or for the stream alone`,
  )
}
