// A plain reader of WebSocket frames, written from RFC 6455 and RFC 7692: it is given all bytes at once, keeps everything, and says what a
// connection must tell and send. It shares nothing with `src/websocket`.
import { isUtf8 } from 'node:buffer'
import { PlainInflater } from '../websocket/plain-inflater.ts'

export interface Expected {
  /** Lines as `websocket-check.ts` writes them. */
  readonly told: string[]
  readonly sent: string[]
  /** Close codes of which any is right for what failed; empty where nothing did. */
  codes: readonly number[]
  /** What is left over is no whole head, and may be found broken now or later: with these codes. */
  maybe: readonly number[]
  /** How the connection goes on is its own affair: blocks that end the stream are taken in reason. */
  unclear: boolean
  /** What happened, so that a fuzzer knows new behaviour when it sees it. */
  readonly seen: string[]
}

export interface Terms {
  readonly role: 'server' | 'client'
  readonly messageBytes: number
  readonly emptyFragments: number
  readonly compression: 'none' | 'takeover' | 'alone'
  /** Messages are sent back. */
  readonly echoes: boolean
  /** The program closes after so many messages; 0 for never. */
  readonly closesAfter: number
}

const COMPRESSED_FAULTS = [1007, 1009]

export function expectedOf(bytes: Uint8Array, terms: Terms): Expected {
  return new Reference(terms).read(bytes)
}

interface Head {
  readonly fin: boolean
  readonly reserved: number
  readonly opcode: number
  readonly masked: boolean
  readonly length: bigint
  readonly key: Uint8Array
  /** Where its payload begins. */
  readonly end: number
  readonly minimal: boolean
}

class Reference {
  private readonly terms: Terms
  private readonly expected: Expected = { told: [], sent: [], codes: [], maybe: [], unclear: false, seen: [] }
  private readonly inflater: PlainInflater
  private closeSent = false
  private messages = 0
  private message: { opcode: number; compressed: boolean; payload: Uint8Array; empty: number } | null = null

  constructor(terms: Terms) {
    this.terms = terms
    this.inflater = new PlainInflater(terms.compression === 'takeover')
  }

  read(bytes: Uint8Array): Expected {
    const { expected } = this
    let at = 0
    while (at < bytes.length && expected.codes.length === 0 && !expected.unclear) {
      const head = headAt(bytes, at)
      if (head === null) {
        if (bytes.length - at >= 2) expected.maybe = this.faultsOf(startOf(bytes, at))
        break
      }
      expected.codes = this.faultsOf(head)
      if (expected.codes.length > 0) break
      const length = Number(head.length)
      const came = bytes.subarray(head.end, head.end + length)
      const payload = came.map((byte, i) => byte ^ head.key[i % 4])
      at = head.end + length
      if (!this.take(head, payload, came.length === length)) break
    }
    if (expected.codes.length > 0) this.expected.seen.push(`failed ${expected.codes}`)
    return expected
  }

  /** Why the head is wrong; any of the codes is right. */
  private faultsOf({ fin, reserved, opcode, masked, length, minimal }: Head): number[] {
    const { role, compression } = this.terms
    const control = opcode >= 8
    const faults: number[] = []
    const mayBeCompressed = compression !== 'none' && (opcode === 1 || opcode === 2)
    if ((reserved & 3) !== 0 || ((reserved & 4) !== 0 && !mayBeCompressed)) faults.push(1002)
    if (![0, 1, 2, 8, 9, 10].includes(opcode)) faults.push(1002)
    if (masked !== (role === 'server')) faults.push(1002)
    if (!minimal || length >= 1n << 63n) faults.push(1002)
    if (control && (!fin || length > 125n)) faults.push(1002)
    if (!control && (opcode === 0) !== (this.message !== null)) faults.push(1002)
    if (!control && !this.fits(length, reserved)) faults.push(1009)
    if (!control && this.message !== null && length === 0n && !fin && this.message.empty >= this.terms.emptyFragments)
      faults.push(1008)
    return faults
  }

  /** What is compressed may be twice as large as the message, and a little more. */
  private fits(length: bigint, reserved: number): boolean {
    const { messageBytes } = this.terms
    const compressed = this.message?.compressed ?? (reserved & 4) !== 0
    const most = compressed ? messageBytes * 2 + 1024 : messageBytes
    return length + BigInt(this.message?.payload.length ?? 0) <= BigInt(most)
  }

  /** @returns whether more can be read */
  private take({ fin, reserved, opcode }: Head, payload: Uint8Array, whole: boolean): boolean {
    const { expected } = this
    if (opcode >= 8) {
      if (!whole) return false
      expected.seen.push(`control ${opcode} ${Math.min(2, payload.length)}`)
      return this.control(opcode, payload)
    }
    this.message ??= { opcode, compressed: (reserved & 4) !== 0, payload: new Uint8Array(0), empty: 0 }
    const { message } = this
    message.payload = Buffer.concat([message.payload, payload])
    if (whole && payload.length === 0 && !fin) message.empty++
    expected.seen.push(`data ${opcode} ${fin} ${message.compressed} ${whole} ${Math.min(3, message.empty)}`)
    if (!whole || !fin) {
      expected.codes = message.compressed ? this.faultOfStart(message) : faultOfText(message.opcode, message.payload)
      return whole
    }
    this.message = null
    this.complete(message.opcode, message.compressed, message.payload)
    return true
  }

  /** Few blocks may end the stream, and what came before one of them is remembered only where they came early on. */
  private judgeFinalBlocks(): void {
    const { finalBlocks, before } = this.inflater
    if (finalBlocks > 12 || (finalBlocks > 0 && before.length > 2000)) this.expected.unclear = true
  }

  private complete(opcode: number, compressed: boolean, payload: Uint8Array): void {
    const { expected, terms } = this
    let content = payload
    if (compressed) {
      try {
        content = this.inflater.message(payload, terms.messageBytes)
      } catch {
        this.judgeFinalBlocks()
        expected.codes = COMPRESSED_FAULTS
        return
      }
      this.judgeFinalBlocks()
    }
    if (opcode === 1 && !isUtf8(content)) {
      expected.codes = compressed ? COMPRESSED_FAULTS : [1007]
      return
    }
    const line = `${opcode === 1 ? 'text' : 'binary'} ${Buffer.from(content).toString('hex')}`
    expected.told.push(line)
    if (terms.echoes && !this.closeSent) expected.sent.push(line)
    if (++this.messages === terms.closesAfter) {
      expected.sent.push('close 1000')
      this.closeSent = true
    }
  }

  /** What has come of a compressed message so far. */
  private faultOfStart({ opcode, payload }: { opcode: number; payload: Uint8Array }): readonly number[] {
    try {
      const made = this.inflater.start(payload)
      return made.length > this.terms.messageBytes || faultOfText(opcode, made).length > 0 ? COMPRESSED_FAULTS : []
    } catch {
      return COMPRESSED_FAULTS
    }
  }

  private control(opcode: number, payload: Uint8Array): boolean {
    const { expected } = this
    const hex = Buffer.from(payload).toString('hex')
    if (opcode === 9) expected.sent.push(`pong ${hex}`)
    if (opcode === 10) expected.told.push(`pong ${hex}`)
    if (opcode !== 8) return true
    const code = payload.length < 2 ? 0 : (payload[0] << 8) | payload[1]
    if (payload.length === 1 || (payload.length > 0 && !CODES.has(code) && !(code >= 3000 && code < 5000)))
      expected.codes = [1002]
    // A code that is wrong and a reason that is none: either may be found first.
    if (payload.length > 2 && !isUtf8(payload.subarray(2))) expected.codes = [...expected.codes, 1007]
    if (expected.codes.length > 0) return false
    expected.told.push(payload.length === 0 ? 'closing 1005 ' : `closing ${code} ${hex.slice(4)}`)
    if (!this.closeSent) expected.sent.push(payload.length === 0 ? 'close' : `close ${code}`)
    return false
  }
}

/** Those of RFC 6455 section 7.4.1 that may be sent, and those that IANA has registered since. */
const CODES = new Set([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014])

/** The start of text is wrong where nothing could make it right. */
function faultOfText(opcode: number, start: Uint8Array): number[] {
  if (opcode !== 1) return []
  return ENDINGS.some(ending => isUtf8(Buffer.concat([start, ending]))) ? [] : [1007]
}

const ENDINGS = [[], [0x80], [0xbf], [0x80, 0x80], [0xbf, 0x80], [0x80, 0x80, 0x80], [0xbf, 0x80, 0x80]].map(bytes =>
  Uint8Array.from(bytes),
)

/** null where it has not come whole. */
function headAt(bytes: Uint8Array, start: number): Head | null {
  if (bytes.length < start + 2) return null
  const masked = bytes[start + 1] >= 0x80
  const short = bytes[start + 1] % 128
  const more = short === 126 ? 2 : short === 127 ? 8 : 0
  const end = start + 2 + more + (masked ? 4 : 0)
  if (bytes.length < end) return null
  let length = more === 0 ? BigInt(short) : 0n
  for (let i = 0; i < more; i++) length = length * 256n + BigInt(bytes[start + 2 + i])
  const minimal = more === 0 || (more === 2 ? length > 125n : length > 65_535n)
  const key = masked ? bytes.subarray(end - 4, end) : new Uint8Array(4)
  return { ...firstByte(bytes[start]), masked, length, key, end, minimal }
}

/** What the first two bytes say already; a length that has not come whole might be any. */
function startOf(bytes: Uint8Array, at: number): Head {
  const short = bytes[at + 1] % 128
  const masked = bytes[at + 1] >= 0x80
  return { ...firstByte(bytes[at]), masked, length: BigInt(short), key: new Uint8Array(4), end: 0, minimal: true }
}

function firstByte(byte: number): Pick<Head, 'fin' | 'reserved' | 'opcode'> {
  return { fin: byte >= 0x80, reserved: (byte >> 4) % 8, opcode: byte % 16 }
}
