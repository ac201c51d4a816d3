// The notation in which HTTP/2 vectors and traces show frames: one line a frame, in words, and read both ways.
// `test/vectors/h2/README.md` explains it to readers. Text in quotes is in HTTP/1.1's notation of bytes.

import { bytesOf, show, showText } from '../h1/notation.ts'
import {
  contentOf,
  ERROR_CODES,
  endsStream,
  errorCode,
  type Field,
  type Frame,
  fieldBlock,
  frame,
  increment,
  isAck,
  lastStream,
  literal,
  preface,
  SETTING_IDS,
  type SettingName,
  settingsOf,
  TYPES,
} from '../support/h2-frames.ts'

/** A line cut into its parts. */
export interface Line {
  /** The first word. */
  readonly name: string
  /** Bare words: flags and names of codes. */
  readonly words: readonly string[]
  /** Bare numbers; the first one is the stream. */
  readonly numbers: readonly number[]
  /** `name=value` */
  readonly options: ReadonlyMap<string, string>
  /** Text, fields and hex, in the order in which they stand. */
  readonly payload: Uint8Array
  /** What stands in brackets, and what `GET /` stands for. */
  readonly fields: readonly Field[]
}

const TOKEN = /"((?:[^"\\]|\\.)*)"|\[((?:[^\]\\]|\\.)*)\]|\{([0-9a-f ]*)\}|(\S+)/gi
const METHOD = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS)$/

const END_STREAM = 0x1
const ACK = 0x1
const END_HEADERS = 0x4
const PADDED = 0x8
const WITH_PRIORITY = 0x20

/** @throws SyntaxError for a line that is not in the notation */
export function parseLine(text: string): Line {
  const tokens = [...text.matchAll(TOKEN)]
  const name = tokens.shift()?.[4]
  if (name === undefined) throw new SyntaxError(`«${text}» does not begin with a word`)
  const words: string[] = []
  const numbers: number[] = []
  const options = new Map<string, string>()
  const payload: Uint8Array[] = []
  const fields: Field[] = []
  for (let i = 0; i < tokens.length; i++) {
    const [, quoted, bracketed, hex, word] = tokens[i]
    if (quoted !== undefined) payload.push(bytesOf(quoted))
    else if (bracketed !== undefined) {
      const listed = parseFields(bracketed)
      payload.push(Buffer.concat(listed.map(([name, value]) => fieldBytes(name, value))))
      fields.push(...listed.map(([name, value]): Field => [name.replace(/^[+!]/, ''), value]))
    } else if (hex !== undefined) payload.push(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
    else if (METHOD.test(word)) {
      const usual = usualFields(word, tokens[++i]?.[4] ?? '/')
      payload.push(fieldBlock(usual))
      fields.push(...usual)
    } else if (/^\d+$/.test(word)) numbers.push(Number(word))
    else if (/^\+\d+$/.test(word)) options.set('+', word.slice(1))
    else if (/^[^=]+=/.test(word)) options.set(word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1))
    else words.push(word)
  }
  return { name, words, numbers, options, payload: Buffer.concat(payload), fields }
}

/** The bytes that a line stands for. @throws SyntaxError for a line that is not in the notation */
export function bytesOfLine(text: string): Uint8Array {
  const line = parseLine(text)
  return line.name === 'PREFACE' ? preface : line.name === 'raw' ? line.payload : frameOf(line, text)
}

/** A line with its bytes written the one way in which they are compared. */
export function canonical(line: string): string {
  return show(bytesOf(line)).trimEnd()
}

/** The number of an error code that stands in a line by its name, or as a number. */
export function codeOf(name: string): number {
  const code = (ERROR_CODES as readonly string[]).indexOf(name)
  if (code === -1 && !/^0x/.test(name)) throw new SyntaxError(`${name} is no error code`)
  return code === -1 ? Number(name) : code
}

/** A code by its name, or as a number where it has none. */
export function showCode(code: number | string): string {
  return typeof code === 'string' ? code : (ERROR_CODES[code] ?? `0x${code.toString(16)}`)
}

/** Fields in brackets, as a line shows them. */
export function showFields(fields: Iterable<readonly [name: string, value: string]>): string {
  const shown = [...fields].map(([name, value]) => `${name}: ${hideMarks(showText(value))}`.trimEnd())
  return `[${shown.join(', ')}]`
}

/** Content in quotes, as a line shows it. */
export function showContent(content: Uint8Array): string {
  return `"${show(content).replaceAll('"', '\\x22')}"`
}

/**
 * A frame as a line.
 * @param fields of a frame with a header block, decoded
 * @param tables the sizes of the dynamic table that the block begins with
 */
export function showFrame(frame: Frame, fields: Block = [], tables: readonly number[] = []): string {
  const parts: string[] = [frame.name]
  if (frame.stream > 0) parts.push(`${frame.stream}`)
  parts.push(...(SHOWN[frame.name]?.(frame, fields, tables) ?? [`{${Buffer.from(frame.payload).toString('hex')}}`]))
  return parts.join(' ')
}

type Block = Iterable<readonly [name: string, value: string]>

const SHOWN: Readonly<Record<string, (frame: Frame, fields: Block, tables: readonly number[]) => string[]>> = {
  DATA: frame => [...flag(endsStream(frame), 'END_STREAM'), ...showPayload(contentOf(frame))],
  HEADERS: (frame, fields, tables) => [
    ...flag(endsStream(frame), 'END_STREAM'),
    ...tables.map(size => `table=${size}`),
    showFields(fields),
  ],
  RST_STREAM: frame => [showCode(errorCode(frame))],
  SETTINGS: frame => [
    ...flag(isAck(frame), 'ACK'),
    ...[...settingsOf(frame)].map(([id, value]) => `${settingName(id)}=${value}`),
  ],
  PING: frame => [...flag(isAck(frame), 'ACK'), showContent(frame.payload)],
  GOAWAY: frame => [`last=${lastStream(frame)}`, showCode(errorCode(frame))],
  WINDOW_UPDATE: frame => [`+${increment(frame)}`],
}

function flag(set: boolean, name: string): string[] {
  return set ? [name] : []
}

function showPayload(content: Uint8Array): string[] {
  return content.length === 0 ? [] : [showContent(content)]
}

function settingName(id: number): string {
  for (const [name, number] of Object.entries(SETTING_IDS)) if (number === id) return name
  return `0x${id.toString(16)}`
}

/** What `GET /path` stands for. */
function usualFields(method: string, path: string): Field[] {
  return [
    [':method', method],
    [':scheme', 'http'],
    [':authority', 'a'],
    [':path', path],
  ]
}

function parseFields(text: string): Field[] {
  return text
    .split(/, (?=[+!]?:?[^ :]*: ?)|, $/)
    .filter(Boolean)
    .map(field => {
      const colon = field.indexOf(':', 1 + (/^[+!]/.test(field) ? 1 : 0))
      if (colon === -1) throw new SyntaxError(`«${field}» is no field`)
      return [latin1(field.slice(0, colon)), latin1(field.slice(colon + 1).replace(/^ /, ''))]
    })
}

function latin1(notation: string): string {
  return Buffer.from(bytesOf(notation)).toString('latin1')
}

function fieldBytes(name: string, value: string): Uint8Array {
  if (name.startsWith('+')) return literal(name.slice(1), value, 'index')
  if (name.startsWith('!')) return literal(name.slice(1), value, 'never indexed')
  return fieldBlock([[name, value]])
}

/** A comma would end the field, a bracket the list. */
function hideMarks(text: string): string {
  return text.replaceAll(',', '\\x2c').replaceAll(']', '\\x5d')
}

function frameOf(line: Line, text: string): Uint8Array {
  const { name, options, words } = line
  const type = options.has('type') ? Number(options.get('type')) : TYPES[name as keyof typeof TYPES]
  if (type === undefined) throw new SyntaxError(`«${text}»: there is no frame ${name}`)
  const payload = options.has('type') ? line.payload : (PAYLOADS[name]?.(line) ?? line.payload)
  const stream = (line.numbers[0] ?? 0) + (words.includes('reserved') ? 2 ** 31 : 0)
  const length = options.has('length') ? Number(options.get('length')) : payload.length
  return frame(type, flagsOf(line), stream, payload, length)
}

function flagsOf({ name, words, options }: Line): number {
  if (options.has('flags')) return Number(options.get('flags'))
  let flags = 0
  if (words.includes('END_STREAM')) flags |= END_STREAM
  if (words.includes('ACK')) flags |= ACK
  if (/^(HEADERS|CONTINUATION|PUSH_PROMISE)$/.test(name) && !words.includes('-END_HEADERS')) flags |= END_HEADERS
  if (options.has('pad')) flags |= PADDED
  if (name === 'HEADERS' && options.has('on')) flags |= WITH_PRIORITY
  return flags
}

const PAYLOADS: Readonly<Record<string, (line: Line) => Uint8Array>> = {
  DATA: padded,
  HEADERS: line => padded({ ...line, payload: Buffer.concat([oldPriority(line), line.payload]) }),
  PRIORITY: line => Buffer.concat([oldPriority(line), line.payload]),
  RST_STREAM: ({ words, payload }) => Buffer.concat([...words.map(word => uint32(codeOf(word))), payload]),
  SETTINGS: ({ options, payload }) =>
    Buffer.concat([
      ...[...options]
        .filter(([id]) => id !== 'length' && id !== 'flags')
        .map(([id, value]) => setting(id, Number(value))),
      payload,
    ]),
  PUSH_PROMISE: line =>
    padded({ ...line, payload: Buffer.concat([uint32(Number(line.options.get('promises'))), line.payload]) }),
  GOAWAY: ({ options, words, payload }) =>
    options.has('last')
      ? Buffer.concat([uint32(Number(options.get('last'))), ...words.map(word => uint32(codeOf(word))), payload])
      : payload,
  WINDOW_UPDATE: ({ options, payload }) =>
    options.has('+') ? Buffer.concat([uint32(Number(options.get('+'))), payload]) : payload,
  PRIORITY_UPDATE: ({ options, payload }) =>
    options.has('of') ? Buffer.concat([uint32(Number(options.get('of'))), payload]) : payload,
}

/** `pad=N` puts N bytes behind, `pad=N/M` says N and puts M. */
function padded({ options, payload }: Line): Uint8Array {
  const [said, put] = (options.get('pad') ?? '').split('/')
  if (said === '') return payload
  return Buffer.concat([Uint8Array.of(Number(said)), payload, new Uint8Array(Number(put ?? said))])
}

/** `on=STREAM weight=16 exclusive` */
function oldPriority({ options, words }: Line): Uint8Array {
  const on = options.get('on')
  if (on === undefined) return new Uint8Array(0)
  const weight = Number(options.get('weight') ?? 16) - 1
  return Buffer.concat([uint32(Number(on) + (words.includes('exclusive') ? 2 ** 31 : 0)), Uint8Array.of(weight)])
}

/** The number of a setting that stands in a line by its name, or as a number. */
export function settingId(name: string): number {
  const number = SETTING_IDS[name as SettingName] ?? Number(name)
  if (Number.isNaN(number)) throw new SyntaxError(`${name} is no setting`)
  return number
}

function setting(id: string, value: number): Uint8Array {
  const number = settingId(id)
  return Buffer.concat([Uint8Array.of(number >> 8, number), uint32(value)])
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}
