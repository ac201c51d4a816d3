// From a Web `Response` to a reply. Its body is read as the reply is sent: chunk by chunk, as the client takes them.
import { type Body, type Chunk, Reply } from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'
import { isDecoded } from './fetch/decoded.ts'
import { LightResponse } from './fetch/light-response.ts'

/**
 * The reply that a Web `Response` stands for. The response is used up by it.
 * @param method what the request asked with: a response to HEAD says nothing of a length that nobody knows
 * @throws TypeError for a response whose body was read before, and one that cannot be sent: `Response.error()`, status 101
 */
export function replyFrom(response: Response, method = 'GET'): Reply {
  if (LightResponse.is(response)) {
    const reply = LightResponse.reply(response)
    if (reply !== null) return reply.body === null && method === 'HEAD' ? reply.withBody(NOTHING_KNOWN) : reply
  }
  const { status, body } = response
  if (status === 0) throw isError()
  if (status < 200) throw notFinal(status)
  if (response.bodyUsed || body?.locked) throw isUsed(status)
  const fields = sentFields(response)
  if (body === null) return new Reply(status, fields, method === 'HEAD' ? NOTHING_KNOWN : null)
  return new Reply(status, fields, new StreamedBody(body, fields))
}

/** The fields, but for what was true of the content only before the platform decoded it. */
function sentFields(response: Response): FieldList {
  const fields = FieldList.of(response.headers)
  return isDecoded(response) ? fields.without('content-encoding').without('content-length') : fields
}

/** The content of a Web stream. */
class StreamedBody implements Body {
  /** What the application says of it: it is held to that. */
  readonly length: number | undefined
  /** An event stream ends when its client does, or the server. */
  readonly endless: boolean
  private readonly reader: ReadableStreamDefaultReader<unknown>

  constructor(stream: ReadableStream<unknown>, fields: FieldList) {
    const length = fields.get('content-length') ?? ''
    this.length = /^\d{1,15}$/.test(length) ? Number(length) : undefined
    this.endless = fields.get('content-type')?.toLowerCase().startsWith('text/event-stream') ?? false
    this.reader = stream.getReader()
  }

  async pull(): Promise<Chunk> {
    const { done, value } = await this.reader.read()
    if (done) return null
    if (value instanceof Uint8Array) return value
    const error = noBytes(value)
    this.cancel(error)
    throw error
  }

  cancel(reason: unknown): void {
    // A stream that fails while it is being told to stop has nobody left to tell.
    this.reader.cancel(reason).catch(() => {})
  }
}

/** No content, of which nobody knows how long it would have been: as the body of a reply to HEAD. */
const NOTHING_KNOWN: Body = { length: undefined, pull: () => null, cancel() {} }

function isError(): TypeError {
  return new TypeError('Response.error() stands for a request that failed: it has no status, and cannot be sent')
}

function notFinal(status: number): TypeError {
  return new TypeError(
    `A response with status ${status} cannot be sent as the reply: ${status === 101 ? 'protocols are switched by a Reply with a Tunnel' : 'it is an interim one'}`,
  )
}

function isUsed(status: number): TypeError {
  return new TypeError(
    `The body of this response (status ${status}) was read before, or is being read: a Response can be sent once, response.clone() makes another`,
  )
}

function noBytes(value: unknown): TypeError {
  const what =
    value === null || value === undefined
      ? String(value)
      : typeof value === 'object'
        ? `an object of ${value.constructor?.name || 'no class'}`
        : `the ${typeof value} ${JSON.stringify(String(value).slice(0, 40))}`
  return new TypeError(
    `The stream of a response gave ${what} in place of a Uint8Array: TextEncoderStream makes bytes of text`,
  )
}
