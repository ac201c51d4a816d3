// What cases are made of: what is sent, and what must come.
import {
  continuation,
  type ErrorCode,
  type Field,
  fieldBlock,
  type HeadersOptions,
  headers,
  settings,
  type TYPES,
} from '../../support/h2-frames.ts'

/** What must come, of the frames that have not been waited for yet. */
export type Expected =
  | { readonly come: 'frame'; readonly type: keyof typeof TYPES; readonly stream?: number; readonly size?: number }
  /** The very first frame. */
  | { readonly come: 'first'; readonly type: keyof typeof TYPES }
  | { readonly come: 'ack'; readonly type: 'SETTINGS' }
  | { readonly come: 'pong'; readonly payload: Uint8Array }
  /** END_STREAM on the stream. */
  | { readonly come: 'end'; readonly stream: number }
  /** RST_STREAM or GOAWAY with one of the codes. */
  | { readonly come: 'stream error'; readonly codes: readonly ErrorCode[] }
  /** GOAWAY with one of the codes, then FIN. */
  | { readonly come: 'connection error'; readonly codes: readonly ErrorCode[] }
  /** GOAWAY, or nothing, then FIN. */
  | { readonly come: 'close' }

/** What the client knows when it sends. */
export interface Known {
  /** The fields of GET /, with more behind them. */
  get(...more: Field[]): Field[]
  /** The same with another method. */
  as(method: string, ...more: Field[]): Field[]
  /** What the server's SETTINGS say; NaN for nothing. */
  setting(id: number): number
}

export interface Case {
  /** As h2spec numbers it. */
  readonly id: string
  readonly name: string
  /** Sent and waited for in turn; without greeting the case is to do that itself. */
  readonly steps: (known: Known) => readonly (Uint8Array | Expected)[]
  readonly greets?: false
}

export const ZEROS = new Uint8Array(8)
export const NAMED = Buffer.from('h2spec\0\0')

export const answer = (stream = 1): Expected => ({ come: 'frame', type: 'HEADERS', stream })
export const content = (stream = 1, size?: number): Expected => ({
  ...{ come: 'frame', type: 'DATA', stream },
  ...(size === undefined ? {} : { size }),
})
export const acknowledged: Expected = { come: 'ack', type: 'SETTINGS' }
export const pong = (payload: Uint8Array = ZEROS): Expected => ({ come: 'pong', payload })
export const ended = (stream = 1): Expected => ({ come: 'end', stream })
export const streamError = (...codes: ErrorCode[]): Expected => ({ come: 'stream error', codes })
export const connectionError = (...codes: ErrorCode[]): Expected => ({ come: 'connection error', codes })
export const closed: Expected = { come: 'close' }

/** A request on stream 1, or another one. */
export const open = (fields: readonly Field[], options: HeadersOptions = {}, stream = 1) =>
  headers(stream, fields, options)
export const whole = (fields: readonly Field[], options: HeadersOptions = {}, stream = 1) =>
  headers(stream, fields, { endStream: true, ...options })
/** A request whose block has some bytes behind it, or before it. */
export const withBytes = (fields: readonly Field[], behind: string, before = '') =>
  headers(1, Buffer.concat([hex(before), fieldBlock(fields), hex(behind)]), { endStream: true })
export const hex = (bytes: string) => Buffer.from(bytes.replaceAll(' ', ''), 'hex')
export const window = (size: number) => settings({ INITIAL_WINDOW_SIZE: size })
/** Fields that are as large as those of h2spec. */
export const large = (count: number): Field[] =>
  Array.from({ length: count }, (_, i) => [`x-dummy${i}`, 'x'.repeat(4000)])
export const more = (stream: number, endHeaders = true) => continuation(stream, fieldBlock(large(1)), { endHeaders })
export const old = { dependency: 0, weight: 255 }

/** HEADERS and CONTINUATION of one block, cut at these places. */
export function cut(block: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places, block.length]
  return ends.map((end, i) =>
    i === 0
      ? headers(1, block.subarray(0, end), { endStream: true, endHeaders: false })
      : continuation(1, block.subarray(ends[i - 1], end), { endHeaders: end === block.length }),
  )
}
