// WebSocket frames written and read by hand (RFC 6455 section 5): the judge of the cases shares no code with the server that it judges.

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface FrameOptions {
  readonly fin?: boolean
  /** The three reserved bits as a number: 4 is RSV1. */
  readonly rsv?: number
}

/** What came in one frame. */
export interface Frame {
  readonly fin: boolean
  readonly rsv: number
  readonly opcode: number
  readonly payload: Buffer
}

/** A server has sent what no server may send. */
export class BrokenRule extends Error {}

let lastKey = 0x5bd1e995

/** A client's frame: masked, its length written in the shortest way. */
export function frame(opcode: number, content: Uint8Array | string = '', options: FrameOptions = {}): Buffer {
  const { fin = true, rsv = 0 } = options
  const payload = typeof content === 'string' ? Buffer.from(content) : content
  const { length } = payload
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const head = 2 + extended + 4
  // The payload begins where whole words begin, so that it is masked a word at a time.
  const pad = (4 - (head % 4)) % 4
  const room = new ArrayBuffer(Math.ceil((pad + head + length) / 4) * 4)
  const bytes = Buffer.from(room, pad, head + length)
  bytes[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode
  bytes[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127)
  if (extended === 2) bytes.writeUInt16BE(length, 2)
  if (extended === 8) bytes.writeBigUInt64BE(BigInt(length), 2)
  lastKey = (Math.imul(lastKey, 1_103_515_245) + 12_345) >>> 0
  bytes.writeUInt32LE(lastKey, head - 4)
  bytes.set(payload, head)
  const words = new Uint32Array(room, pad + head)
  const key = bytes.readUInt32LE(head - 4)
  for (let i = 0; i < words.length; i++) words[i] ^= key
  return bytes
}

/** A close frame with a code, a reason, or neither. */
export function closeFrame(code?: number, reason: string | Uint8Array = ''): Buffer {
  if (code === undefined) return frame(OPCODES.close)
  return frame(OPCODES.close, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]))
}

/** A message in frames of at most so many bytes. @param rsv of the first one */
export function fragmented(opcode: number, payload: Uint8Array, size: number, rsv = 0): Buffer[] {
  const frames: Buffer[] = []
  for (let start = 0; start === 0 || start < payload.length; start += size) {
    const fin = start + size >= payload.length
    const piece = payload.subarray(start, start + size)
    frames.push(start === 0 ? frame(opcode, piece, { fin, rsv }) : frame(OPCODES.continuation, piece, { fin }))
  }
  return frames
}

/** Reads a server's frames out of pieces of any size. */
export class FrameReader {
  private pieces: Buffer[] = []
  private size = 0
  /** Bytes up to which it makes no sense to look. */
  private wanted = 2

  /** Whether a frame has begun and not ended. */
  get isAmid(): boolean {
    return this.size > 0
  }

  /** @throws BrokenRule for what no server may send */
  *read(piece: Buffer): Generator<Frame> {
    this.pieces.push(piece)
    this.size += piece.length
    while (this.size >= this.wanted) {
      const bytes = this.pieces.length === 1 ? this.pieces[0] : Buffer.concat(this.pieces)
      this.pieces = [bytes]
      const head = headLength(bytes)
      const whole = bytes.length < head ? head : head + payloadLength(bytes)
      if (bytes.length < whole) {
        this.wanted = whole
        return
      }
      this.pieces = whole === bytes.length ? [] : [bytes.subarray(whole)]
      this.size = bytes.length - whole
      this.wanted = 2
      yield checked({
        fin: bytes[0] >= 0x80,
        rsv: (bytes[0] >> 4) & 7,
        opcode: bytes[0] & 15,
        payload: bytes.subarray(head, whole),
      })
    }
  }
}

function headLength(bytes: Buffer): number {
  if (bytes[1] >= 0x80) throw new BrokenRule('A server masks nothing (section 5.1)')
  return bytes[1] === 126 ? 4 : bytes[1] === 127 ? 10 : 2
}

function payloadLength(bytes: Buffer): number {
  if (bytes[1] < 126) return bytes[1]
  const length = bytes[1] === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  if (length < (bytes[1] === 126 ? 126 : 65_536))
    throw new BrokenRule('A length is written in the shortest way (section 5.2)')
  return length
}

function checked(frame: Frame): Frame {
  const { fin, opcode, payload } = frame
  if (opcode > 10 || (opcode > 2 && opcode < 8)) throw new BrokenRule(`Opcode ${opcode} is reserved (section 5.2)`)
  if (opcode >= 8 && (!fin || payload.length > 125))
    throw new BrokenRule('A control frame is whole, and has 125 bytes at most (section 5.5)')
  return frame
}
