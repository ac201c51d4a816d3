// Refusals as people and programs like to see them: the document root's own page, or a plain one, for browsers;
// problem details (RFC 9457) for clients that ask for JSON; lines of text for the rest, such as curl.
import type { Exchange, Refusal, Refuse } from '../../exchange/index.ts'
import { Content, Reply } from '../../exchange/index.ts'
import { FieldList } from '../../http/fields.ts'
import { chooseMediaType } from '../../http/negotiation.ts'
import { redactTarget } from '../../http/secrets.ts'
import { overlaid } from '../overlaid.ts'
import { CustomPages } from './custom.ts'
import { documentFields, documentHtml } from './document.ts'
import { ERROR_STYLE, errorMain } from './error-page.ts'
import { type Explanation, explain } from './explanation.ts'
import { wording } from './wording.ts'

/** Where error pages come from, and how much they tell. */
export interface ErrorPagesOptions {
  /** The folder that may have `404.html`, `4xx.html` and the like; none where it is left out. */
  readonly root?: string
  /** Explain the refusal in the reply: for the one who builds a site, never for the public. */
  readonly development: boolean
  /** Shown at the foot of the plain page; empty or left out for none. */
  readonly serverName?: string
  /** Sent along with every refusal, such as security fields. The page's and the refusal's own fields go before them. */
  readonly fields?: FieldList
  /** Milliseconds that only grow, to tell how old a look at the disk is; the machine's unless a test has its own. */
  readonly now?: () => number
}

/**
 * How a server answers what it refuses. A client that names no kind of content gets text, unless the document root has a
 * page of its own: that one goes to everybody who takes HTML. In development mode the explanation of a program's failure
 * or of broken bytes goes before such a page.
 */
export function errorPages(options: ErrorPagesOptions): Refuse {
  const { root, development, serverName = '', fields = FieldList.empty, now = () => performance.now() } = options
  const custom = root === undefined ? null : new CustomPages(root, now)

  const plain = new Map<string, Formatted>()

  /** In production all refusals of a status and kind look the same, so they are made once. */
  function formatted(kind: Kind, refusal: Refusal, explanation: Explanation | null): Formatted {
    if (explanation !== null) return FORMATS[kind](refusal, explanation, serverName)
    const key = kind + refusal.status
    let made = plain.get(key)
    if (made === undefined) {
      const { fields, body } = FORMATS[kind](refusal, null, serverName)
      made = { fields, body: typeof body === 'string' ? new Content(new TextEncoder().encode(body)) : body }
      plain.set(key, made)
    }
    return made
  }

  return (refusal, exchange) => {
    const explanation = development ? explain(refusal, exchange, redactTarget) : null
    const own = hasMoreToSay(explanation) ? null : (custom?.page(refusal.status) ?? null)
    const kind = chooseKind(exchange, own !== null)
    const ownWins = kind === 'html' && own !== null
    const { fields: kindFields, body } = ownWins
      ? { fields: OWN_PAGE, body: own }
      : formatted(kind, refusal, explanation)
    return new Reply(refusal.status, overlaid(fields, COMMON, kindFields, refusal.fields ?? FieldList.empty), body)
  }
}

type Kind = 'html' | 'json' | 'text'

interface Formatted {
  readonly fields: FieldList
  readonly body: string | Content
}

const FORMATS: Readonly<Record<Kind, (refusal: Refusal, why: Explanation | null, serverName: string) => Formatted>> = {
  html(refusal, explanation, serverName) {
    const { title, sentence } = wording(refusal.status)
    const main = errorMain({ status: refusal.status, title, sentence, explanation })
    const body = documentHtml({ title: `${refusal.status} ${title}`, style: ERROR_STYLE, main, serverName })
    return { fields: documentFields(ERROR_STYLE), body }
  },
  json(refusal, why) {
    const { title, sentence } = wording(refusal.status)
    const problem = {
      type: 'about:blank',
      title,
      status: refusal.status,
      detail: why?.detail ?? sentence,
      ...extras(why),
    }
    return { fields: PROBLEM, body: `${JSON.stringify(problem)}\n` }
  },
  text(refusal, why) {
    const { title, sentence } = wording(refusal.status)
    const lines = [`${refusal.status} ${title}`, why?.detail ?? sentence]
    for (const [name, value] of Object.entries(extras(why))) lines.push(`${name}: ${value}`)
    return { fields: PLAIN, body: `${lines.join('\n')}\n` }
  },
}

/** What development mode adds to problem details and text; undefined members are left out of JSON. */
function extras(why: Explanation | null): Record<string, string | number> {
  if (why === null) return {}
  const { rule, section, offset, excerpt, request, stack } = why
  const members = Object.entries({ rule, section, offset, excerpt, request, stack })
  return Object.fromEntries(members.filter((member): member is [string, string | number] => member[1] !== undefined))
}

/** Whether an explanation tells what a site's own page cannot know. */
function hasMoreToSay(why: Explanation | null): boolean {
  return why !== null && (why.stack !== undefined || why.offset !== undefined)
}

/** The kinds in the order in which they are offered: where the client likes several as much, the first is taken. */
function chooseKind(exchange: Exchange | null, ownPage: boolean): Kind {
  const accept = exchange?.fields.get('accept')
  if (accept === undefined) return exchange !== null && ownPage ? 'html' : 'text'
  const namesJson = /json/i.test(accept)
  const offers = [
    ...(namesJson ? JSON_TYPES : []),
    ...(ownPage ? ['text/html', 'text/plain'] : ['text/plain', 'text/html']),
  ]
  return KIND_OF[chooseMediaType(accept, offers) ?? 'text/plain']
}

const JSON_TYPES = ['application/problem+json', 'application/json']

const KIND_OF: Readonly<Record<string, Kind>> = {
  'text/html': 'html',
  'text/plain': 'text',
  'application/json': 'json',
  'application/problem+json': 'json',
}

// A 404 may be kept by caches unless it says otherwise (RFC 9110 section 15.1), and then hides a file that has come.
const COMMON = FieldList.of({ 'Cache-Control': 'no-store', Vary: 'Accept' })
const PLAIN = FieldList.of({ 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' })
const PROBLEM = FieldList.of({ 'Content-Type': 'application/problem+json', 'X-Content-Type-Options': 'nosniff' })
const OWN_PAGE = FieldList.of({ 'Content-Type': 'text/html; charset=utf-8', 'X-Content-Type-Options': 'nosniff' })
