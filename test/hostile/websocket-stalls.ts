// What ends WebSocket connections by time: clients that begin something and do not go on. For each, after how long without
// progress the server acts, and how. docs/abuse.md has the same table.
import type { TestSocket } from '../support/websocket-client.ts'
import { frame, type Guest, KB, vanish } from './websocket-support.ts'

export interface SocketStall {
  /** What happens. */
  readonly name: string
  /** Seconds until the connection is over, for the program and on the wire. */
  readonly after: number
  /** A close code that is sent, a cut, or an end in order without more words. */
  readonly how: number | 'cut' | 'closed'
  /** What the program is told: 1006 unless said. */
  readonly told?: number
  readonly path?: string
  /** The program is told at once; it is the connection that ends then. */
  readonly answersEnd?: false
  begin(guest: Guest): void
  eachSecond?(socket: TestSocket, second: number): void
}

const nothing = (): void => {}

export const STALLS: readonly SocketStall[] = [
  {
    name: 'the peer is gone without a word',
    after: 50,
    how: 'cut',
    begin: vanish,
  },
  {
    name: 'the peer is gone in the middle of a message',
    after: 20,
    how: 1008,
    begin: guest => {
      guest.socket.raw(frame({ fin: false, payload: 'x'.repeat(1000) }))
      vanish(guest)
    },
  },
  {
    name: 'the peer is gone, and the program is busy with its message and never done',
    after: 50,
    how: 'cut',
    path: '/stuck',
    begin: guest => {
      guest.socket.send('hello')
      vanish(guest)
    },
  },
  {
    name: 'the program takes nothing of what a peer sends, and sends nothing, so that the peer is held back',
    after: 120,
    how: 'cut',
    path: '/stuck',
    begin: ({ socket }) => socket.sendAll(Array(200).fill('x'.repeat(KB))),
    eachSecond: socket => socket.ping(),
  },
  {
    name: 'a message is never ended, though pings come every second',
    after: 20,
    how: 1008,
    begin: ({ socket }) => socket.raw(frame({ fin: false, payload: 'x'.repeat(100) })),
    eachSecond: socket => socket.ping(),
  },
  {
    name: 'a message comes a byte a second',
    after: 20,
    how: 1008,
    begin: ({ socket }) => socket.raw(frame({ fin: false, payload: 'x' })),
    eachSecond: socket => socket.raw(frame({ opcode: 'continuation', fin: false, payload: 'x' })),
  },
  {
    name: 'a frame comes a byte a second',
    after: 20,
    how: 1008,
    begin: ({ socket }) => socket.raw(frame({ payload: 'x'.repeat(1000) }).subarray(0, 20)),
    eachSecond: socket => socket.raw([0x78]),
  },
  {
    name: 'the head of a frame is never ended',
    after: 20,
    how: 1008,
    begin: ({ socket }) => socket.raw([0x82]),
    eachSecond: nothing,
  },
  {
    name: 'nothing is read of what was sent',
    after: 60,
    how: 'cut',
    path: '/pours',
    begin: guest => {
      guest.server.room = 0
      guest.socket.send('pour')
    },
  },
  {
    name: 'nothing is read of what was sent, while messages come every second',
    after: 60,
    how: 'cut',
    path: '/pours',
    begin: guest => {
      guest.server.room = 0
      guest.socket.send('pour')
    },
    eachSecond: socket => socket.send('hello'),
  },
  {
    name: "the server's close frame is never answered",
    after: 5,
    how: 1000,
    path: '/closes',
    begin: ({ socket }) => socket.send('close').pauseReading(),
  },
  {
    name: "the server's close frame is never answered, while messages come every second",
    after: 5,
    how: 1000,
    path: '/closes',
    begin: ({ socket }) => socket.send('close').pauseReading(),
    eachSecond: socket => socket.raw(frame({ payload: 'more' })),
  },
  {
    name: 'nothing is read while the server closes',
    after: 60,
    how: 'cut',
    path: '/pours',
    begin: guest => {
      guest.server.room = 0
      guest.socket.send('pour and close')
    },
  },
  {
    name: 'the peer has closed, and does not end its side',
    after: 5,
    how: 1000,
    told: 1000,
    answersEnd: false,
    begin: ({ socket }) => socket.close(1000),
  },
  {
    name: 'the peer has closed, and sends on every second',
    after: 5,
    how: 1000,
    told: 1000,
    answersEnd: false,
    begin: ({ socket }) => socket.close(1000),
    eachSecond: socket => socket.raw(frame({ payload: 'more' })),
  },
  {
    name: 'the peer ends its side without a close frame',
    after: 0,
    how: 'closed',
    begin: ({ socket }) => socket.finish(),
  },
]

/** What `/pours` sends: less than what cuts a peer off. */
export const POURED = 512 * KB

/** The rows of the table in docs/abuse.md. */
export function socketStallRows(): string[] {
  return STALLS.map(({ name, after, how }) => `| ${name} | after ${after} s | ${described(how)} |`)
}

function described(how: SocketStall['how']): string {
  if (how === 'cut') return 'the connection is cut'
  return how === 'closed' ? 'the connection is closed' : `closed with ${how}`
}
