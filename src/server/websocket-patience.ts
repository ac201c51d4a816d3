// What a WebSocket connection can be waiting for, and what happens when it has waited too long.
import type { Refusal } from '../exchange/index.ts'
import type { Channel } from '../transport/index.ts'
import type { WebSocketConnection } from '../websocket/index.ts'
import type { Limits } from './limits.ts'
import { atLeastRate, type Wait, within } from './patience.ts'
import { overdue } from './refusals.ts'

/** A connection's driver, as far as its time is concerned. */
export interface WatchedSocket {
  readonly channel: Channel
  readonly connection: WebSocketConnection
  /** FIN has been sent. */
  readonly lingering: boolean
  /** It is a stream of a connection that others share. */
  readonly onStream: boolean
  /** Our close frame has been sent. */
  readonly isClosing: boolean
  /** The program is handling a message, and has been given no other since. */
  readonly busy: boolean
  /** So much has come meanwhile that nothing more is read. */
  readonly isStopped: boolean
  /** Something has come that the program is not ready for. */
  readonly hasUnread: boolean
  /** How often anything came in. */
  readonly reads: number
  /** Bytes of messages that have come. */
  readonly messageBytes: number
  /** The peer has been asked whether it is there, and nothing has come since. */
  readonly asked: boolean
  askIfThere(): void
  refuseMessage(): void
  destroy(why: string, error?: Error): void
  tellRefusal(refusal: Refusal): void
}

const WRITE: Wait<WatchedSocket> = within(
  'writeTimeout',
  driver => driver.channel.bytesSent,
  driver => {
    driver.tellRefusal(overdue('write-timeout'))
    driver.destroy('write-timeout', new Error('The client did not read its messages in time'))
  },
)

/** The peer's close frame, or its FIN behind ours. */
const LINGER: Wait<WatchedSocket> = within(
  'lingerTimeout',
  () => 0,
  driver => driver.destroy('close-timeout'),
)

/** The peer's END_STREAM: behind ours nothing can be lost by a reset, as FIN could be (RFC 9113 section 8.1). */
const END_OF_STREAM: Wait<WatchedSocket> = {
  progress: () => 0,
  restarts: false,
  over: () => true,
  expire: driver => driver.destroy('close-timeout'),
}

/** The program, while its peer is held back because it has sent so much: nothing is taken, and nothing sent. */
const HELD_BACK: Wait<WatchedSocket> = within(
  'replyTimeout',
  driver => driver.messageBytes + driver.channel.bytesSent,
  driver => {
    driver.tellRefusal(overdue('reply-timeout'))
    driver.destroy('reply-timeout', new Error('The program did not take the messages of its peer in time'))
  },
)

/** The program, where all has been read that the end could still be told by: what keeps it busy may never end. */
const PROGRAM: Wait<WatchedSocket> = within(
  'replyTimeout',
  driver => driver.messageBytes,
  driver => driver.destroy('reply-timeout', new Error('The program did not take the messages before the end in time')),
)

/** The rest of a message that has begun: memory is held for it. */
const MESSAGE: Wait<WatchedSocket> = atLeastRate(
  driver => driver.messageBytes,
  driver => driver.refuseMessage(),
)

/** Any sign of life. The usual wait: for this one a connection needs no object that counts. */
export const SILENCE: Wait<WatchedSocket> = within(
  'pingTimeout',
  driver => driver.reads,
  driver => driver.askIfThere(),
)

const SIGN_OF_LIFE: Wait<WatchedSocket> = within(
  'pongTimeout',
  driver => driver.reads,
  driver => driver.destroy('silent', new Error('The client does not answer any more')),
)

export function waitOf(driver: WatchedSocket, { contentRate }: Limits): Wait<WatchedSocket> | null {
  if (driver.channel.backlog > 0) return WRITE
  if (driver.lingering) return driver.onStream ? END_OF_STREAM : LINGER
  if (driver.isClosing) return driver.hasUnread ? PROGRAM : LINGER
  // A peer that is not read from cannot show that it is there.
  if (driver.isStopped) return HELD_BACK
  if (contentRate > 0 && driver.connection.midMessage && !driver.busy) return MESSAGE
  return driver.asked ? SIGN_OF_LIFE : SILENCE
}
