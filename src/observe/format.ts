// A format: how a log writes its lines.
import type { ServerEvent } from '../exchange/index.ts'
import type { Record } from './describe.ts'

export type ExchangeEvent = Extract<ServerEvent, { kind: 'exchange' }>

/** Each method gives whole lines, ended by LF. Times are milliseconds since 1970. */
export interface Format {
  exchange(event: ExchangeEvent, time: number): string
  record(record: Record, time: number): string
}
