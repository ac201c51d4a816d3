// An exchange without a wire: what a handler sees when a test asks it something.
import { type Body, type Exchange, type Handler, Refused, Reply } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'

export interface Asked {
  readonly method?: string
  /** Path and query, as they would be sent. */
  readonly target?: string
  readonly fields?: Readonly<Record<string, string>>
}

/** A GET without content, from a client on this machine. */
export function fakeExchange({ method = 'GET', target = '/', fields = {} }: Asked = {}): Exchange {
  const mark = target.indexOf('?')
  return {
    method,
    target,
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? '' : target.slice(mark + 1),
    authority: 'localhost',
    version: '1.1',
    fields: FieldList.of(fields),
    content: { length: 0, pull: () => null, cancel() {} },
    trailers: FieldList.empty,
    protocol: undefined,
    peer: { connection: 1, address: '127.0.0.1', port: 50000, localAddress: '127.0.0.1', localPort: 80, tls: null },
    client: { address: '127.0.0.1', scheme: 'http', host: 'localhost' },
    signal: new AbortController().signal,
    base: '',
    inform() {},
    refuse: error => {
      throw error
    },
    cut() {},
    accept() {
      throw new Error('There is no connection')
    },
    waitUntil() {},
  }
}

/** What came of asking: the reply, or the refusal in its place. */
export interface Told {
  readonly status: number
  readonly fields: FieldList
  /** The rule of a refusal; empty for a reply. */
  readonly rule: string
  readonly reply: Reply | null
  /** Whether the handler answered without a promise. */
  readonly atOnce: boolean
}

/** Asks a handler, and tells of a refusal as a server would answer it. The content is not read. */
export async function ask(handler: Handler, target: string, asked: Omit<Asked, 'target'> = {}): Promise<Told> {
  let atOnce = false
  try {
    const answered = handler(fakeExchange({ ...asked, target }))
    atOnce = answered instanceof Reply
    const reply = await answered
    return { status: reply.status, fields: reply.fields, rule: '', reply, atOnce }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const { status, rule, fields = FieldList.empty } = error.refusal
    return { status, rule, fields, reply: null, atOnce }
  }
}

/** All bytes of what was told; none for a refusal. */
export async function contentOf(told: Told): Promise<Buffer> {
  const body = told.reply?.body ?? null
  if (body === null) return Buffer.alloc(0)
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body)
  if ('bytes' in body) return Buffer.from(body.bytes)
  if ('open' in body) throw new TypeError('A tunnel has no content')
  return drain(body)
}

/** Reads a body to its end, keeping no chunk longer than it is lent. */
export async function drain(body: Body): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let chunk = await body.pull(); chunk !== null; chunk = await body.pull()) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** The length that a reply's content has, as a wire would tell it for HEAD too. */
export function lengthOf(told: Told): number | undefined {
  const body = told.reply?.body ?? null
  if (body === null) return 0
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body instanceof Uint8Array) return body.length
  if ('bytes' in body) return body.bytes.length
  return 'open' in body ? undefined : body.length
}
