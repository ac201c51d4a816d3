// The exchange of a request that came over no wire: what a wire would tell of it, told by the one who asks.
import {
  type Body,
  type Chunk,
  type Client,
  checkOrigin,
  type Exchange,
  type HttpVersion,
  type Peer,
  plainRefusals,
  Reply,
  refusalFor,
  type SocketTerms,
  type SocketUser,
  socketExpected,
} from '../exchange/index.ts'
import { FieldList, type Fields } from '../http/fields.ts'
import { elements } from '../http/lists.ts'
import { AskedTunnel } from './asked-tunnel.ts'

/** What is asked. */
export interface Asked {
  readonly method: string
  readonly target: string
  readonly authority: string
  readonly scheme: 'http' | 'https'
  readonly fields: FieldList
  readonly content: Body
  readonly peer: Peer
  readonly client: Partial<Client>
  /** What it asks to go on with. */
  readonly protocol?: 'websocket' | undefined
  /** Told each interim reply. */
  readonly informed: (status: number, fields: FieldList) => void
}

/** Shows what was wrong: who asks without a socket is a test, or somebody else of the house. */
const refuse = plainRefusals(true)

export class AskedExchange implements Exchange {
  readonly method: string
  readonly target: string
  readonly path: string
  readonly base = ''
  readonly query: string
  readonly authority: string
  readonly version: HttpVersion = '1.1'
  readonly fields: Fields
  readonly content: Body
  readonly trailers: Fields = FieldList.empty
  readonly protocol: string | undefined
  readonly peer: Peer
  readonly client: Client
  private readonly controller = new AbortController()
  private readonly informed: Asked['informed']
  private ending: () => void = () => {}
  private phase: 'asked' | 'answered' | 'over' = 'asked'

  constructor({ method, target, authority, scheme, fields, content, peer, client, protocol, informed }: Asked) {
    const question = target.indexOf('?')
    this.method = method
    this.target = target
    this.path = question === -1 ? target : target.slice(0, question)
    this.query = question === -1 ? '' : target.slice(question + 1)
    this.authority = authority
    this.fields = fields
    this.protocol = protocol
    this.content = new AskedContent(content, this.controller.signal)
    this.peer = peer
    this.client = { address: peer.address, scheme, host: authority, ...client }
    this.informed = informed
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  inform(status: number, fields: FieldList): void {
    if (!Number.isInteger(status) || status < 102 || status > 199) throw notInterim(status)
    if (this.phase === 'asked') this.informed(status, fields)
  }

  refuse(error: unknown): Reply {
    return refuse(refusalFor(error), this)
  }

  cut(reason: Error): void {
    this.lose(reason)
  }

  /** Takes the handshake of `app.connect`; what `app.request` asks is none. */
  accept(user: SocketUser, terms: SocketTerms): Reply {
    if (this.protocol !== 'websocket') throw socketExpected(this)
    checkOrigin(this, terms.origins)
    const protocol = terms.chooseProtocol?.(elements(this.fields.get('sec-websocket-protocol') ?? ''), user) ?? ''
    const fields = FieldList.of({ Upgrade: 'websocket' })
    const agreed = protocol === '' ? fields : fields.with('Sec-WebSocket-Protocol', protocol)
    return new Reply(101, agreed, new AskedTunnel(user, terms, protocol))
  }

  /** There is no server to report what fails: it is left to the runtime, which shows it as an unhandled rejection. */
  waitUntil(work: PromiseLike<unknown>): void {
    void work.then(() => {})
  }

  /** The reply is here: no more interim ones. */
  answered(): void {
    if (this.phase === 'asked') this.phase = 'answered'
  }

  /** Once the exchange is over, in whatever way. */
  whenOver(then: () => void): void {
    this.ending = then
  }

  /** The reply has been read to its end. What is left of the request's content is not wanted. */
  finished(): void {
    if (this.phase === 'over') return
    this.end()
    this.content.cancel(new Error('The reply was complete before the content was read'))
  }

  /** The reply can no longer reach who asked for it. */
  lose(reason: Error): void {
    if (this.phase === 'over') return
    this.end()
    this.controller.abort(reason)
    this.content.cancel(reason)
  }

  private end(): void {
    this.phase = 'over'
    this.ending()
  }
}

/** Content that breaks off when the signal aborts, and takes being cancelled whatever has become of it. */
class AskedContent implements Body {
  readonly length: number | undefined
  private readonly body: Body
  private readonly signal: AbortSignal
  private over = false

  constructor(body: Body, signal: AbortSignal) {
    this.body = body
    this.length = body.length
    this.signal = signal
  }

  async pull(): Promise<Chunk> {
    this.signal.throwIfAborted()
    if (this.over) throw new Error('The content was cancelled')
    const chunk = await orAborted(Promise.resolve(this.body.pull()), this.signal)
    if (chunk === null) this.over = true
    return chunk
  }

  cancel(reason: unknown): void {
    if (this.over) return
    this.over = true
    this.body.cancel(reason)
  }
}

/** Settles as the promise does, unless the signal aborts first. */
export function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: first, resolve, reject } = Promise.withResolvers<Value>()
  const aborted = () => reject(signal.reason)
  if (signal.aborted) aborted()
  else signal.addEventListener('abort', aborted, { once: true })
  promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  return first
}

function notInterim(status: number): RangeError {
  return new RangeError(`An interim reply's status is a whole number from 102 to 199, not ${status}`)
}
