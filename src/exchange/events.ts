// What is worth telling about connections and exchanges, as values of a closed union. Rooms below report; `observe/`
// listens. Without a listener nothing is made.
import type { Exchange } from './exchange.ts'
import type { Refusal } from './refusal.ts'

/** What happened. Text in it is as it came: whoever shows it escapes it. */
export type ServerEvent =
  /** A request was answered to its end, or its connection was lost on the way. */
  | {
      readonly kind: 'exchange'
      readonly exchange: Exchange
      /** 0 where the connection was lost before there was a reply. */
      readonly status: number
      /** Bytes of content handed to the socket. */
      readonly sent: number
      /** From the head's last byte to the reply's last byte being handed over, in milliseconds. */
      readonly duration: number
      readonly complete: boolean
    }
  /** Bytes or a request that a rule forbids. `exchange` is null where no head could be read. */
  | {
      readonly kind: 'refused'
      readonly refusal: Refusal
      readonly exchange: Exchange | null
      readonly address: string
      readonly connection: number
    }
  /** The program failed: a handler threw, answered with what is no reply, or its content broke off. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly exchange: Exchange | null; readonly doing: string }
  | { readonly kind: 'opened'; readonly connection: number; readonly address: string }
  /** `reason` says whose doing it was: `peer`, `done`, `idle`, `drained`, `given up` by who answered, or the name of the deadline or limit. */
  | { readonly kind: 'closed'; readonly connection: number; readonly address: string; readonly reason: string }
  /** The server itself has something to tell: it listens, it runs out of descriptors, it drains. */
  | {
      readonly kind: 'notice'
      readonly level: 'info' | 'warn' | 'error'
      readonly message: string
      readonly error?: unknown
    }

/** Is told each event as it happens, on the way of the request: it must return at once, and must not throw. */
export type Report = (event: ServerEvent) => void
