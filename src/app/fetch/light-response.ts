// A Web `Response` of text or bytes that is not made a stream before somebody asks for one: making the platform's own and
// reading it costs more than all the rest of a small reply.
import { Reply } from '../../exchange/index.ts'
import { FieldList } from '../../http/fields.ts'
import { ContentStream } from './content-stream.ts'
import { decoded, enumerable, natives, ownBuffer, standBefore, unusable } from './natives.ts'
import { type DefaultType, fieldsOf } from './response-fields.ts'

/** What a light response carries. */
type Kept = string | Uint8Array<ArrayBuffer> | null

interface Head {
  readonly status: number
  readonly statusText: string
  readonly fields: FieldList
}

export class LightResponse {
  readonly #head: Head
  readonly #content: Kept
  /** Made when the fields are asked for, and what counts from then on. */
  #headers: Headers | null = null
  /** The content as a stream that was asked for, of this response or of the one that it was taken from. */
  #stream: ContentStream | null
  #real: Response | null = null
  /** The content was read, or sent, without the real one or a stream. */
  #used = false

  constructor(head: Head, content: Kept, stream: ContentStream | null) {
    this.#head = head
    this.#content = content
    this.#stream = stream
  }

  static is(value: unknown): value is LightResponse {
    return typeof value === 'object' && value !== null && #content in value
  }

  /** The reply it stands for, taking its content; null where that is a stream that was touched, or is gone. */
  static reply(response: LightResponse): Reply | null {
    if (response.#real !== null || !response.#untouched) return null
    if (response.#content !== null) response.#use()
    return new Reply(response.#head.status, response.#current, response.#content)
  }

  /** The platform's own, with the same content. */
  static real(response: LightResponse): Response {
    return response.#realResponse()
  }

  get status(): number {
    return this.#head.status
  }

  get statusText(): string {
    return this.#head.statusText
  }

  get ok(): boolean {
    return this.#head.status < 300
  }

  get type(): 'default' {
    return 'default'
  }

  get url(): '' {
    return ''
  }

  get redirected(): false {
    return false
  }

  get headers(): Headers {
    this.#headers ??= new (natives().Headers)(pairsOf(this.#head.fields))
    return this.#headers
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (this.#content === null) return null
    if (this.#real !== null || this.#used) return this.#realResponse().body
    this.#stream ??= new ContentStream(this.#content)
    return this.#stream.shown
  }

  get bodyUsed(): boolean {
    return this.#used || (this.#real === null ? (this.#stream?.used ?? false) : this.#real.bodyUsed)
  }

  async text(): Promise<string> {
    if (this.#streams) return this.#realResponse().text()
    const content = this.#taken()
    if (typeof content !== 'string') return content === null ? '' : decoded(content)
    return asRead(content)
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.arrayBuffer())
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    if (this.#streams) return this.#realResponse().arrayBuffer()
    return ownBuffer(bytesOf(this.#taken()))
  }

  async blob(): Promise<Blob> {
    return this.#realResponse().blob()
  }

  async formData(): Promise<FormData> {
    return this.#realResponse().formData()
  }

  clone(): LightResponse | Response {
    if (!this.#untouched) throw new TypeError('Response.clone: Body has already been consumed.')
    if (this.#streams) return this.#realResponse().clone()
    const head = { ...this.#head, fields: this.#current }
    return new LightResponse(head, this.#content, null)
  }

  /** The fields as they are now. @throws FieldError for what the program has set and no wire can carry */
  get #current(): FieldList {
    return this.#headers === null ? this.#head.fields : FieldList.of(this.#headers)
  }

  /** Whether the content must be read by way of a stream. */
  get #streams(): boolean {
    return this.#real !== null || this.#stream !== null
  }

  get #untouched(): boolean {
    if (this.#real !== null) return !(this.#real.bodyUsed || this.#real.body?.locked)
    return !this.#used && (this.#stream === null || !this.#stream.taken)
  }

  #use(): void {
    this.#used = true
    this.#stream?.spend()
  }

  #taken(): Kept {
    if (this.#used) throw unusable()
    this.#used = this.#content !== null
    return this.#content
  }

  #realResponse(): Response {
    if (this.#real !== null) return this.#real
    // The platform's own refuses a stream that somebody has begun to read, in other words than these.
    if (this.#stream?.taken) throw unusable()
    const body = this.#used ? '' : this.#stream === null ? this.#content : this.#stream.readable
    const init = {
      status: this.#head.status,
      statusText: this.#head.statusText,
      headers: this.#headers ?? pairsOf(this.#head.fields),
    }
    this.#real = new (natives().Response)(body, init)
    // Content that was read is gone for the real one as well.
    if (this.#used) void this.#real.text()
    return this.#real
  }
}

/**
 * A light response for what the platform's own would be made of; null where that is more than text or bytes and plain fields, or
 * where it would be refused.
 */
export function lightResponse(body: unknown, init: unknown, type = defaultType(body)): LightResponse | null {
  const content = keptOf(body)
  if (content === undefined) return null
  const head = headOf(init, type)
  if (head === null || (content !== null && WITHOUT_CONTENT.has(head.status))) return null
  return content instanceof ContentStream
    ? new LightResponse(head, content.content, content)
    : new LightResponse(head, content, null)
}

/** What `new Response` takes as its second argument; null where only the platform knows. */
function headOf(init: unknown, type: DefaultType): Head | null {
  if (init === undefined || init === null) return PLAIN[type]
  if (typeof init !== 'object') return null
  const { headers, status = 200, statusText = '' } = init as ResponseInit
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) return null
  if (typeof statusText !== 'string' || !(statusText === '' || PHRASE.test(statusText))) return null
  const fields = fieldsOf(headers, type)
  return fields === null ? null : { status, statusText, fields }
}

const PLAIN: Readonly<Record<DefaultType, Head>> = {
  '': plain(''),
  'text/plain;charset=UTF-8': plain('text/plain;charset=UTF-8'),
  'application/json': plain('application/json'),
}

function plain(type: DefaultType): Head {
  return { status: 200, statusText: '', fields: fieldsOf(undefined, type) as FieldList }
}

/** Statuses that a `Response` with content cannot have (WHATWG Fetch section 2.2.3). */
const WITHOUT_CONTENT: ReadonlySet<number> = new Set([204, 205, 304])

/** A reason phrase (RFC 9112 section 4). */
const PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/

function defaultType(body: unknown): DefaultType {
  return typeof body === 'string' ? 'text/plain;charset=UTF-8' : ''
}

/** The content as it is now, whatever becomes of the program's memory; undefined for what is neither text nor bytes, or was touched. */
function keptOf(body: unknown): Kept | ContentStream | undefined {
  if (typeof body === 'string') return body
  if (body === undefined || body === null) return null
  if (typeof body !== 'object') return undefined
  if (body instanceof Uint8Array) return isPlain(body.buffer) ? new Uint8Array(body) : undefined
  if (body instanceof ArrayBuffer) return isPlain(body) ? new Uint8Array(body.slice(0)) : undefined
  const stream = ContentStream.behind(body)
  return stream === undefined || stream.taken ? undefined : stream
}

/** Memory that may change its size, is shared or is gone is the platform's affair. */
function isPlain(buffer: ArrayBufferLike): boolean {
  return buffer instanceof ArrayBuffer && !buffer.resizable && !(buffer as { detached?: boolean }).detached
}

function bytesOf(content: Kept): Uint8Array {
  return content === null || typeof content === 'string' ? encoder.encode(content ?? '') : new Uint8Array(content)
}

/** Text as it is when it has been bytes in between: without the mark at its beginning, and well-formed. */
function asRead(text: string): string {
  return (text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text).toWellFormed()
}

const encoder = new TextEncoder()
const BYTE_ORDER_MARK = 0xfeff

function pairsOf(fields: FieldList): [string, string][] {
  return [...fields] as [string, string][]
}

/** Makes them what `instanceof Response` says they are. */
export function prepareResponses(): void {
  enumerable(LightResponse.prototype)
  standBefore(LightResponse, natives().Response, LightResponse.real)
}
