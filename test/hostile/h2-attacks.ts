// What is known to have brought HTTP/2 servers down, and its kin: frames that cost the sender little, sent on and on. For
// each: what bounds it, after how many frames the connection is ended, and how. docs/abuse.md has the same table; a test
// holds both to what the server does.
import { BUDGETS } from '../../src/h2/budgets.ts'
import { DEFAULT_LIMITS, RULES, type RuleName } from '../../src/h2/index.ts'
import type { H2Client } from '../support/h2-client.ts'
import {
  continuation,
  data,
  frame,
  get,
  goaway,
  headers,
  headersInPieces,
  huffmanZeros,
  indexed,
  literal,
  ping,
  post,
  priority,
  priorityUpdate,
  rstStream,
  type SettingValues,
  settings,
  settingsAck,
  tableSize,
  windowUpdate,
} from '../support/h2-frames.ts'

export interface Attack {
  readonly name: string
  /** What it is known as. */
  readonly known?: string
  /** The rule that ends it. */
  readonly rule: RuleName
  /** Frames of the attack until the GOAWAY is in the output: exactly so many, if no time passes. */
  readonly frames: number
  readonly settings?: SettingValues
  /** Sent before the attack; not counted. */
  readonly begin?: (client: H2Client) => void
  /** Frames that are sent again and again. `n` counts from 0. */
  readonly round: (client: H2Client, n: number) => Uint8Array[]
}

/** The frame that goes beyond each budget. */
const RESETS = BUDGETS.reset.most + 1
const PINGS = BUDGETS.ping.most + 1
const SETTINGS = BUDGETS.settings.most + 1
const IDLE_FRAMES = BUDGETS['idle-frame'].most + 1
const CONTINUATIONS = BUDGETS.continuation.most + 1
/** SETTINGS_MAX_CONCURRENT_STREAMS, by default. */
const STREAMS = DEFAULT_LIMITS.streams

type Again = (stream: number) => Uint8Array[]

/** Sent over and over, each time on a new stream. */
function onNewStreams(name: string, known: string | null, frames: number, again: Again): Attack {
  const attack = { name, rule: 'too-many-resets', frames, round: client => again(client.nextStream()) } satisfies Attack
  return known === null ? attack : { ...attack, known }
}

/** Sent over and over, after a beginning that prepares it. */
function frames(
  name: string,
  rule: RuleName,
  count: number,
  round: Attack['round'],
  more: Partial<Pick<Attack, 'known' | 'begin' | 'settings'>> = {},
): Attack {
  return { name, rule, frames: count, round, ...more }
}

// --- Streams opened to be reset ---

const RAPID_RESET: readonly Attack[] = [
  onNewStreams('Rapid reset: requests', 'CVE-2023-44487', 2 * RESETS, stream => [
    headers(stream, get('/never'), { endStream: true }),
    rstStream(stream),
  ]),
  onNewStreams('Rapid reset: requests without their end', 'CVE-2023-44487', 2 * RESETS, stream => [
    headers(stream, post('/collect')),
    rstStream(stream),
  ]),
  // As many handlers run as there may be streams; after that every other request is refused.
  onNewStreams(
    'Rapid reset: of what does not end when it is aborted',
    'CVE-2023-44487',
    2 * (STREAMS + RESETS) - 1,
    stream => [headers(stream, get('/deaf'), { endStream: true }), rstStream(stream)],
  ),
  onNewStreams('Rapid reset: while the reply is on its way', 'CVE-2023-44487', 2 * RESETS, stream => [
    headers(stream, get('/big'), { endStream: true }),
    rstStream(stream),
  ]),
]

/** What costs a stream whose request is being worked on. */
const WRONG_ON_STREAMS: Record<string, Again> = {
  'a window update of 0': stream => [windowUpdate(stream, 0)],
  'a window overflow': stream => [windowUpdate(stream, 2 ** 31 - 1)],
  'DATA after the end': stream => [data(stream, 'x')],
  'HEADERS after the end': stream => [headers(stream, [['x', 'y']], { endStream: true })],
}

/** Requests that are wrong in a way that costs the stream. */
const WRONG_REQUESTS: Record<string, Again> = {
  'more content than announced': stream => [
    headers(stream, post('/never', [['content-length', '1']])),
    data(stream, 'xx'),
  ],
  'less content than announced': stream => [
    headers(stream, post('/never', [['content-length', '2']])),
    data(stream, 'x', { endStream: true }),
  ],
  'more content than its window': stream => [
    headers(stream, post('/never')),
    ...Array.from({ length: 4 }, () => data(stream, new Uint8Array(16384))),
  ],
  'trailers that do not end it': stream => [headers(stream, post('/never')), headers(stream, [['x', 'y']])],
  'trailers that frame': stream => [
    headers(stream, post('/never')),
    headers(stream, [['content-length', '1']], { endStream: true }),
  ],
  'a name in upper case': stream => [headers(stream, get('/', [['X', 'y']]), { endStream: true })],
  'a connection field': stream => [headers(stream, get('/', [['connection', 'close']]), { endStream: true })],
  'a missing pseudo-field': stream => [headers(stream, get().slice(1), { endStream: true })],
  'a field without a name': stream => [headers(stream, get('/', [['', '']]), { endStream: true })],
}

const MADE_YOU_RESET: readonly Attack[] = [
  ...Object.entries(WRONG_ON_STREAMS).map(([what, wrong]) =>
    onNewStreams(`Made you reset: ${what}`, 'CVE-2025-8671', 2 * RESETS, stream => [
      headers(stream, get('/never'), { endStream: true }),
      ...wrong(stream),
    ]),
  ),
  ...Object.entries(WRONG_REQUESTS).map(([what, wrong]) =>
    onNewStreams(`Made you reset: ${what}`, 'CVE-2025-8671', wrong(1).length * RESETS, wrong),
  ),
]

const TOO_MANY: readonly Attack[] = [
  onNewStreams('Requests without their end', null, STREAMS + RESETS, stream => [headers(stream, post('/collect'))]),
  onNewStreams('Requests for what takes long', null, STREAMS + RESETS, stream => [
    headers(stream, get('/never'), { endStream: true }),
  ]),
]

// --- Heads that do not end ---

function beginHead(client: H2Client): void {
  client.send(headers(client.nextStream(), get(), { endHeaders: false, endStream: true }))
}

function beginTrailers(client: H2Client): void {
  const stream = client.nextStream()
  client.send(headers(stream, post('/collect')), headers(stream, [], { endStream: true, endHeaders: false }))
}

/** A field of 8000 bytes of which only the beginning is there. */
function beginString(client: H2Client): void {
  client.send(headers(client.nextStream(), literal('x', 'y'.repeat(8000)).subarray(0, 6), { endHeaders: false }))
}

function goOn(piece: (n: number) => Uint8Array): Attack['round'] {
  return (client, n) => [continuation(client.latestStream, piece(n), { endHeaders: false })]
}

const EMPTY = new Uint8Array(0)
const SMALL = literal('x', 'y')
const KILOBYTE = literal('x', 'y'.repeat(1000))

const CONTINUATION_FLOODS: readonly Attack[] = [
  frames(
    'CONTINUATION flood',
    'endless-head',
    CONTINUATIONS,
    goOn(() => KILOBYTE),
    {
      known: 'CVE-2024-27316',
      begin: beginHead,
    },
  ),
  frames(
    'CONTINUATION flood in trailers',
    'endless-head',
    CONTINUATIONS,
    goOn(() => KILOBYTE),
    {
      known: 'CVE-2024-27316',
      begin: beginTrailers,
    },
  ),
  // 64 KB: twice the largest head that is answered.
  frames(
    'CONTINUATION flood, frames of 16 KB',
    'endless-head',
    5,
    goOn(() => literal('x', 'y'.repeat(16000))),
    {
      known: 'CVE-2024-27316',
      begin: beginHead,
    },
  ),
  frames(
    'Empty CONTINUATION',
    'endless-head',
    CONTINUATIONS,
    goOn(() => EMPTY),
    {
      known: 'CVE-2024-27316',
      begin: beginHead,
    },
  ),
  frames(
    'CONTINUATION of one byte',
    'endless-head',
    CONTINUATIONS,
    goOn(n => SMALL.subarray(n % 5, (n % 5) + 1)),
    {
      begin: beginHead,
    },
  ),
  frames(
    'CONTINUATION of one byte in a long string',
    'endless-head',
    CONTINUATIONS,
    goOn(() => SMALL.subarray(4)),
    {
      begin: beginString,
    },
  ),
  // Each request costs 31 of the budget, and its answer earns 10 again.
  frames('Empty CONTINUATION in each request', 'too-many-idle-frames', 3036, client => {
    const stream = client.nextStream()
    const empty = continuation(stream, EMPTY, { endHeaders: false })
    const begin = headers(stream, get(), { endStream: true, endHeaders: false })
    return [begin, ...Array(30).fill(empty), continuation(stream, EMPTY)]
  }),
]

// --- Frames that ask for an answer, or for work ---

function ask(path: string, count: number): (client: H2Client) => void {
  return client => {
    for (let i = 0; i < count; i++) client.request(path)
  }
}

const ANSWERED: readonly Attack[] = [
  frames('PING flood', 'too-many-pings', PINGS, () => [ping()], { known: 'CVE-2019-9512' }),
  frames('SETTINGS flood', 'too-many-settings', SETTINGS, () => [settings()], { known: 'CVE-2019-9515' }),
  frames(
    'SETTINGS that move the windows of 100 streams',
    'too-many-settings',
    SETTINGS,
    (_, n) => [settings({ INITIAL_WINDOW_SIZE: n % 2 })],
    { known: 'CVE-2019-9515', begin: ask('/big', 100) },
  ),
  frames(
    'SETTINGS that move the size of the table',
    'too-many-settings',
    SETTINGS,
    (_, n) => [settings({ HEADER_TABLE_SIZE: n % 2 === 0 ? 0 : 4096 })],
    { known: 'CVE-2019-9515' },
  ),
  // Its 2730 parameters cost as much as 86 frames.
  frames('SETTINGS of 16 KB', 'too-many-settings', 2, () => [
    settings(Array.from({ length: 2730 }, (_, i) => [4, i] as const)),
  ]),
]

// --- Frames that carry nothing ---

const NEVER = { begin: ask('/never', 1) }
const HELLO = { begin: ask('/', 1) }
const UPLOAD = { begin: (client: H2Client) => void client.request(post('/collect'), { endStream: false }) }
const REFUSED = {
  begin: (client: H2Client) => {
    for (let i = 0; i <= STREAMS; i++) client.request(post('/collect'), { endStream: false })
  },
}

function idle(name: string, round: Attack['round'], more: Parameters<typeof frames>[4] = {}): Attack {
  return frames(name, 'too-many-idle-frames', IDLE_FRAMES, round, more)
}

const IDLE: readonly Attack[] = [
  idle('PRIORITY flood on streams that are not open', (_, n) => [priority(2 * n + 1, { dependency: 2 * n + 3 })], {
    known: 'CVE-2019-9513',
  }),
  idle(
    'PRIORITY flood on an open stream',
    (_, n) => [priority(1, { dependency: n % 2 === 0 ? 0 : 3, weight: n & 255 })],
    {
      known: 'CVE-2019-9513',
      ...NEVER,
    },
  ),
  // No more of them are kept than may be opened.
  frames('PRIORITY_UPDATE flood on streams that are not open', 'too-many-priorities', STREAMS + 1, (_, n) => [
    priorityUpdate(2 * n + 1, `u=${n % 8}`),
  ]),
  idle('PRIORITY_UPDATE flood on a stream that is not open', (_, n) => [priorityUpdate(1, `u=${n % 8}`)]),
  idle(
    'PRIORITY_UPDATE flood on an open stream',
    (_, n) => [priorityUpdate(1, `u=${n % 8}${n & 1 ? ', i' : ''}`)],
    NEVER,
  ),
  idle('PRIORITY_UPDATE of 16 KB', () => [priorityUpdate(1, `u=1, ${'a, '.repeat(5000)}i`)], NEVER),
  idle('WINDOW_UPDATE flood on the connection', () => [windowUpdate(0, 1)]),
  idle('WINDOW_UPDATE flood on the connection, by much', () => [windowUpdate(0, 65536)]),
  idle('WINDOW_UPDATE flood on an open stream', () => [windowUpdate(1, 1)], NEVER),
  idle('WINDOW_UPDATE flood on a stream that is over', () => [windowUpdate(1, 1000)], HELLO),
  idle('RST_STREAM flood on a stream that is over', () => [rstStream(1)], HELLO),
  idle('Data dribble: window updates of one byte', () => [windowUpdate(1, 1)], {
    known: 'CVE-2019-9511',
    settings: { INITIAL_WINDOW_SIZE: 0 },
    begin: ask('/big', 1),
  }),
  idle('Data dribble over 100 streams', (_, n) => [windowUpdate(1 + 2 * (n % 100), 1)], {
    known: 'CVE-2019-9517',
    settings: { INITIAL_WINDOW_SIZE: 0 },
    begin: ask('/big', 100),
  }),
  idle('Empty DATA', () => [data(1)], { known: 'CVE-2019-9518', ...UPLOAD }),
  idle('DATA with nothing but padding', () => [data(1, '', { padding: 255 })], { known: 'CVE-2019-9518', ...UPLOAD }),
  idle('Empty DATA on a stream that was refused', client => [data(client.latestStream)], REFUSED),
  idle('DATA of one byte on a stream that was refused', client => [data(client.latestStream, 'x')], REFUSED),
  idle('PING that is acknowledged though nobody asked', () => [ping(new Uint8Array(8), { ack: true })]),
  idle('SETTINGS that are acknowledged though nobody asked', () => [settingsAck()]),
  idle('GOAWAY again and again', () => [goaway()], NEVER),
  idle('Frames of unknown types', (_, n) => [frame(32 + (n % 200), n % 256, 0)]),
  idle('Frames of unknown types, of 16 KB', () => [frame(0xfa, 0, 1, new Uint8Array(16384))], NEVER),
]

// --- Heads that are small on the wire ---

const HEAD = get().map(([name, value]) => literal(name, value))
const BIG_FIELD = literal('x', 'y'.repeat(4000), 'index')

const REFERENCES = new Uint8Array(12_000).fill(indexed(62)[0])
const CRUMBS = Buffer.concat([...HEAD, ...Array<Uint8Array>(4000).fill(literal(32, 'a'))])
const ZEROS = Buffer.concat([...HEAD, ...Array.from({ length: 12 }, (_, i) => literal(`x${i}`, huffmanZeros(500)))])
const SIZE_UPDATES = Buffer.concat(Array<Uint8Array>(10_000).fill(tableSize(0)))

/** Each is answered with 431, which costs two of the budget; the answer earns one. */
const BOMBS: readonly Attack[] = [
  frames(
    'HPACK bomb: references to one large field',
    'too-many-resets',
    RESETS - 1,
    (client, n) => {
      const block = Buffer.concat([...HEAD, n === 0 ? BIG_FIELD : EMPTY, REFERENCES])
      return [headers(client.nextStream(), block, { endStream: true })]
    },
    { known: 'CVE-2016-6581' },
  ),
  onNewStreams('HPACK bomb: cookie crumbs', null, RESETS - 1, stream => [headers(stream, CRUMBS, { endStream: true })]),
  onNewStreams('HPACK bomb: Huffman', null, 2 * (RESETS - 1), stream =>
    headersInPieces(stream, ZEROS, 16384, { endStream: true }),
  ),
  frames('HPACK bomb: size updates of the table', 'invalid-header-block', 1, client => [
    headers(client.nextStream(), SIZE_UPDATES, { endStream: true }),
  ]),
]

export const ATTACKS: readonly Attack[] = [
  ...RAPID_RESET,
  ...MADE_YOU_RESET,
  ...TOO_MANY,
  ...CONTINUATION_FLOODS,
  ...ANSWERED,
  ...IDLE,
  ...BOMBS,
]

// --- The tables in docs/abuse.md ---

/** What each attack comes to: `| name | known as | rule | frames | code |`. */
export function attackRows(): string[] {
  return ATTACKS.map(
    ({ name, known, rule, frames }) =>
      `| ${name} | ${known ?? ''} | \`${rule}\` | ${inWords(frames)} | ${RULES[rule].code} |`,
  )
}

/** `| paid for | at once | earned each second | by each exchange | rule |` */
export function budgetRows(): string[] {
  return Object.values(BUDGETS).map(
    ({ spentOn, most, tick, exchange, rule }) =>
      `| ${spentOn} | ${inWords(most)} | ${inWords(2 * tick)} | ${inWords(exchange)} | \`${rule}\` |`,
  )
}

function inWords(count: number): string {
  return count.toLocaleString('en')
}
