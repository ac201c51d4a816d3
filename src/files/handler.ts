// A folder as a handler: methods, paths, redirects, and what happens where there is no file.
import { type Exchange, type Handler, Refused, Reply, sitePath } from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'
import { chooseMediaType } from '../http/negotiation.ts'
import { type DecodedPath, decodePath, encodePath } from '../http/paths.ts'
import { type Answering, answer } from './answering.ts'
import { BufferPool } from './buffers.ts'
import { ALLOW, badPath, methodNotAllowed, noListing, notFound } from './failures.ts'
import { asPlainGet, fieldsToSend, handedOut, namedPath, type SendOptions } from './handing-out.ts'
import { type Entry, TRUST } from './memory.ts'
import { type FilesOptions, type FolderSettings, settingsAt, settingsOf } from './options.ts'
import { overlaid } from './overlaid.ts'
import { compileHeaders, compileRedirects, locationAt, redirectReply, withQuery } from './rules.ts'
import { ledgerOf, type Place, type Resource, Store } from './store.ts'

/** What the handler has kept and lent right now. */
export interface FilesStats {
  /** Files known in memory. */
  readonly cachedFiles: number
  /** Bytes of memory that they take. */
  readonly cachedBytes: number
  /** Descriptors that are open. */
  readonly openFiles: number
  /** Bytes of buffers that replies under way hold. */
  readonly lentBytes: number
  /** Bytes of buffers that are kept for the next reply. */
  readonly freeBytes: number
}

/** A folder as a handler. It throws `Refused` for what it does not serve. */
export interface FilesHandler extends Handler {
  /**
   * One file of the folder as a reply, for a program that decides which: with all that a request for it would get (conditions, ranges,
   * codings, HEAD), but no index, clean URL, listing or redirect. In answer to other methods than GET and HEAD it is sent whole.
   * @param path below the root, decoded: `reports/2026.pdf`. Parts of it may be a client's: what leads out of the folder is not found.
   * @throws Refused where there is no such file, or a condition or range asks for a refusal; FieldError for a field that cannot be sent
   */
  send(exchange: Exchange, path: string, options?: SendOptions): Reply | Promise<Reply>
  /** What is kept and lent right now: to watch memory and descriptors. */
  stats(): FilesStats
  /** Lets go of all that is kept. Replies under way go on. */
  close(): void
}

export function filesHandler(root: string, options: FilesOptions): FilesHandler {
  const settings = settingsOf(options)
  const { folders, clock } = settings
  const redirects = compileRedirects(options.redirects ?? [])
  const store = new Store(root, settings, compileHeaders(options.headers ?? []))
  const buffers = new BufferPool()
  const to: Answering = { store, buffers, clock }
  const windows = process.platform === 'win32'
  const pages = new Map(folders.map(folder => [folder, pageOf(folder, folders)]))

  const handler: Handler = exchange => {
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return otherMethod(exchange)
    const now = clock.now()
    const entry = store.memory.fresh(exchange.path, now)
    if (entry === undefined) return exchange.path === '' ? toFolder(exchange) : find(exchange)
    if (!entry.renewing && now - entry.checked > RENEWED) renew(entry)
    return answer(to, entry, exchange)
  }

  return Object.assign(handler, {
    send,
    stats: () => ledgerOf(store, buffers),
    close() {
      store.memory.clear()
      buffers.clear()
    },
  })

  function send(exchange: Exchange, path: string, options: SendOptions = {}): Reply | Promise<Reply> {
    const decoded = namedPath(path, windows)
    const fields = fieldsToSend(options, decoded.segments.at(-1) as string)
    const encoded = encodePath(decoded)
    const here = settingsAt(folders, encoded)
    const asked = exchange.method === 'GET' || exchange.method === 'HEAD' ? exchange : asPlainGet(exchange)
    // With clean URLs the path itself may be a redirect: then the file is known by a name of its own.
    const place = here.cleanUrls
      ? { path: `file:${encoded}`, decoded, settings: { ...here, cleanUrls: false } }
      : { path: encoded, decoded, settings: here }
    const reply = knownFile(place, asked) ?? lookForFile(place, asked)
    return reply instanceof Reply ? handedOut(reply, fields) : reply.then(sent => handedOut(sent, fields))
  }

  function knownFile(place: Place, exchange: Exchange): Reply | Promise<Reply> | null {
    const now = clock.now()
    const entry = store.memory.fresh(place.path, now)
    if (entry !== undefined) return answer(to, entry, exchange)
    const refused = store.memory.refused(place.path, now)
    if (refused !== undefined) throw refused
    return null
  }

  async function lookForFile(place: Place, exchange: Exchange): Promise<Reply> {
    const found = await store.look(place)
    if (found.kind !== 'file') throw notFound
    return answer(to, found, exchange)
  }

  /** Where the handler is mounted and its prefix alone was asked for: links in the folder's page are relative to the folder. */
  function toFolder({ base, query }: Exchange): Reply {
    return redirectReply(withQuery(sitePath(`${base}/`), query), 301, settingsAt(folders, '/').fields)
  }

  /** Looks at the disk before what is known gets too old, so that nobody has to wait for it. */
  function renew(entry: Entry): void {
    entry.renewing = true
    const decoded = decodePath(entry.path, windows)
    if (typeof decoded === 'string') return
    const path = encodePath(decoded)
    store.look({ path, decoded, settings: settingsAt(folders, path) }).catch(() => {})
  }

  function find(exchange: Exchange): Reply | Promise<Reply> {
    const decoded = decodePath(exchange.path, windows)
    if (typeof decoded === 'string') throw badPath(decoded)
    const path = encodePath(decoded)
    const here = settingsAt(folders, path)
    const elsewhere = redirects(path, exchange, here.fields)
    if (elsewhere !== null) return elsewhere
    return (
      known({ path, decoded, settings: here }, exchange) ?? lookAndAnswer({ path, decoded, settings: here }, exchange)
    )
  }

  /** The reply where memory has it, by the one spelling of the path. */
  function known(place: Place, exchange: Exchange): Reply | Promise<Reply> | null {
    const now = clock.now()
    const entry = store.memory.fresh(place.path, now)
    if (entry !== undefined) return answer(to, entry, exchange)
    const refused = store.memory.refused(place.path, now)
    return refused === undefined ? null : instead(refused, place, exchange)
  }

  async function lookAndAnswer(place: Place, exchange: Exchange): Promise<Reply> {
    let found: Resource
    try {
      found = await store.look(place)
    } catch (error) {
      return instead(error, place, exchange)
    }
    const { settings, decoded } = place
    if (found.kind === 'file') return answer(to, found, exchange)
    if (found.kind === 'redirect') {
      const location = withQuery(locationAt(exchange, found.location), exchange.query)
      return redirectReply(location, 301, settings.fields)
    }
    if (settings.listing === null) return instead(noListing, place, exchange)
    const path = decoded.segments.length === 0 ? '/' : `/${decoded.segments.join('/')}/`
    return settings.listing({ path, directory: found.directory, hidden: settings.hidden }, exchange)
  }

  /** What is sent where there is no file: the page of a single-page application, or the refusal. */
  function instead(error: unknown, place: Place, exchange: Exchange): Reply | Promise<Reply> {
    const page = pages.get(place.settings)
    const absent = error instanceof Refused && ABSENT.has(error.refusal.rule)
    if (!page || !absent || place === page || !looksLikePage(place.decoded, exchange)) throw error
    return known(page, exchange) ?? lookAndAnswer(page, exchange)
  }

  function otherMethod(exchange: Exchange): Reply {
    if (exchange.method !== 'OPTIONS') throw methodNotAllowed
    return new Reply(204, overlaid(ALLOW, settingsAt(folders, exchange.path).fields))
  }
}

/** Milliseconds after which the disk is asked again while the last answer may still be believed. */
const RENEWED = TRUST * 0.8

/** The refusals that a single-page application answers in its own way. */
const ABSENT = new Set(['not-found', noListing.refusal.rule])

/** The page that answers for paths without a file. Its reply depends on Accept, so it is known by a name of its own. */
function pageOf(folder: FolderSettings, folders: readonly FolderSettings[]): Place | null {
  if (folder.spa === null) return null
  const decoded = decodePath(folder.spa, false)
  if (typeof decoded === 'string') throw badPath(decoded)
  const there = settingsAt(folders, folder.spa)
  const fields = overlaid(there.fields, FieldList.of({ Vary: 'Accept' }))
  return { path: `page:${folder.spa}`, decoded, settings: { ...there, cleanUrls: false, fields } }
}

/** A path to a page has no extension, and is asked for by something that shows pages. */
function looksLikePage({ segments }: DecodedPath, { fields }: Exchange): boolean {
  if (segments.at(-1)?.includes('.')) return false
  return chooseMediaType(fields.get('accept'), ['text/html']) !== null
}
