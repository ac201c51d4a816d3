// The reply to a request that came over no wire, as a Web `Response`.
import {
  type Body,
  type Chunk,
  ConnectionLost,
  Content,
  isThrown,
  type Reply,
  readableOf,
  Tunnel,
} from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'
import { CONNECTION_FIELDS } from '../http/message-fields.ts'
import { hasNoContent, statusText } from '../http/status.ts'
import { type AskedExchange, orAborted } from './asked-exchange.ts'

const RESET_CONTENT = 205

/** @param told is given the trailers once the content has been read */
export function responseTo(exchange: AskedExchange, reply: Reply, told: (trailers: FieldList) => void): Response {
  exchange.answered()
  const { status } = reply
  if (reply.body instanceof Tunnel) throw noTunnel()
  const source = bodyFor(reply.body)
  const headers = headersOf(reply, exchange.method, source.length)
  const head = { status, statusText: statusText(status), headers }
  if (exchange.method === 'HEAD' || hasNoContent(status) || status === RESET_CONTENT) {
    source.cancel('This reply is sent without content')
    exchange.finished()
    return new Response(null, head)
  }
  const body = reply.body === null && reply.trailers === undefined ? null : new SentBody(exchange, source, reply, told)
  if (body === null) exchange.finished()
  return new Response(body === null ? null : readableOf(body), head)
}

/** Lets go of what a reply holds that nobody will read. */
export function letGo(reply: Reply, reason: unknown): void {
  if (!(reply.body instanceof Tunnel)) bodyFor(reply.body).cancel(reason)
}

/** Content on its way to who asked: as long as was promised, ended with its trailers, and broken off with the exchange. */
class SentBody implements Body {
  readonly length: number | undefined
  private readonly exchange: AskedExchange
  private readonly source: Body
  private readonly reply: Reply
  private readonly told: (trailers: FieldList) => void
  private sent = 0
  private over = false

  constructor(exchange: AskedExchange, source: Body, reply: Reply, told: (trailers: FieldList) => void) {
    this.exchange = exchange
    this.source = source
    this.length = source.length
    this.reply = reply
    this.told = told
    exchange.signal.addEventListener('abort', () => this.letGo(exchange.signal.reason), { once: true })
  }

  async pull(): Promise<Chunk> {
    const { signal } = this.exchange
    signal.throwIfAborted()
    let chunk: Chunk
    try {
      chunk = await orAborted((async () => this.source.pull())(), signal)
      if (chunk === null) this.end()
    } catch (error) {
      this.over = true
      this.exchange.lose(isThrown(error, Error) ? error : new Error('The content broke off', { cause: error }))
      throw error
    }
    if (chunk === null) return null
    this.sent += chunk.length
    if (this.length === undefined || this.sent <= this.length) return chunk
    const error = wrongLength(this.length, `${this.sent} or more`)
    this.exchange.lose(error)
    throw error
  }

  cancel(reason: unknown): void {
    this.exchange.lose(new ConnectionLost('The response was cancelled', { cause: reason }))
  }

  private end(): void {
    this.over = true
    if (this.length !== undefined && this.sent < this.length) throw wrongLength(this.length, `${this.sent}`)
    this.told(this.reply.trailers?.() ?? FieldList.empty)
    this.exchange.finished()
  }

  private letGo(reason: unknown): void {
    if (this.over) return
    this.over = true
    this.source.cancel(reason)
  }
}

function bodyFor(content: Exclude<Reply['body'], Tunnel>): Body {
  if (content !== null && typeof content === 'object' && 'pull' in content) return content
  const whole = content instanceof Content ? content.bytes : content
  let left: Uint8Array | null = typeof whole === 'string' ? new TextEncoder().encode(whole) : whole
  return {
    length: left?.length ?? 0,
    pull() {
      const chunk = left
      left = null
      return chunk
    },
    cancel() {},
  }
}

/** What frames a message is not the program's to say. */
const FRAMING: ReadonlySet<string> = new Set([...CONNECTION_FIELDS, 'content-length', 'trailer'])

function headersOf({ status, fields }: Reply, method: string, length: number | undefined): Headers {
  const headers = new Headers()
  for (const [name, value] of fields) if (!FRAMING.has(name.toLowerCase())) headers.append(name, value)
  const told = lengthToTell(status, method, length, fields.get('content-length'))
  if (told !== undefined) headers.set('Content-Length', String(told))
  return headers
}

/** As a wire tells it (RFC 9110 section 8.6): what the program says of it counts only where there is no content to count. */
function lengthToTell(status: number, method: string, length: number | undefined, said: string | undefined) {
  if (status === RESET_CONTENT) return 0
  if (status === 304) return said
  if (hasNoContent(status)) return undefined
  return method === 'HEAD' && !length ? (said ?? length) : length
}

function wrongLength(promised: number, sent: string): Error {
  return new Error(`The reply promised ${promised} bytes of content and has ${sent}`)
}

function noTunnel(): TypeError {
  return new TypeError(
    'A reply with a tunnel switches protocols, which takes a connection: it cannot be asked for without one',
  )
}
