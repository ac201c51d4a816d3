// The notation in which WebSocket vectors and traces show frames: one line a frame, in words, and read both ways.
// `test/vectors/websocket/README.md` explains it to readers. Text in quotes is in HTTP/1.1's notation of bytes.
import { deflateRawSync } from 'node:zlib'
import { bytesOf, show } from '../h1/notation.ts'

export type Role = 'server' | 'client'

/** A frame as it stands on the wire, unmasked. */
export interface Frame {
  readonly fin: boolean
  /** RSV1 to RSV3 as in the frame's first byte. */
  readonly reserved: number
  readonly opcode: number
  /** The masking key; null where it is not masked. */
  readonly key: number | null
  readonly payload: Uint8Array
}

const OPCODES: Readonly<Record<string, number>> = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 }
const RESERVED: Readonly<Record<string, number>> = { rsv1: 0x40, rsv2: 0x20, rsv3: 0x10 }
/** That of the examples in RFC 6455 section 5.7. */
const KEY = '37fa213d'
const TOKEN = /"((?:[^"\\]|\\.)*)"|\{([0-9a-f ]*)\}|(\S+)/gi

/** A line cut into its parts. */
interface Line {
  readonly name: string
  readonly words: readonly string[]
  readonly numbers: readonly number[]
  readonly options: ReadonlyMap<string, string>
  readonly payload: Uint8Array
}

/** @throws SyntaxError for a line that is not in the notation */
export function parseLine(text: string): Line {
  const words: string[] = []
  const numbers: number[] = []
  const options = new Map<string, string>()
  const payload: Uint8Array[] = []
  const [name, rest] = text.match(/^(\S+)(.*)$/)?.slice(1) ?? []
  if (name === undefined) throw new SyntaxError(`«${text}» does not begin with a word`)
  for (const [, quoted, hex, word] of rest.matchAll(TOKEN)) {
    if (quoted !== undefined) payload.push(bytesOf(quoted))
    else if (hex !== undefined) payload.push(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
    else if (/^\d+$/.test(word)) numbers.push(Number(word))
    else if (word.includes('=')) options.set(...(word.split('=') as [string, string]))
    else words.push(word)
  }
  return { name, words, numbers, options, payload: Buffer.concat(payload) }
}

/** Makes bytes of the lines that a peer sends, one after the other: `more` goes on in the frame before. */
export class FrameWriter {
  private readonly masks: boolean
  private key: Uint8Array = new Uint8Array(4)
  private phase = 0

  /** @param sender who sends the frames */
  constructor(sender: Role) {
    this.masks = sender === 'client'
  }

  /** @throws SyntaxError for a line that is not in the notation */
  bytesOfLine(text: string): Uint8Array {
    const line = parseLine(text)
    if (line.name === 'raw') return line.payload
    if (line.name === 'more') return this.mask(line.payload)
    return this.frame(line, text)
  }

  private frame({ name, words, numbers, options, payload }: Line, text: string): Uint8Array {
    const opcode = OPCODES[name] ?? Number(name)
    if (!(opcode <= 15)) throw new SyntaxError(`«${text}»: there is no frame ${name}`)
    const wrong = words.find(word => !/^(-FIN|rsv[123]|deflated|(un)?masked)$/.test(word))
    if (wrong !== undefined) throw new SyntaxError(`«${text}»: ${wrong} says nothing about a frame`)
    const carried = Buffer.concat([...numbers.map(code => Uint8Array.of(code >>> 8, code)), payload])
    const content = words.includes('deflated') ? deflated(carried) : carried
    let first = opcode | (words.includes('-FIN') ? 0 : 0x80) | (words.includes('deflated') ? 0x40 : 0)
    for (const word of words) first |= RESERVED[word] ?? 0
    const masked = (this.masks || words.includes('masked')) && !words.includes('unmasked')
    const length = BigInt(options.get('length') ?? content.length)
    const [short, long] = lengthBytes(length, Number(options.get('as') ?? 0))
    this.key = Buffer.from(masked ? (options.get('key') ?? KEY) : '00000000', 'hex')
    this.phase = 0
    const key = masked ? this.key : new Uint8Array(0)
    return Buffer.concat([Uint8Array.of(first, (masked ? 0x80 : 0) | short), long, key, this.mask(content)])
  }

  private mask(bytes: Uint8Array): Uint8Array {
    return bytes.map(byte => byte ^ this.key[this.phase++ % 4])
  }
}

/** A frame as a line; what a reader would not expect of `sender` is said. @param content inflated, where the message is compressed */
export function showFrame(frame: Frame, sender: Role, content: Uint8Array | null = null): string {
  const { opcode, payload, fin, reserved, key } = frame
  const parts = [Object.keys(OPCODES).find(name => OPCODES[name] === opcode) ?? `${opcode}`]
  if (!fin) parts.push('-FIN')
  for (const [name, bit] of Object.entries(RESERVED)) if (reserved & bit) parts.push(name)
  if ((key !== null) !== (sender === 'client')) parts.push(key !== null ? 'masked' : 'unmasked')
  if (opcode === OPCODES.close && payload.length >= 2) parts.push(`${(payload[0] << 8) | payload[1]}`)
  const shown = content ?? payload.subarray(opcode === OPCODES.close ? 2 : 0)
  if (shown.length > 0) parts.push(showBytes(shown))
  return parts.join(' ')
}

/** Content in quotes, as a line shows it. */
export function showBytes(bytes: Uint8Array): string {
  return `"${show(bytes).replaceAll('"', '\\x22')}"`
}

/** A line with its bytes written the one way in which they are compared. */
export function canonical(line: string): string {
  return line.replace(/"((?:[^"\\]|\\.)*)"/g, (_, text) => showBytes(bytesOf(text)))
}

/** Takes the frames out of what was sent. */
export class FrameReader {
  private bytes: Uint8Array = new Uint8Array(0)

  /** How many bytes wait for the rest of their frame. */
  get rest(): number {
    return this.bytes.length
  }

  take(bytes: Uint8Array): Frame[] {
    this.bytes = Buffer.concat([this.bytes, bytes])
    const frames: Frame[] = []
    for (let frame = this.next(); frame !== null; frame = this.next()) frames.push(frame)
    return frames
  }

  private next(): Frame | null {
    const { bytes } = this
    if (bytes.length < 2) return null
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const masked = (bytes[1] & 0x80) !== 0
    let length = bytes[1] & 0x7f
    let at = 2
    if (length === 126) {
      if (bytes.length < 4) return null
      length = view.getUint16(2)
      at = 4
    } else if (length === 127) {
      if (bytes.length < 10) return null
      length = Number(view.getBigUint64(2))
      at = 10
    }
    if (bytes.length < at + (masked ? 4 : 0) + length) return null
    const mask = masked ? bytes.subarray(at, at + 4) : new Uint8Array(4)
    const key = masked ? view.getUint32(at) : null
    if (masked) at += 4
    const payload = Uint8Array.from(bytes.subarray(at, at + length), (byte, i) => byte ^ mask[i % 4])
    this.bytes = bytes.subarray(at + length)
    return { fin: bytes[0] >= 0x80, reserved: bytes[0] & 0x70, opcode: bytes[0] & 0x0f, key, payload }
  }
}

/** As RFC 7692 section 7.2.1 says: an empty block ends it, of which the last four bytes are left out. */
function deflated(bytes: Uint8Array): Uint8Array {
  const whole = deflateRawSync(bytes, { finishFlush: 2 })
  return whole.subarray(0, -4)
}

/** The seven bits of a length, and the bytes behind them. @param as bits to be used though fewer would do */
function lengthBytes(length: bigint, as: number): [short: number, long: Uint8Array] {
  if (length < 126n && as === 0) return [Number(length), new Uint8Array(0)]
  const long = Buffer.alloc(length < 65_536n && as !== 64 ? 2 : 8)
  if (long.length === 2) long.writeUInt16BE(Number(length))
  else long.writeBigUInt64BE(length)
  return [long.length === 2 ? 126 : 127, long]
}
