// Live reload: open pages follow what changes in a folder. A handler around the site's own: it answers two reserved
// addresses (the script, the event stream) and puts the script into the pages that pass through.
import { type Exchange, type Handler, type Refusal, type Refuse, Refused, Reply } from '../../exchange/index.ts'
import { FieldList } from '../../http/fields.ts'
import { SCRIPT, SCRIPT_PATH, STREAM_PATH, scriptTag } from './browser.ts'
import { changesOf, systemTimer, systemWatch, type Timer, type Watch } from './changes.ts'
import { injected } from './inject.ts'
import { asPageRequest } from './request.ts'
import { eventText, Listeners } from './stream.ts'

/** What live reload can be told; all of it may be left out. */
export interface LiveOptions {
  /** Told once if the folder can no longer be watched; pages then stay as they are. */
  readonly failed?: (error: Error) => void
  /** Waiting and watching; the machine's unless a test has its own. */
  readonly timer?: Timer
  /** Watches a folder. */
  readonly watch?: Watch
}

/** The site's handler with live reload around it. */
export interface LiveReload extends Handler {
  /** Error pages with the script in them, so that a page that failed comes back by itself. */
  refuse(refuse: Refuse): Refuse
  /** Stops watching and ends the event streams. */
  close(): void
}

/**
 * Puts live reload around a site's handler: pages that are open load again when a file below `root` changes. For
 * development: pages are sent whole and are not kept by browsers while it is on. At most 64 pages can listen at a time.
 * @param root the folder to watch; hidden files and `node_modules` do not count
 */
export function liveReload(handler: Handler, root: string, options: LiveOptions = {}): LiveReload {
  const { timer = systemTimer, watch = systemWatch, failed = () => {} } = options
  const listeners = new Listeners(timer)
  // A page may come from an earlier run of the server; that run's versions must not look like this one's.
  const run = Date.now().toString(36)
  let count = 0
  // The pages of refusals are made outside of what the site is mounted below: what was asked for last tells where that is.
  let mountedAt = ''
  const version = () => `${run}.${count}`

  const changes = changesOf(root, watch, timer, changed, failed)

  function changed(paths: readonly string[] | null): void {
    count++
    const styles = paths?.every(path => /\.css$/i.test(path)) ?? false
    const event = styles
      ? eventText(
          'css',
          paths?.map(path => `/${path}`),
          version(),
        )
      : eventText('reload', null, version())
    listeners.send(event)
  }

  function stream(exchange: Exchange): Reply {
    if (exchange.method === 'HEAD') return new Reply(200, STREAM_FIELDS)
    const seen = exchange.fields.get('last-event-id') ?? new URLSearchParams(exchange.query).get('since') ?? version()
    // What changed between the making of the page and now has been missed.
    const first = eventText(seen === version() ? 'hello' : 'reload', null, version())
    const body = listeners.add(`retry: 500\n${first}`)
    if (body === null) throw new Refused(tooManyListeners())
    return new Reply(200, STREAM_FIELDS, body)
  }

  function live(exchange: Exchange): Reply | Promise<Reply> {
    const { path, method, base } = exchange
    mountedAt = base
    if (path === SCRIPT_PATH || path === STREAM_PATH) {
      if (method !== 'GET' && method !== 'HEAD') throw new Refused(onlyRead())
      return path === SCRIPT_PATH ? new Reply(200, SCRIPT_FIELDS, SCRIPT) : stream(exchange)
    }
    // The version is taken before the page is read: a change in between makes the page load once too often, not once too little.
    const tag = scriptTag(version(), base)
    const reply = handler(asPageRequest(exchange))
    return reply instanceof Promise ? reply.then(settled => injected(settled, tag)) : injected(reply, tag)
  }

  return Object.assign(live, {
    refuse:
      (refuse: Refuse): Refuse =>
      (refusal, exchange) =>
        injected(refuse(refusal, exchange), scriptTag(version(), mountedAt)),
    close() {
      changes.close()
      listeners.close()
    },
  })
}

const SCRIPT_FIELDS = FieldList.of({
  'Content-Type': 'text/javascript; charset=utf-8',
  'Cache-Control': 'no-cache',
  'X-Content-Type-Options': 'nosniff',
})
const STREAM_FIELDS = FieldList.of({
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
})

function onlyRead(): Refusal {
  return {
    status: 405,
    rule: 'method-not-allowed',
    section: 'RFC 9110 section 15.5.6',
    detail: 'Live reload is read with GET',
    fields: FieldList.of({ Allow: 'GET, HEAD' }),
  }
}

function tooManyListeners(): Refusal {
  return {
    status: 503,
    rule: 'too-many-live-pages',
    section: 'RFC 9110 section 15.6.4',
    detail: 'More pages listen for changes than live reload serves; close some of them',
    fields: FieldList.of({ 'Retry-After': 5 }),
  }
}
