// Clients that begin something and do not go on with it: what bounds them is time. For each: after how many seconds
// without progress the server acts, and how. docs/abuse.md has the same table.
import type { H2Client } from '../support/h2-client.ts'
import {
  continuation,
  data,
  frame,
  get,
  goaway,
  headers,
  literal,
  ping,
  post,
  preface,
  priority,
  type SettingValues,
  settings,
  windowUpdate,
} from '../support/h2-frames.ts'
import type { SimulatedClient } from './h2-support.ts'

export interface Stall {
  readonly name: string
  /** When the server acts, in seconds: up to one second later, never earlier. */
  readonly after: number
  /**
   * What it does then: ends the connection, with this code in a GOAWAY, or without a word where nobody would hear it; or
   * resets the streams that wait; or answers them.
   */
  readonly how:
    | { readonly goaway: string }
    | { readonly reset: string }
    | { readonly status: number }
    | 'cut'
    | 'closed'
  /** Sends no preface by itself. */
  readonly silent?: boolean
  readonly settings?: SettingValues
  readonly acknowledges?: boolean
  readonly begin: (client: H2Client, visitor: SimulatedClient['visitor']) => unknown
  /** Sent each second while nothing has happened. */
  readonly eachSecond?: (client: H2Client, second: number) => unknown
}

const GREETING = Buffer.concat([preface, settings()])
const UPLOAD = post('/collect')

function ask(client: H2Client, path: string, count: number): void {
  for (let i = 0; i < count; i++) client.request(path)
}

export const STALLS: readonly Stall[] = [
  // --- Nothing, or not all of something ---
  { name: 'nothing is sent', after: 20, how: 'closed', silent: true, begin: () => {} },
  {
    name: 'the preface comes a byte a second',
    acknowledges: false,
    after: 20,
    how: { goaway: 'ENHANCE_YOUR_CALM' },
    silent: true,
    begin: client => client.send(GREETING.subarray(0, 6)),
    eachSecond: (client, second) => client.send(GREETING.subarray(5 + second, 6 + second)),
  },
  {
    name: 'the preface comes without SETTINGS',
    acknowledges: false,
    after: 20,
    how: { goaway: 'ENHANCE_YOUR_CALM' },
    silent: true,
    begin: client => client.send(preface),
  },
  {
    name: "the server's SETTINGS are never acknowledged",
    after: 20,
    how: { goaway: 'SETTINGS_TIMEOUT' },
    acknowledges: false,
    begin: client => client.request('/never'),
  },
  {
    name: 'a head goes on a byte a second',
    after: 20,
    how: { goaway: 'ENHANCE_YOUR_CALM' },
    begin: client => client.send(headers(client.nextStream(), get(), { endHeaders: false })),
    eachSecond: (client, second) =>
      client.send(
        continuation(1, literal('x', 'y').subarray((second - 1) % 5, ((second - 1) % 5) + 1), { endHeaders: false }),
      ),
  },
  {
    name: 'a head is never ended',
    after: 20,
    how: { goaway: 'ENHANCE_YOUR_CALM' },
    begin: client => client.send(headers(client.nextStream(), get(), { endHeaders: false })),
  },
  {
    name: 'a frame is never ended',
    after: 20,
    how: { goaway: 'ENHANCE_YOUR_CALM' },
    begin: client => client.send(frame(1, 5, 1, new Uint8Array(0), 16384)),
  },
  {
    name: 'a frame of an unknown type comes a byte a second',
    after: 20,
    how: { goaway: 'ENHANCE_YOUR_CALM' },
    begin: client => client.send(frame(0xee, 0, 0, new Uint8Array(0), 16384)),
    eachSecond: client => client.send(Uint8Array.of(0)),
  },

  // --- Content that does not come ---
  {
    name: 'content is never sent',
    after: 20,
    how: { status: 408 },
    begin: client => client.request(UPLOAD, { endStream: false }),
    eachSecond: (client, second) => second % 10 === 0 && client.send(ping()),
  },
  {
    name: 'content comes a byte a second',
    after: 20,
    how: { status: 408 },
    begin: client => client.request(UPLOAD, { endStream: false }),
    eachSecond: client => client.send(data(1, 'x')),
  },
  {
    name: 'a DATA frame comes a byte a second',
    after: 20,
    how: { status: 408 },
    begin(client) {
      client.request(UPLOAD, { endStream: false })
      client.send(frame(0, 0, 1, new Uint8Array(0), 16384))
    },
    eachSecond: client => client.send(Uint8Array.of(0)),
  },
  {
    name: 'content comes on 100 streams, a byte a second on each',
    after: 20,
    how: { status: 408 },
    begin: client => {
      for (let i = 0; i < 100; i++) client.request(UPLOAD, { endStream: false })
    },
    eachSecond: client => {
      for (const stream of client.openStreams) client.send(data(stream, 'x'))
    },
  },

  // --- Replies that are not taken ---
  {
    name: 'the window of a stream is 0 and never opened',
    after: 60,
    how: { reset: 'CANCEL' },
    settings: { INITIAL_WINDOW_SIZE: 0 },
    begin: client => client.request('/big'),
  },
  {
    name: 'the windows of 100 streams are 0 and never opened',
    after: 60,
    how: { reset: 'CANCEL' },
    settings: { INITIAL_WINDOW_SIZE: 0 },
    begin: client => ask(client, '/big', 100),
  },
  {
    name: 'the window of a generated reply is 0 and never opened',
    after: 60,
    how: { reset: 'CANCEL' },
    settings: { INITIAL_WINDOW_SIZE: 0 },
    begin: client => client.request('/generated'),
  },
  {
    name: 'windows are 0, while PING and PRIORITY come all the time',
    after: 60,
    how: { reset: 'CANCEL' },
    settings: { INITIAL_WINDOW_SIZE: 0 },
    begin: client => ask(client, '/big', 2),
    eachSecond: client => client.send(ping(), priority(1, { dependency: 0 })),
  },
  {
    name: 'the window of the connection is never opened',
    after: 60,
    how: { reset: 'CANCEL' },
    settings: { INITIAL_WINDOW_SIZE: 2 ** 31 - 1 },
    begin: client => ask(client, '/big', 100),
  },
  {
    name: 'the window of the connection alone is opened',
    after: 60,
    how: { reset: 'CANCEL' },
    begin: client => {
      ask(client, '/big', 100)
      client.send(windowUpdate(0, 2 ** 30))
    },
  },
  {
    name: 'nothing is read of large replies',
    after: 60,
    how: 'cut',
    settings: { INITIAL_WINDOW_SIZE: 2 ** 31 - 1 },
    begin(client, visitor) {
      visitor.server.room = 1000
      client.send(windowUpdate(0, 2 ** 30))
      ask(client, '/big', 100)
    },
  },
  {
    name: 'nothing is read of small replies, and more is asked for each second',
    after: 60,
    how: 'cut',
    begin(client, visitor) {
      visitor.server.room = 1000
      ask(client, '/', 100)
    },
    eachSecond: client => ask(client, '/', 100),
  },

  // --- Nothing more ---
  { name: 'nothing is asked for', after: 75, how: { goaway: 'NO_ERROR' }, begin: () => {} },
  {
    name: 'nothing is asked for, though PING comes every few seconds',
    after: 75,
    how: { goaway: 'NO_ERROR' },
    begin: () => {},
    eachSecond: (client, second) => second % 5 === 0 && client.send(ping()),
  },
  {
    name: 'nothing more is asked for after a request',
    after: 75,
    how: { goaway: 'NO_ERROR' },
    begin: client => client.request('/'),
  },
  { name: 'GOAWAY is all that is sent', after: 0, how: 'closed', begin: client => client.send(goaway()) },
  {
    name: 'the client is gone while its requests are worked on',
    after: 95,
    how: 'cut',
    acknowledges: false,
    begin: client => {
      client.send(frame(4, 1, 0))
      ask(client, '/never', 100)
    },
  },
  {
    name: 'GOAWAY is sent, and the client is gone while its requests are worked on',
    after: 95,
    how: 'cut',
    acknowledges: false,
    begin: client => {
      client.send(frame(4, 1, 0))
      ask(client, '/never', 100)
      client.send(goaway())
    },
  },
  {
    name: 'the program never answers',
    after: 120,
    how: { status: 503 },
    begin: client => ask(client, '/never', 100),
  },
]

/** The rows of the table in docs/abuse.md. */
export function stallRows(): string[] {
  return STALLS.map(({ name, after, how }) => `| ${name} | ${after} s | ${describeEnd(how)} |`)
}

function describeEnd(how: Stall['how']): string {
  if (how === 'cut') return 'the connection is cut'
  if (how === 'closed') return 'the connection is closed'
  if ('goaway' in how) return `GOAWAY, ${how.goaway}`
  return 'reset' in how ? `the streams are reset, ${how.reset}` : `${how.status} on each stream`
}
