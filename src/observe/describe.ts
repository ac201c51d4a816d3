// What an event has to say: its level, its sentence, and what belongs to it. Text that came over the wire is escaped, cut
// and free of secrets when it leaves this file, so no format can be tricked into a line or a terminal command of its own.
import type { Exchange, ServerEvent } from '../exchange/index.ts'
import { redactTarget } from '../http/secrets.ts'
import type { Level } from './levels.ts'

export interface Record {
  readonly level: Level
  readonly message: string
  /** Facts for the formats that programs read. */
  readonly facts?: Readonly<{ [name: string]: string | number | undefined }>
  /** What was thrown. */
  readonly error?: unknown
}

/** An event other than an exchange, which each format writes in its own way. */
export type Telling = Exclude<ServerEvent, { kind: 'exchange' }>

const NOTICE_LEVELS = { info: 'INFO', warn: 'WARNING', error: 'ERROR' } as const

/** Longest target or message that a line shows: a screen's width or two. */
const TARGET_SHOWN = 300
const MESSAGE_SHOWN = 1000

export function describe(event: Telling): Record {
  switch (event.kind) {
    case 'refused':
      return refused(event)
    case 'failed': {
      const where = event.exchange === null ? '' : ` (${requestOf(event.exchange)})`
      return { level: 'ERROR', message: `Failed while ${line(event.doing)}${where}`, error: event.error }
    }
    case 'opened':
      return connection(event, `Connection ${event.connection} from ${address(event.address)} opened`)
    case 'closed':
      return connection(
        event,
        `Connection ${event.connection} from ${address(event.address)} closed: ${line(event.reason)}`,
      )
    case 'notice': {
      const record = { level: NOTICE_LEVELS[event.level], message: line(event.message) }
      return event.error === undefined ? record : { ...record, error: event.error }
    }
  }
}

/** The method and target of a request, as a line may show them. */
export function requestOf(exchange: Exchange): string {
  return `${line(exchange.method)} ${targetOf(exchange)}`
}

export function targetOf(exchange: Exchange): string {
  return visible(redactTarget(exchange.target), TARGET_SHOWN)
}

/** Text that must stay on one line. Backslashes stay single where nothing else needs an escape: it may be escaped already, or a path. */
export function line(text: string): string {
  return visible(text, MESSAGE_SHOWN)
}

/** Where a client is; a Unix socket has no address. */
export function address(text: string): string {
  return text === '' ? 'a local process' : line(text)
}

function refused({ refusal, exchange, address: from, connection }: Extract<Telling, { kind: 'refused' }>): Record {
  const { status, code, rule, section, detail, offset, excerpt } = refusal
  const place = offset === undefined ? '' : ` at byte ${offset}`
  const around = excerpt === undefined ? '' : `: ${line(excerpt)}`
  const why = `${rule}${section === undefined ? '' : `, ${section}`}`
  const what = exchange === null ? '' : ` ${requestOf(exchange)}`
  const record: Record = {
    level: refusedLevel(status, exchange !== null && offset === undefined),
    message: `Refused${what} from ${address(from)} with ${code ?? status} (${why})${place}. ${line(detail)}${around}`,
    facts: {
      rule,
      section,
      status: code === undefined ? status : undefined,
      code,
      offset,
      excerpt: excerpt && line(excerpt),
      address: from,
      connection,
    },
  }
  return refusal.cause === undefined ? record : { ...record, error: refusal.cause }
}

/** A request that was understood and refused, such as 404, has its access line: only its reason is left to tell. */
function refusedLevel(status: number, understood: boolean): Level {
  if (status >= 500) return 'WARNING'
  return understood ? 'DEBUG' : 'INFO'
}

function connection(event: { readonly connection: number; readonly address: string }, message: string): Record {
  return { level: 'DEBUG', message, facts: { connection: event.connection, address: event.address } }
}

/** Control characters, marks that turn the direction, lone surrogates, line and paragraph separators. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/u
const EACH_HIDDEN = /[\\\p{C}\p{Zl}\p{Zp}]/gu

function visible(text: string, limit: number): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text
  if (!HIDDEN.test(cut)) return cut
  return cut.replace(EACH_HIDDEN, char => (char === '\\' ? '\\\\' : `\\u{${char.codePointAt(0)?.toString(16)}}`))
}
