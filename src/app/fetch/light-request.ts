// A Web `Request` that is made of an exchange when it is asked for something. Most applications look at the method, the URL and
// a field or two: that costs next to nothing. The platform's own is made only where nothing else will do: for `body` as a
// stream, `clone()`, and to be handed on.
import { collect, type Exchange, readableOf } from '../../exchange/index.ts'
import { LightHeaders } from './light-headers.ts'
import { decoded, enumerable, natives, ownBuffer, standBefore, unusable } from './natives.ts'
import { urlOf } from './request-url.ts'

export class LightRequest {
  readonly #exchange: Exchange
  readonly #contentLimit: number
  #url = ''
  #headers: LightHeaders | null = null
  #real: Request | null = null
  /** The content was read without the real one. */
  #used = false

  constructor(exchange: Exchange, contentLimit: number) {
    this.#exchange = exchange
    this.#contentLimit = contentLimit
  }

  /** The platform's own request in place of a light one; anything else as it is. */
  static real<Value>(value: Value): Value | Request {
    return typeof value === 'object' && value !== null && #exchange in value ? value.#realRequest() : value
  }

  get method(): string {
    return normalised(this.#exchange.method)
  }

  get url(): string {
    if (this.#url === '') this.#url = urlOf(this.#exchange)
    return this.#url
  }

  get headers(): LightHeaders {
    this.#headers ??= new LightHeaders(this.#exchange)
    return this.#headers
  }

  get signal(): AbortSignal {
    return this.#exchange.signal
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#hasContent || this.#real !== null ? this.#realRequest().body : null
  }

  get bodyUsed(): boolean {
    return this.#used || (this.#real?.bodyUsed ?? false)
  }

  get duplex(): 'half' {
    return 'half'
  }

  // What `new Request(url)` has.

  get destination(): '' {
    return ''
  }

  get referrer(): 'about:client' {
    return 'about:client'
  }

  get referrerPolicy(): '' {
    return ''
  }

  get mode(): 'cors' {
    return 'cors'
  }

  get credentials(): 'same-origin' {
    return 'same-origin'
  }

  get cache(): 'default' {
    return 'default'
  }

  get redirect(): 'follow' {
    return 'follow'
  }

  get integrity(): '' {
    return ''
  }

  get keepalive(): false {
    return false
  }

  async text(): Promise<string> {
    return this.#real === null ? decoded(await this.#collected()) : this.#real.text()
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.arrayBuffer())
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#real === null ? ownBuffer(await this.#collected()) : this.#real.arrayBuffer()
  }

  async blob(): Promise<Blob> {
    return this.#real === null ? (await this.#parsed()).blob() : this.#real.blob()
  }

  async formData(): Promise<FormData> {
    return this.#real === null ? (await this.#parsed()).formData() : this.#real.formData()
  }

  clone(): Request {
    return this.#realRequest().clone()
  }

  // What servers of the Web's `fetch` applications add (srvx's ServerRequest).

  /** The client's address, as far as trusted proxies tell. */
  get ip(): string {
    return this.#exchange.client.address
  }

  /** Where the request came from. */
  get runtime(): { readonly name: 'wirewright'; readonly wirewright: { readonly exchange: Exchange } } {
    return { name: 'wirewright', wirewright: { exchange: this.#exchange } }
  }

  /** Goes on with work after the response. */
  waitUntil(work: PromiseLike<unknown>): void {
    this.#exchange.waitUntil(work)
  }

  get #hasContent(): boolean {
    const { method } = this
    return method !== 'GET' && method !== 'HEAD' && this.#exchange.content.length !== 0
  }

  #collected(): Promise<Uint8Array> {
    if (this.#used) return Promise.reject(unusable())
    if (!this.#hasContent) return Promise.resolve(new Uint8Array(0))
    this.#used = true
    return collect(this.#exchange.content, this.#contentLimit)
  }

  /** For the platform's own parsers. */
  async #parsed(): Promise<Response> {
    const { Response } = natives()
    const type = this.headers.get('content-type')
    const bytes = await this.#collected()
    const body = this.#hasContent ? (bytes as Uint8Array<ArrayBuffer>) : null
    return new Response(body, type === null ? {} : { headers: { 'content-type': type } })
  }

  #realRequest(): Request {
    if (this.#real !== null) return this.#real
    const { headers } = this
    const init: RequestInit = { method: this.method, headers: LightHeaders.initial(headers), signal: this.signal }
    if (this.#hasContent) {
      init.body = this.#used ? '' : (readableOf(this.#exchange.content) as NonNullable<RequestInit['body']>)
      init.duplex = 'half'
    }
    this.#real = new (natives().Request)(this.url, init)
    LightHeaders.adopt(headers, this.#real.headers)
    // Content that was read is gone for the real one as well.
    if (this.#used) void this.#real.text()
    return this.#real
  }
}

/** Methods that are written in one way only (WHATWG Fetch section 2.2.1). */
const NORMALISED: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'])

function normalised(method: string): string {
  if (method === 'GET' || method === 'POST') return method
  const upper = method.toUpperCase()
  return NORMALISED.has(upper) ? upper : method
}

/** Makes them what `instanceof Request` says they are. */
export function prepareRequests(): void {
  enumerable(LightRequest.prototype)
  standBefore(LightRequest, natives().Request, light => LightRequest.real(light) as Request)
}
