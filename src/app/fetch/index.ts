// Web-standard applications: anything with `fetch(request)`. What is cheap to answer stays cheap: the request is a light one that
// is worked out as it is asked (light-request.ts), and so is a response of text or bytes (light-response.ts).
import { type Exchange, type Handler, isThenable, Refused, type Reply } from '../../exchange/index.ts'
import { replyFrom } from '../responses.ts'
import { FetchContext, type FetchEnvironment } from './execution.ts'
import { lendGlobals } from './globals.ts'
import { prepareHeaders } from './light-headers.ts'
import { LightRequest, prepareRequests } from './light-request.ts'
import { LightResponse, prepareResponses } from './light-response.ts'

export type { FetchContext, FetchEnvironment } from './execution.ts'

/** A Web-standard application: `fetch` takes a Web `Request` and gives a `Response`. */
export interface FetchApp {
  /**
   * @param request what the client asks for
   * @param rest as other platforms have them: a `FetchEnvironment`, with the exchange, and a `FetchContext`, with `waitUntil`
   */
  // biome-ignore lint/suspicious/noExplicitAny: frameworks declare second and third parameters of their own.
  fetch(request: Request, ...rest: any[]): Response | Promise<Response>
}

/** How a Web-standard application is asked. */
export interface FetchOptions {
  /**
   * Lets the globals `Request`, `Response` and `fetch` know the light requests and responses that make this quick: true by default.
   * With false they are left alone; `new Request(request)` and `fetch(request)` then need `request.clone()` instead.
   */
  readonly globals?: boolean
  /** The most bytes that `request.text()` and the like collect, 128 MB by default, as Bun.serve; `request.body` has no limit but the server's. */
  readonly contentLimit?: number
}

const MOST_COLLECTED = 128 * 1024 * 1024

/**
 * A Web-standard application as a handler.
 * @throws TypeError for what has no method `fetch`, and for a limit that is none
 */
export function fetchHandler(app: FetchApp, options: FetchOptions = {}): Handler {
  const { globals = true, contentLimit = MOST_COLLECTED } = options
  if (typeof app?.fetch !== 'function') throw noFetch(app)
  if (!Number.isSafeInteger(contentLimit) || contentLimit < 0) throw noLimit(contentLimit)
  prepareHeaders()
  prepareRequests()
  prepareResponses()
  if (globals) lendGlobals()
  return exchange => {
    if (isForbidden(exchange.method)) throw cannotBeAsked(exchange)
    const request = new LightRequest(exchange, contentLimit) as unknown as Request
    const environment: FetchEnvironment = { exchange }
    const answer: unknown = app.fetch(request, environment, new FetchContext(exchange))
    if (LightResponse.is(answer)) return replyFrom(answer as unknown as Response, exchange.method)
    return isThenable(answer)
      ? (answer.then(response => replyTo(exchange, response)) as Promise<Reply>)
      : replyTo(exchange, answer)
  }
}

function replyTo(exchange: Exchange, answer: unknown): Reply {
  if (!isResponse(answer)) throw noResponse(exchange, answer)
  return replyFrom(answer, exchange.method)
}

/** Also one of another make, such as a framework's own. */
function isResponse(value: unknown): value is Response {
  if (value instanceof Response) return true
  if (typeof value !== 'object' || value === null || !('status' in value && 'headers' in value && 'body' in value))
    return false
  const { status, headers } = value
  return typeof status === 'number' && typeof headers === 'object' && headers !== null && Symbol.iterator in headers
}

/** Methods that no Web `Request` has (WHATWG Fetch section 2.2.1). */
const FORBIDDEN: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK'])

function isForbidden(method: string): boolean {
  return method !== 'GET' && method !== 'POST' && FORBIDDEN.has(method.toUpperCase())
}

function cannotBeAsked({ method }: Exchange): Refused {
  return new Refused({
    status: 501,
    rule: 'method-not-implemented',
    section: 'RFC 9110 section 15.6.2',
    detail: `The application is asked by Web requests, and none can have the method ${method}`,
  })
}

function noFetch(app: unknown): TypeError {
  return new TypeError(`A Web-standard application has a method fetch(request), which ${described(app)} has not`)
}

function noLimit(limit: number): TypeError {
  return new TypeError(`contentLimit is a number of bytes, a whole one from 0 on, not ${limit}`)
}

function noResponse({ method, base, path }: Exchange, answer: unknown): TypeError {
  return new TypeError(
    `fetch answered ${method} ${base}${path} with ${described(answer)} in place of a Response${answer === undefined ? ' (is a return missing, or a route for this path?)' : ''}`,
  )
}

function described(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value !== 'object') return `the ${typeof value} ${String(value).slice(0, 40)}`
  return `an object of ${value.constructor?.name || 'no class'}`
}
