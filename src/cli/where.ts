// Where to listen: what systemd hands over, a Unix socket, or a port, the next free one if asked.
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Config, ConfigError, type Loaded, originText } from '../config/index.ts'
import type { Place } from '../server/index.ts'

/** What `--port auto` starts from, and how far it looks. */
const FIRST_PORT = 8000
const PORTS_TRIED = 100

/** The places to try, one after the other, until one is free. */
export function placesToListen(config: Config, handedOver: readonly { readonly fd: number }[]): Place[][] {
  if (handedOver.length > 0) return [handedOver.map(({ fd }) => ({ fd }))]
  if (config.unix_socket !== null) return [[{ path: config.unix_socket }]]
  // Without a host the server takes both of the machine's own addresses, 127.0.0.1 and ::1.
  const host = config.host === 'localhost' ? undefined : config.host
  const beside = config.http_port === null ? [] : [{ port: config.http_port, host, tls: false }]
  if (config.port !== 'auto') return [[{ port: config.port, host }, ...beside]]
  return Array.from({ length: PORTS_TRIED }, (_, i) => [{ port: FIRST_PORT + i, host }, ...beside])
}

/** Tries the places in turn; goes on to the next where one is taken. @throws what the last one threw */
export async function firstFree<T>(places: readonly Place[][], start: (places: Place[]) => Promise<T>): Promise<T> {
  for (const [at, place] of places.entries()) {
    try {
      return await start(place)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || at === places.length - 1) throw error
    }
  }
  throw new RangeError('there must be a place to listen')
}

/** The error of listening as one that says what to do about it; others as they are. */
export function listenError(error: unknown, { config, origins }: Loaded): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (typeof code !== 'string') return error
  const explain = config.unix_socket === null ? PORT_ERRORS[code] : SOCKET_ERRORS[code]
  if (explain === undefined) return error
  const key = config.unix_socket !== null ? 'unix_socket' : HOST_CODES.has(code) ? 'host' : 'port'
  const told = originText(origins[key]) === 'default' ? '' : ` (from ${originText(origins[key])})`
  return new ConfigError([{ origin: { source: 'default' }, message: explain(config) + told }])
}

type Explain = (config: Config) => string

const HOST_CODES = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'])

const unknownHost: Explain = ({ host }) => `This machine has no address ${JSON.stringify(host)} to listen on`

const PORT_ERRORS: Readonly<Record<string, Explain>> = {
  EADDRINUSE: ({ port }) =>
    port === 'auto'
      ? `The ports ${FIRST_PORT} to ${FIRST_PORT + PORTS_TRIED - 1} are all taken`
      : `Port ${port} is taken by another program; --port auto takes the next free one`,
  EACCES: ({ port }) => `Port ${port} may not be used without more rights; try one above 1023`,
  EADDRNOTAVAIL: unknownHost,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  EINVAL: unknownHost,
}

const SOCKET_ERRORS: Readonly<Record<string, Explain>> = {
  EADDRINUSE: ({ unix_socket }) => `Another program listens on the Unix socket ${unix_socket}`,
  // libuv has EACCES for a folder that is missing too.
  EACCES: ({ unix_socket }) =>
    existsSync(dirname(unix_socket ?? ''))
      ? `The Unix socket ${unix_socket} may not be made there: permission is denied`
      : `The Unix socket ${unix_socket} cannot be made: there is no such folder`,
}
