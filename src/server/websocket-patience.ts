// What a WebSocket connection can be waiting for, and what happens when it has waited too long.
import type { Refusal } from '../exchange/index.ts'
import type { Channel } from '../transport/index.ts'
import { type Wait, within } from './patience.ts'
import { overdue } from './refusals.ts'

/** A connection's driver, as far as its time is concerned. */
export interface WatchedSocket {
  readonly channel: Channel
  /** FIN has been sent. */
  readonly lingering: boolean
  /** Our close frame has been sent. */
  readonly isClosing: boolean
  /** How often anything came in. */
  readonly reads: number
  /** The peer has been asked whether it is there, and nothing has come since. */
  readonly asked: boolean
  askIfThere(): void
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

const SILENCE: Wait<WatchedSocket> = within(
  'pingTimeout',
  driver => driver.reads,
  driver => driver.askIfThere(),
)

const SIGN_OF_LIFE: Wait<WatchedSocket> = within(
  'pongTimeout',
  driver => driver.reads,
  driver => driver.destroy('silent', new Error('The client does not answer any more')),
)

export function waitOf(driver: WatchedSocket): Wait<WatchedSocket> | null {
  if (driver.channel.backlog > 0) return WRITE
  if (driver.lingering || driver.isClosing) return LINGER
  return driver.asked ? SIGN_OF_LIFE : SILENCE
}
