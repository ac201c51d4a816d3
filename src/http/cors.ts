// CORS (Fetch standard, "CORS protocol"): which scripts of other origins may read a reply. Nothing is refused here: the
// browser does that where the fields are missing.
import { consistsOf, TOKEN } from '../bytes/classes.ts'
import { FieldList, type Fields } from './fields.ts'
import { elements } from './lists.ts'

interface Common {
  /** Methods that scripts may use; browsers allow GET, HEAD and POST even where they are not named. */
  readonly methods: readonly string[]
  /** Request fields that scripts may send; '*' allows whatever is asked for. */
  readonly headers: '*' | readonly string[]
  /** Reply fields that scripts may read beyond the safelisted ones. */
  readonly expose?: readonly string[]
  /** How long a browser may remember a preflight, in seconds. */
  readonly maxAge: number
}

/** Credentials (cookies, passwords) go to named origins only: with every origin let in, any page could act as the user. */
export type CorsOptions = Common &
  (
    | { readonly origins: '*'; readonly credentials: false }
    /** Origins as browsers write them: `https://example.org`, in lower case, without a default port or a slash. */
    | { readonly origins: readonly string[]; readonly credentials: boolean }
  )

/** What CORS asks of a reply. */
export interface CorsDecision {
  /** Answer with 204 and the fields, and do no more. */
  readonly preflight: boolean
  /** Fields to add to the reply, `Vary` among them where the reply depends on who asks. */
  readonly fields: FieldList
}

/** What to add to the reply to this request, and whether it is a preflight. */
export function decideCors(options: CorsOptions, method: string, fields: Fields): CorsDecision {
  const origin = fields.get('origin')
  const isPreflight = method === 'OPTIONS' && origin !== undefined && fields.has('access-control-request-method')
  const prepared = preparedFor(options)
  if (isPreflight)
    return {
      preflight: true,
      fields: isAllowed(options, origin) ? preflight(options, origin, fields) : prepared.refused,
    }
  if (options.origins === '*') return { preflight: false, fields: prepared.anyone }
  if (!isAllowed(options, origin)) return { preflight: false, fields: prepared.refused }
  return { preflight: false, fields: prepared.refused.concat(readable(options, origin)) }
}

function isAllowed({ origins }: CorsOptions, origin: string | undefined): origin is string {
  return origin !== undefined && (origins === '*' || origins.includes(origin))
}

function preflight(options: CorsOptions, origin: string, fields: Fields): FieldList {
  let list = options.origins === '*' ? FieldList.empty : FieldList.of({ Vary: 'Origin' })
  list = list.and('Access-Control-Allow-Origin', options.origins === '*' ? '*' : origin)
  if (options.credentials) list = list.and('Access-Control-Allow-Credentials', 'true')
  if (options.methods.length > 0) list = list.and('Access-Control-Allow-Methods', options.methods.join(', '))
  const headers = options.headers === '*' ? askedFor(fields) : options.headers
  if (headers.length > 0) list = list.and('Access-Control-Allow-Headers', headers.join(', '))
  // The names asked for come back, because a `*` would leave out Authorization.
  if (options.headers === '*') list = list.and('Vary', 'Access-Control-Request-Headers')
  return list.and('Access-Control-Max-Age', options.maxAge)
}

function askedFor(fields: Fields): string[] {
  return elements(fields.get('access-control-request-headers') ?? '').filter(name => consistsOf(name, TOKEN))
}

/** The fields that let scripts of an origin read a reply. */
function readable(options: CorsOptions, origin: string): FieldList {
  let list = FieldList.of({ 'Access-Control-Allow-Origin': origin })
  if (options.credentials) list = list.and('Access-Control-Allow-Credentials', 'true')
  if (options.expose?.length) list = list.and('Access-Control-Expose-Headers', options.expose.join(', '))
  return list
}

interface Prepared {
  /** To anyone, where every origin may read. */
  readonly anyone: FieldList
  /** To an origin that may not read, or to none: what is the same in each reply. */
  readonly refused: FieldList
}

/** Lists that do not depend on the request, made once, so that a wire can keep their serialised form. */
const PREPARED = new WeakMap<CorsOptions, Prepared>()

function preparedFor(options: CorsOptions): Prepared {
  let prepared = PREPARED.get(options)
  if (prepared === undefined) {
    prepared = {
      anyone: readable(options, '*'),
      refused: options.origins === '*' ? FieldList.empty : FieldList.of({ Vary: 'Origin' }),
    }
    PREPARED.set(options, prepared)
  }
  return prepared
}
