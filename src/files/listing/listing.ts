// A folder's listing as a reply: which form the client wants, which entries may be shown, and what the disk's refusals
// mean on the wire.
import { type Exchange, type Refusal, Refused, Reply } from '../../exchange/index.ts'
import { FieldList } from '../../http/fields.ts'
import { chooseMediaType } from '../../http/negotiation.ts'
import type { ListedFolder } from '../options.ts'
import { overlaid } from '../overlaid.ts'
import { documentFields, documentHtml } from '../pages/index.ts'
import { matcher } from './glob.ts'
import { listingJson } from './json.ts'
import { headline, listingMain } from './page.ts'
import { LISTING_STYLE } from './style.ts'
import { TemplateError, TemplateFile } from './template.ts'
import { type View, Viewer } from './view.ts'

/** How listings look, and what they leave out. */
export interface ListingOptions {
  /** The document root: links that lead out of it are not listed. */
  readonly root: string
  /** Shown above the folder's path and in the page's title. */
  readonly title?: string
  /** Patterns of what is left out, such as `*.bak` or `drafts/**` (see `glob.ts`). A folder that is left out cannot be listed either; its files can still be opened. */
  readonly exclude?: readonly string[]
  /** The path of a template of one's own (see `template.ts`). */
  readonly template?: string
  /** Shown at the foot of the page; empty or left out for none. */
  readonly serverName?: string
  /** Entries on one page: 1,000 unless it is said otherwise, as large object stores list them. */
  readonly pageSize?: number
  /** Sent along with every listing, such as security fields. The listing's own fields go before them. */
  readonly fields?: FieldList
}

/** The handler of a folder without an index, for the option `listing`. What the folder or the query refuses is thrown as a Refused. */
export type DirectoryListing = (folder: ListedFolder, exchange: Exchange) => Promise<Reply>

/**
 * Makes listings: a page, or JSON for clients that prefer it or say `?format=json`. The query's `sort` (name, size,
 * date), `order` (asc, desc) and `page` choose what is seen.
 * @throws TypeError without a root and for an exclusion that is no pattern, TemplateError for a template that cannot be used
 */
export function directoryListing(options: ListingOptions): DirectoryListing {
  if (typeof options?.root !== 'string') throw noRoot()
  const { root, title = '', exclude = [], serverName = '', pageSize = 1000, fields: along = FieldList.empty } = options
  const excluded = matcher(exclude)
  const template = options.template === undefined ? null : new TemplateFile(options.template)
  const viewer = new Viewer()

  return async ({ path, directory, hidden }, exchange) => {
    const query = new URLSearchParams(exchange.query)
    const inRoot = path.slice(1)
    if (inRoot !== '' && excluded(inRoot.slice(0, -1))) throw new Refused(notFound())
    const wanted = (name: string) => (hidden || !name.startsWith('.')) && !excluded(inRoot + name)
    const wholePath = decodedBase(exchange.base) + path
    const asked = { root, directory, path, wholePath, title, pageSize, wanted, query }
    const view = await viewer.view(asked, hidden).catch(error => {
      throw refusalOf(error)
    })
    if (wantsJson(exchange, query)) return new Reply(200, overlaid(along, JSON_FIELDS), listingJson(view))
    const { fields, body } = template === null ? builtIn(view, serverName) : filled(template, view)
    return new Reply(200, overlaid(along, fields, COMMON), body)
  }
}

/** What the folder is mounted below, as a person reads it. */
function decodedBase(base: string): string {
  try {
    return decodeURIComponent(base)
  } catch {
    return base
  }
}

function builtIn(view: View, serverName: string): { fields: FieldList; body: string } {
  const body = documentHtml({ title: headline(view), style: LISTING_STYLE, main: listingMain(view), serverName })
  return { fields: documentFields(LISTING_STYLE), body }
}

function filled(file: TemplateFile, view: View): { fields: FieldList; body: string } {
  try {
    const template = file.current()
    return { fields: template.fields, body: template.render(view) }
  } catch (error) {
    throw error instanceof TemplateError ? new Refused(badTemplate(error)) : error
  }
}

function wantsJson(exchange: Exchange, query: URLSearchParams): boolean {
  const format = query.get('format')
  if (format === 'json' || format === 'html') return format === 'json'
  return chooseMediaType(exchange.fields.get('accept'), ['text/html', 'application/json']) === 'application/json'
}

const COMMON = FieldList.of({ 'Cache-Control': 'no-cache', Vary: 'Accept' })
const JSON_FIELDS = FieldList.of({ 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' }).concat(
  COMMON,
)

/** What the disk says about the folder, as a refusal; what it does not know about is thrown on. */
function refusalOf(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return new Refused(notFound())
  if (code === 'EACCES' || code === 'EPERM') return new Refused(notReadable(error))
  return error
}

function notFound(): Refusal {
  return {
    status: 404,
    rule: 'not-found',
    section: 'RFC 9110 section 15.5.5',
    detail: 'There is no folder of this name to be listed',
  }
}

function notReadable(cause: unknown): Refusal {
  return {
    status: 403,
    rule: 'folder-not-readable',
    section: 'RFC 9110 section 15.5.4',
    detail: 'The server may not read this folder',
    cause,
  }
}

function badTemplate(cause: TemplateError): Refusal {
  return { status: 500, rule: 'listing-template', detail: cause.message, cause }
}

function noRoot(): TypeError {
  return new TypeError('directoryListing needs the root of the folder, as files has it: directoryListing({ root })')
}
