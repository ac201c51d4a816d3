// Raw HTTP/2 frames, written and read for tests (RFC 9113, RFC 7541, RFC 9218). Nothing here is taken from src/: what
// tests say must not be wrong in the same way as what they test. Nothing is checked either: wrong frames are built as
// willingly as right ones.

export const TYPES = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
  PRIORITY_UPDATE: 16,
} as const

export type FrameName = keyof typeof TYPES

export const ERROR_CODES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

export const SETTING_IDS = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
  ENABLE_CONNECT_PROTOCOL: 8,
  NO_RFC7540_PRIORITIES: 9,
} as const

export type SettingName = keyof typeof SETTING_IDS
export type SettingValues = { readonly [name in SettingName]?: number }

const FLAG_END_STREAM = 0x1
const FLAG_ACK = 0x1
const FLAG_END_HEADERS = 0x4
const FLAG_PADDED = 0x8
const FLAG_PRIORITY = 0x20

const EMPTY = new Uint8Array(0)

// --- Frames to be sent ---

/** What a client sends before its SETTINGS. */
export const preface: Uint8Array = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

/** Any frame. @param length what its head says, where that is not to be the payload's */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = EMPTY,
  length: number = payload.length,
): Uint8Array {
  const bytes = Buffer.alloc(9 + payload.length)
  bytes.writeUIntBE(length, 0, 3)
  bytes[3] = type
  bytes[4] = flags
  bytes.writeUInt32BE(stream >>> 0, 5)
  bytes.set(payload, 9)
  return bytes
}

/** By names, or as pairs of number and value where unknown or repeated ones are wanted. */
export function settings(values: SettingValues | readonly (readonly [id: number, value: number])[] = {}): Uint8Array {
  const pairs = Array.isArray(values)
    ? (values as readonly (readonly [number, number])[])
    : Object.entries(values).map(([name, value]) => [SETTING_IDS[name as SettingName], value] as const)
  const payload = Buffer.alloc(pairs.length * 6)
  for (const [i, [id, value]] of pairs.entries()) {
    payload.writeUInt16BE(id, i * 6)
    payload.writeUInt32BE(value >>> 0, i * 6 + 2)
  }
  return frame(TYPES.SETTINGS, 0, 0, payload)
}

export function settingsAck(): Uint8Array {
  return frame(TYPES.SETTINGS, FLAG_ACK, 0)
}

export interface HeadersOptions {
  readonly endStream?: boolean
  /** True unless told otherwise. */
  readonly endHeaders?: boolean
  /** Bytes of padding: PADDED is set where this is given, 0 included. */
  readonly padding?: number
  /** The five bytes of the old priorities (RFC 7540 section 6.2). */
  readonly priority?: OldPriority
}

export interface OldPriority {
  readonly dependency: number
  /** As sent: one less than meant. */
  readonly weight?: number
  readonly exclusive?: boolean
}

/** @param content fields, or a header block as it is to be sent */
export function headers(
  stream: number,
  content: readonly Field[] | Uint8Array,
  options: HeadersOptions = {},
): Uint8Array {
  const { endStream = false, endHeaders = true, padding, priority } = options
  const block = content instanceof Uint8Array ? content : fieldBlock(content)
  const flags =
    (endStream ? FLAG_END_STREAM : 0) |
    (endHeaders ? FLAG_END_HEADERS : 0) |
    (padding === undefined ? 0 : FLAG_PADDED) |
    (priority === undefined ? 0 : FLAG_PRIORITY)
  const old = priority === undefined ? EMPTY : oldPriority(priority)
  return frame(TYPES.HEADERS, flags, stream, padded(Buffer.concat([old, block]), padding))
}

export function continuation(stream: number, block: Uint8Array, options: { endHeaders?: boolean } = {}): Uint8Array {
  return frame(TYPES.CONTINUATION, (options.endHeaders ?? true) ? FLAG_END_HEADERS : 0, stream, block)
}

/** @param content bytes, or latin1 text */
export function data(
  stream: number,
  content: Uint8Array | string = EMPTY,
  options: { endStream?: boolean; padding?: number } = {},
): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content
  const flags = (options.endStream ? FLAG_END_STREAM : 0) | (options.padding === undefined ? 0 : FLAG_PADDED)
  return frame(TYPES.DATA, flags, stream, padded(bytes, options.padding))
}

export function rstStream(stream: number, code: ErrorCode | number = 'CANCEL'): Uint8Array {
  return frame(TYPES.RST_STREAM, 0, stream, uint32(codeNumber(code)))
}

export function ping(payload: Uint8Array = new Uint8Array(8), options: { ack?: boolean } = {}): Uint8Array {
  return frame(TYPES.PING, options.ack ? FLAG_ACK : 0, 0, payload)
}

export function goaway(
  lastStream = 0,
  code: ErrorCode | number = 'NO_ERROR',
  debugData: Uint8Array = EMPTY,
): Uint8Array {
  return frame(TYPES.GOAWAY, 0, 0, Buffer.concat([uint32(lastStream), uint32(codeNumber(code)), debugData]))
}

export function windowUpdate(stream: number, increment: number): Uint8Array {
  return frame(TYPES.WINDOW_UPDATE, 0, stream, uint32(increment))
}

export function priority(stream: number, value: OldPriority): Uint8Array {
  return frame(TYPES.PRIORITY, 0, stream, oldPriority(value))
}

/** @param value as in the Priority field: `u=1, i` */
export function priorityUpdate(stream: number, value: string, frameStream = 0): Uint8Array {
  return frame(TYPES.PRIORITY_UPDATE, 0, frameStream, Buffer.concat([uint32(stream), Buffer.from(value, 'latin1')]))
}

export function pushPromise(stream: number, promised: number, content: readonly Field[]): Uint8Array {
  return frame(TYPES.PUSH_PROMISE, FLAG_END_HEADERS, stream, Buffer.concat([uint32(promised), fieldBlock(content)]))
}

/** Cuts a header block into HEADERS and CONTINUATION of at most `size` bytes each. */
export function headersInPieces(
  stream: number,
  content: readonly Field[] | Uint8Array,
  size: number,
  options: { endStream?: boolean } = {},
): Uint8Array[] {
  const block = content instanceof Uint8Array ? content : fieldBlock(content)
  const frames = [headers(stream, block.subarray(0, size), { ...options, endHeaders: block.length <= size })]
  for (let at = size; at < block.length; at += size) {
    frames.push(continuation(stream, block.subarray(at, at + size), { endHeaders: at + size >= block.length }))
  }
  return frames
}

// --- Header blocks ---

export type Field = readonly [name: string, value: string]

/** The fields of a plain GET request. */
export function get(path = '/', more: readonly Field[] = [], authority = 'test', scheme = 'http'): Field[] {
  return [[':method', 'GET'], [':scheme', scheme], [':authority', authority], [':path', path], ...more]
}

export function post(path = '/', more: readonly Field[] = [], authority = 'test', scheme = 'http'): Field[] {
  return [[':method', 'POST'], [':scheme', scheme], [':authority', authority], [':path', path], ...more]
}

/** Each field as a literal that is not indexed, without Huffman. */
export function fieldBlock(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(fields.map(([name, value]) => literal(name, value)))
}

/** How literals begin (RFC 7541 section 6.2): the bits that tell them, and how many are left for the name's index. */
const LITERALS = { index: [0x40, 6], 'not indexed': [0x00, 4], 'never indexed': [0x10, 4] } as const

/** @param name latin1 text, or the index of one in a table */
export function literal(
  name: string | number,
  value: string | Uint8Array,
  kind: keyof typeof LITERALS = 'not indexed',
): Uint8Array {
  const [bits, prefix] = LITERALS[kind]
  if (typeof name === 'number') return Buffer.concat([integer(name, prefix, bits), stringOf(value)])
  return Buffer.concat([[bits], stringOf(name), stringOf(value)].map(part => Buffer.from(part)))
}

/** A field that is in a table (RFC 7541 section 6.1). The first one of the dynamic table is 62. */
export function indexed(index: number): Uint8Array {
  return integer(index, 7, 0x80)
}

/** A size update of the dynamic table (RFC 7541 section 6.3). */
export function tableSize(size: number): Uint8Array {
  return integer(size, 5, 0x20)
}

/** RFC 7541 section 5.1. */
export function integer(value: number, prefix: number, bits = 0): Uint8Array {
  const most = 2 ** prefix - 1
  if (value < most) return Uint8Array.of(bits | value)
  const bytes = [bits | most]
  let rest = value - most
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Uint8Array.from([...bytes, rest])
}

/** A string as it is (RFC 7541 section 5.2); bytes are taken to be coded by Huffman's code already. */
export function stringOf(value: string | Uint8Array): Uint8Array {
  const huffman = typeof value !== 'string'
  const bytes = huffman ? value : Buffer.from(value, 'latin1')
  return Buffer.concat([integer(bytes.length, 7, huffman ? 0x80 : 0), bytes])
}

/** Eight times `count` zeros (the character) in Huffman's code, where one takes five bits, all of them 0. */
export function huffmanZeros(count: number): Uint8Array {
  return new Uint8Array(count * 5)
}

// --- Frames that came in ---

export interface Frame {
  /** The type's name, or its number as text where it has none. */
  readonly name: FrameName | `${number}`
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Uint8Array
}

/** Turns bytes, however they are cut, into frames. */
export class FrameReader {
  private held: Uint8Array = EMPTY

  /** How many bytes of an incomplete frame are held. */
  get rest(): number {
    return this.held.length
  }

  push(bytes: Uint8Array): Frame[] {
    const all = Buffer.concat([this.held, bytes])
    const frames: Frame[] = []
    let at = 0
    while (all.length - at >= 9) {
      const end = at + 9 + all.readUIntBE(at, 3)
      if (end > all.length) break
      const type = all[at + 3]
      const stream = all.readUInt32BE(at + 5) & 0x7fffffff
      frames.push({ name: typeName(type), type, flags: all[at + 4], stream, payload: all.subarray(at + 9, end) })
      at = end
    }
    this.held = Uint8Array.from(all.subarray(at))
    return frames
  }
}

export function typeName(type: number): FrameName | `${number}` {
  for (const [name, number] of Object.entries(TYPES)) if (number === type) return name as FrameName
  return `${type}`
}

/** DATA and HEADERS. */
export function endsStream(frame: Frame): boolean {
  return frame.type <= TYPES.HEADERS && (frame.flags & FLAG_END_STREAM) !== 0
}

/** HEADERS and CONTINUATION. */
export function endsHeaders(frame: Frame): boolean {
  return (frame.flags & FLAG_END_HEADERS) !== 0
}

/** SETTINGS and PING. */
export function isAck(frame: Frame): boolean {
  return (frame.flags & FLAG_ACK) !== 0
}

/** The content of DATA and the block of HEADERS, without padding and old priorities. */
export function contentOf({ type, flags, payload }: Frame): Uint8Array {
  const padding = (flags & FLAG_PADDED) !== 0
  const start = (padding ? 1 : 0) + (type === TYPES.HEADERS && (flags & FLAG_PRIORITY) !== 0 ? 5 : 0)
  return payload.subarray(start, payload.length - (padding ? payload[0] : 0))
}

/** The code of RST_STREAM or GOAWAY, by name. */
export function errorCode({ type, payload }: Frame): ErrorCode | number {
  const code = readUint32(payload, type === TYPES.GOAWAY ? 4 : 0)
  return ERROR_CODES[code] ?? code
}

/** Of GOAWAY. */
export function lastStream({ payload }: Frame): number {
  return readUint32(payload, 0) & 0x7fffffff
}

/** Of GOAWAY. */
export function debugText({ payload }: Frame): string {
  return Buffer.from(payload.subarray(8)).toString('latin1')
}

/** Of WINDOW_UPDATE. */
export function increment({ payload }: Frame): number {
  return readUint32(payload, 0) & 0x7fffffff
}

/** Of SETTINGS: by number. */
export function settingsOf({ payload }: Frame): Map<number, number> {
  const values = new Map<number, number>()
  const bytes = Buffer.from(payload)
  for (let at = 0; at + 6 <= bytes.length; at += 6) values.set(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2))
  return values
}

/** For messages of tests and for comparing: `GOAWAY 0 last=3 ENHANCE_YOUR_CALM`, `DATA 1 5 bytes END_STREAM`. */
export function describe(frame: Frame): string {
  const { name, stream, payload } = frame
  const parts: (string | number)[] = [name, stream]
  if (name === 'GOAWAY') parts.push(`last=${lastStream(frame)}`)
  if (name === 'GOAWAY' || name === 'RST_STREAM') parts.push(errorCode(frame))
  else if (name === 'WINDOW_UPDATE') parts.push(`+${increment(frame)}`)
  else if (name === 'SETTINGS') for (const [id, value] of settingsOf(frame)) parts.push(`${id}=${value}`)
  else if (name === 'DATA') parts.push(`${contentOf(frame).length} bytes`)
  else if (name !== 'PING') parts.push(`${payload.length} bytes`)
  if (endsStream(frame)) parts.push('END_STREAM')
  if ((name === 'HEADERS' || name === 'CONTINUATION') && !endsHeaders(frame)) parts.push('to be continued')
  if ((name === 'SETTINGS' || name === 'PING') && isAck(frame)) parts.push('ACK')
  return parts.join(' ')
}

// --- Helpers ---

function padded(bytes: Uint8Array, padding: number | undefined): Uint8Array {
  return padding === undefined ? bytes : Buffer.concat([Uint8Array.of(padding), bytes, new Uint8Array(padding)])
}

function oldPriority({ dependency, weight = 15, exclusive = false }: OldPriority): Uint8Array {
  return Buffer.concat([uint32(exclusive ? dependency + 2 ** 31 : dependency), Uint8Array.of(weight)])
}

function codeNumber(code: ErrorCode | number): number {
  return typeof code === 'number' ? code : ERROR_CODES.indexOf(code)
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0
}
