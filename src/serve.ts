// `serve` as programs call it: it takes everything that can answer requests.
import { handlerOf, type Mountable } from './app/index.ts'
import type { Handler } from './exchange/index.ts'
import {
  type VirtualHost as HandlerHost,
  type ServeOptions,
  type Server,
  serve as serveHandlers,
} from './server/index.ts'

/** One of several hosts on the same server. */
export interface VirtualHost extends Omit<HandlerHost, 'handler'> {
  /** A handler, an `App`, or anything with `fetch(request)`. */
  readonly handler: Mountable
}

/**
 * Serves an application until the server is closed or drained; fulfilled once it listens.
 * @param what an `App`, a handler, anything with a Web-standard `fetch(request)`, or several hosts
 * @throws TypeError, TlsError or Error for options that are wrong, and for a port that is taken
 */
export async function serve(what: Mountable | readonly VirtualHost[], options?: ServeOptions): Promise<Server> {
  return serveHandlers(isHosts(what) ? what.map(withHandler) : handlerOf(what), options)
}

function withHandler(host: VirtualHost): HandlerHost {
  return { ...host, handler: handlerOf(host.handler) as Handler }
}

function isHosts(what: Mountable | readonly VirtualHost[]): what is readonly VirtualHost[] {
  return Array.isArray(what)
}
