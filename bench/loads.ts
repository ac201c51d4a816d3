// What is asked of the servers, as data. Adding a load is adding a row.
import { wsLoads } from './ws-loads.ts'

/**
 * What a peer offers. `bare` is a socket that is read once and answered, without HTTP: the zero point of memory and start.
 * Those with `h2` are spoken to in HTTP/2, those with `tls` over TLS; `h2-upload` takes content at `/upload` and says how much it was.
 * `param` greets whom `/hello/:name` names; `routes` and `hooks` do the same among many routes, and with hooks. `page` makes a page of
 * 20 KB and compresses it, `page-plain` does not; `codec` is no server, but what compresses the same pages alone. `echo` is `npm run echo`.
 * `events` sends an event to all that listen at `/events` when `/publish` is asked for.
 * `ws` sends WebSocket messages back, `ws-limit` sends others of the same length, `ws-deflate` compresses them if asked to; `ws-rooms` sends
 * a message to all, or so many at once as the path goes on with. `ws-echo` is `npm run echo`. `h2-ws` is `ws` over HTTP/2.
 */
export type Service =
  | 'hello'
  | 'https'
  | 'files'
  | 'bare'
  | 'param'
  | 'routes'
  | 'hooks'
  | 'page'
  | 'page-plain'
  | 'codec'
  | 'echo'
  | 'events'
  | 'ws'
  | 'ws-limit'
  | 'ws-deflate'
  | 'ws-rooms'
  | 'ws-echo'
  | 'h2'
  | 'h2-tls'
  | 'h2-files'
  | 'h2-files-tls'
  | 'h2-upload'
  | 'h2-param'
  | 'h2-echo'
  | 'h2-ws'

interface Common {
  readonly name: string
  readonly title: string
  /** The peers measured are those that offer one of these. */
  readonly services: readonly Service[]
  readonly path: string
  /** What the bar and the table's first figure mean. */
  readonly unit: string
  /** How many rounds there are unless the command line says otherwise. */
  readonly rounds: number
}

/** Requests as fast as they are answered; the figure is the server's CPU for each request, or for each gigabyte. */
export interface Throughput extends Common {
  readonly kind: 'throughput'
  readonly per: 'request' | 'gigabyte'
  readonly connections: number
  readonly fields: Readonly<Record<string, string>>
  /** Requests in flight on each connection: pipelined in HTTP/1.1, streams in HTTP/2. */
  readonly inFlight: number
  /** Bytes of content that each request brings, by POST; 0 for a GET. They are all `x`. */
  readonly sends: number
  /** The text that each reply must have as its content; null for that of the file at `path`. */
  readonly answer: string | null
  /** What else is asked for, in turn with `path`. */
  readonly others: readonly { readonly path: string; readonly answer: string }[]
}

/** WebSocket messages that come back, as fast as they do; the figure is the server's CPU for each. */
export interface Messages extends Common {
  readonly kind: 'messages'
  readonly connections: number
  /** Messages in flight on each connection. */
  readonly inFlight: number
  /** Bytes of each message. */
  readonly size: number
  /** `json` is text such as applications send, `deflate` the same, compressed. */
  readonly content: 'binary' | 'text' | 'json' | 'deflate'
}

/** A page that is compressed as it is made; the figure is the server's CPU for each page, less that for the same page plain. */
export interface Compression extends Common {
  readonly kind: 'compression'
  readonly coding: 'gzip' | 'br' | 'zstd'
  /** What this server compresses with unless it is told otherwise. */
  readonly level: number
}

/** Server-sent events, or WebSocket messages, that go to many listeners at once; the figure is the server's CPU for each that came. */
export interface Broadcast extends Common {
  readonly kind: 'broadcast'
  readonly listeners: number
  /** So many are sent within one turn of the server's loop. */
  readonly atOnce: number
}

/** Connections that wait, and nothing happens on them; the figure is the server's memory for each, or for each stream. */
export interface Idle extends Common {
  readonly kind: 'idle'
  readonly connections: number
  /** Connections that are open before the first look, so that what is made once is not counted. */
  readonly warm: number
  /** Requests on each HTTP/2 connection whose content does not come. 0: the connection has had one reply, and that is all. */
  readonly openStreams: number
}

/** One message's content on one stream, over a path that takes its time; the figure is how long it takes. */
export interface Transfer extends Common {
  readonly kind: 'transfer'
  readonly direction: 'up' | 'down'
  readonly bytes: number
  /** Milliseconds, each way. */
  readonly delay: number
}

/** From the start of the process to the first byte of its first reply. */
export interface Start extends Common {
  readonly kind: 'start'
}

export type Load = Throughput | Messages | Compression | Broadcast | Idle | Transfer | Start

/** How a load is run. */
export interface Plan {
  readonly rounds: number
  /** Rounds are spread over so many starts, since a compiler in the server may decide otherwise each time. */
  readonly starts: number
  readonly seconds: number
  readonly progress: (text: string) => void
}

/** What the latest Chrome on Linux sends when a page is opened, with one small cookie. */
const BROWSER = {
  'sec-ch-ua': '"Google Chrome";v="141", "Not?A_Brand";v="8", "Chromium";v="141"',
  'sec-ch-ua-mobile': '?0',
  'sec-ch-ua-platform': '"Linux"',
  'Upgrade-Insecure-Requests': '1',
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  Accept:
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  'Sec-Fetch-Site': 'none',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-User': '?1',
  'Sec-Fetch-Dest': 'document',
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  'Accept-Language': 'en-GB,en;q=0.9',
  Cookie: 'theme=dark; session=8f14e45fceea167a5a36dedd4bea2543',
}

/** The document root's files and their sizes in bytes. */
export const FILES: Readonly<Record<string, number>> = {
  '/1k.css': 1024,
  '/100k.js': 100 * 1024,
  '/100m.bin': 100 * 1024 * 1024,
}

/** What `/hello/:name` is asked for, and answers. */
const GREETING = { path: '/hello/world', answer: 'Hello, world' }

/** The same of many: as real requests are, and nothing that was worked out for the last one helps. */
const GREETINGS = {
  ...GREETING,
  others: Array.from({ length: 63 }, (_, i) => ({ path: `/hello/name-${i}`, answer: `Hello, name-${i}` })),
}

/** A file of the document root. */
function file(path: string) {
  return { path, answer: null }
}

/** Throughput with wrk's usual 64 keep-alive connections. */
export function throughput(name: string, title: string, differences: Partial<Throughput> = {}): Throughput {
  return {
    kind: 'throughput',
    name,
    title,
    services: ['hello'],
    path: '/',
    unit: 'µs CPU per request',
    rounds: 15,
    per: 'request',
    connections: 64,
    fields: {},
    inFlight: 1,
    sends: 0,
    answer: 'Hello, world!',
    others: [],
    ...differences,
  }
}

/** The same over HTTP/2, with h2load's 8 connections of 100 streams each. */
export function h2(name: string, title: string, differences: Partial<Throughput> = {}): Throughput {
  return throughput(name, title, { services: ['h2'], connections: 8, inFlight: 100, ...differences })
}

function compression(coding: Compression['coding'], level: number): Compression {
  return {
    kind: 'compression',
    name: `page-${coding}`,
    title: `Compressing a page of 20 KB with ${coding}`,
    services: ['page', 'codec'],
    path: '/page',
    unit: 'µs CPU per page',
    rounds: 9,
    coding,
    level,
  }
}

/** 100 MB over a round trip of 40 ms. */
function transfer(name: string, title: string, direction: 'up' | 'down', service: Service, path: string): Transfer {
  const bytes = 100 * 1024 * 1024
  return {
    kind: 'transfer',
    name,
    title,
    services: [service],
    path,
    unit: 's for 100 MB',
    rounds: 5,
    direction,
    bytes,
    delay: 20,
  }
}

export const loads: readonly Load[] = [
  throughput('hello', 'Hello'),
  throughput('browser', "Hello, with a browser's fields", { fields: { Connection: 'keep-alive', ...BROWSER } }),
  throughput('pipelined', 'Hello, 16 requests in flight on each connection', { inFlight: 16 }),
  throughput('https', 'Hello over HTTPS, keep-alive', { services: ['https'] }),
  throughput('param', 'An application with the route /hello/:name', { services: ['param'], ...GREETING }),
  throughput('param-names', 'The same, 64 names in turn', { services: ['param'], ...GREETINGS }),
  throughput('routes', 'The same in the middle of 10, 1,000 and 10,000 routes', { services: ['routes'], ...GREETINGS }),
  throughput('hooks', 'The same without hooks and with three', { services: ['hooks'], ...GREETINGS }),
  compression('gzip', 6),
  compression('br', 4),
  compression('zstd', 3),
  {
    kind: 'broadcast',
    name: 'events',
    title: 'An event to 5,000 listeners',
    services: ['events'],
    path: '/events',
    unit: 'µs CPU per event that came',
    rounds: 9,
    listeners: 5000,
    atOnce: 1,
  },
  throughput('file-1k', 'A file of 1 KB', { services: ['files'], ...file('/1k.css') }),
  throughput('file-100k', 'A file of 100 KB', { services: ['files'], ...file('/100k.js') }),
  throughput('file-100m', 'A file of 100 MB', {
    services: ['files'],
    ...file('/100m.bin'),
    unit: 'ms CPU per GB',
    per: 'gigabyte',
    connections: 4,
  }),
  {
    kind: 'idle',
    name: 'idle',
    title: 'Memory of an idle connection that has had one reply',
    services: ['hello', 'bare'],
    path: '/',
    unit: 'bytes per connection',
    rounds: 3,
    connections: 10_000,
    warm: 1000,
    openStreams: 0,
  },
  {
    kind: 'start',
    name: 'start',
    title: 'From start to first reply, a hello program',
    services: ['hello', 'bare'],
    path: '/',
    unit: 'ms',
    rounds: 20,
  },
  {
    kind: 'start',
    name: 'start-files',
    title: 'From start to first reply, a folder served',
    services: ['files', 'bare'],
    path: '/1k.css',
    unit: 'ms',
    rounds: 20,
  },
  h2('h2-hello', 'HTTP/2: hello, 8 connections of 100 streams'),
  h2('h2-hello-64', 'HTTP/2: hello, 64 connections of one stream', { connections: 64, inFlight: 1 }),
  h2('h2-browser', "HTTP/2: hello, with a browser's fields", { fields: BROWSER }),
  h2('h2-tls', 'HTTP/2: hello over TLS, 8 connections of 100 streams', { services: ['h2-tls'] }),
  h2('h2-tls-64', 'HTTP/2: hello over TLS, 64 connections of one stream', {
    services: ['h2-tls'],
    connections: 64,
    inFlight: 1,
  }),
  h2('h2-param', 'HTTP/2: an application with the route /hello/:name', { services: ['h2-param'], ...GREETING }),
  h2('h2-param-names', 'HTTP/2: the same, 64 names in turn', { services: ['h2-param'], ...GREETINGS }),
  h2('h2-file-1k', 'HTTP/2: a file of 1 KB', { services: ['h2-files'], ...file('/1k.css') }),
  h2('h2-file-100k', 'HTTP/2: a file of 100 KB', { services: ['h2-files'], ...file('/100k.js') }),
  h2('h2-tls-file-1k', 'HTTP/2: a file of 1 KB over TLS', { services: ['h2-files-tls'], ...file('/1k.css') }),
  h2('h2-tls-file-100k', 'HTTP/2: a file of 100 KB over TLS', { services: ['h2-files-tls'], ...file('/100k.js') }),
  transfer('h2-upload', 'HTTP/2: an upload of 100 MB over a slow path', 'up', 'h2-upload', '/upload'),
  transfer('h2-download', 'HTTP/2: a download of 100 MB over a slow path', 'down', 'h2-files', '/100m.bin'),
  {
    kind: 'idle',
    name: 'h2-idle',
    title: 'HTTP/2: memory of an idle connection that has had one reply',
    services: ['h2'],
    path: '/',
    unit: 'bytes per connection',
    rounds: 3,
    connections: 1000,
    warm: 100,
    openStreams: 0,
  },
  {
    kind: 'idle',
    name: 'h2-streams',
    title: 'HTTP/2: memory of an open stream whose content does not come',
    services: ['h2-upload'],
    path: '/upload',
    unit: 'bytes per stream',
    rounds: 3,
    connections: 100,
    warm: 10,
    openStreams: 100,
  },
  ...wsLoads,
]

/** Whether a service is spoken to in HTTP/2. */
export function isH2(service: Service): boolean {
  return service.startsWith('h2')
}

export function isSecure(service: Service): boolean {
  return service === 'https' || service.endsWith('tls')
}
