// Everything that can answer requests, as a handler.
import type { Handler } from '../exchange/index.ts'
import { type FetchApp, fetchHandler } from './fetch/index.ts'

/** Anything that can answer requests: a handler, an `App`, or anything with a Web-standard `fetch(request)`, such as a Hono or an h3 app. */
export type Mountable = Handler | { readonly handler: Handler } | FetchApp

/** Anything that can answer requests, as a handler. @throws TypeError for what is none of these */
export function handlerOf(what: Mountable): Handler {
  if (typeof what === 'function') return what
  if (typeof what === 'object' && what !== null) {
    // h3's applications have a `handler` of their own as well, which is none of ours.
    if ('fetch' in what && typeof what.fetch === 'function') return fetchHandler(what)
    if ('handler' in what && typeof what.handler === 'function') return what.handler
  }
  throw new TypeError(
    `What answers requests must be a handler (a function from an exchange to a reply), an App, or have a method fetch(request), not ${what === null ? 'null' : typeof what}`,
  )
}
