// What is asked of the servers, as data. Adding a load is adding a row.

/** What a peer offers. `bare` is a socket that is read once and answered, without HTTP: the zero point of memory and start. */
export type Service = 'hello' | 'https' | 'files' | 'bare'

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
  /** Requests in flight on each connection. */
  readonly pipelined: number
}

/** Connections that have had one reply and now wait; the figure is the server's memory for each. */
export interface Idle extends Common {
  readonly kind: 'idle'
  readonly connections: number
}

/** From the start of the process to the first byte of its first reply. */
export interface Start extends Common {
  readonly kind: 'start'
}

export type Load = Throughput | Idle | Start

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
  Connection: 'keep-alive',
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

/** Throughput with wrk's usual 64 keep-alive connections. */
function throughput(name: string, title: string, differences: Partial<Throughput> = {}): Throughput {
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
    pipelined: 1,
    ...differences,
  }
}

export const loads: readonly Load[] = [
  throughput('hello', 'Hello'),
  throughput('browser', "Hello, with a browser's fields", { fields: BROWSER }),
  throughput('pipelined', 'Hello, 16 requests in flight on each connection', { pipelined: 16 }),
  throughput('https', 'Hello over HTTPS, keep-alive', { services: ['https'] }),
  throughput('file-1k', 'A file of 1 KB', { services: ['files'], path: '/1k.css' }),
  throughput('file-100k', 'A file of 100 KB', { services: ['files'], path: '/100k.js' }),
  throughput('file-100m', 'A file of 100 MB', {
    services: ['files'],
    path: '/100m.bin',
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
]
