// permessage-deflate as a client (RFC 7692), with Node's zlib: what is offered, whether what the server answers fits to it, and the
// messages' way through both codecs. The inflater has the window that was agreed on and not a byte more: who refers back farther is found.
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib'
import { BrokenRule } from './frames.ts'

/** What a client asks for (section 7.1); each has room for what the server may ask of the client. */
export interface Offer {
  readonly serverNoContextTakeover?: boolean
  readonly serverMaxWindowBits?: number
}

/** What was agreed on. */
export interface Agreed {
  readonly serverNoContextTakeover: boolean
  readonly clientNoContextTakeover: boolean
  readonly serverMaxWindowBits: number
  readonly clientMaxWindowBits: number
}

/** The value of Sec-WebSocket-Extensions, the preferred offer first. */
export function offered(offers: readonly Offer[]): string {
  return offers
    .map(({ serverNoContextTakeover, serverMaxWindowBits }) =>
      [
        'permessage-deflate',
        'client_no_context_takeover',
        'client_max_window_bits',
        ...(serverNoContextTakeover ? ['server_no_context_takeover'] : []),
        ...(serverMaxWindowBits === undefined ? [] : [`server_max_window_bits=${serverMaxWindowBits}`]),
      ].join('; '),
    )
    .join(', ')
}

/** @returns null where there is no compression. @throws BrokenRule for an answer that no offer allows */
export function agreedOn(response: string | undefined, offers: readonly Offer[]): Agreed | null {
  if (response === undefined) return null
  const [name, ...parameters] = response.split(';').map(part => part.trim())
  if (name !== 'permessage-deflate' || response.includes(',')) throw new BrokenRule(`It agrees to: ${response}`)
  const given = new Map<string, string>()
  for (const parameter of parameters) {
    const [key, value = ''] = parameter.split('=')
    if (given.has(key)) throw new BrokenRule(`${key} comes twice (section 7.1)`)
    given.set(key, value)
  }
  const agreed: Agreed = {
    serverNoContextTakeover: flag(given, 'server_no_context_takeover'),
    clientNoContextTakeover: flag(given, 'client_no_context_takeover'),
    serverMaxWindowBits: bits(given, 'server_max_window_bits'),
    clientMaxWindowBits: bits(given, 'client_max_window_bits'),
  }
  if (given.size > 0) throw new BrokenRule(`Unknown parameters (section 7): ${[...given.keys()]}`)
  if (!offers.some(offer => fits(agreed, offer))) throw new BrokenRule(`No offer allows for this answer: ${response}`)
  return agreed
}

function fits(agreed: Agreed, { serverNoContextTakeover = false, serverMaxWindowBits = 15 }: Offer): boolean {
  return (
    (agreed.serverNoContextTakeover || !serverNoContextTakeover) && agreed.serverMaxWindowBits <= serverMaxWindowBits
  )
}

function flag(given: Map<string, string>, key: string): boolean {
  const value = given.get(key)
  if (value !== undefined && value !== '') throw new BrokenRule(`${key} has no value (section 7.1.1)`)
  return given.delete(key)
}

function bits(given: Map<string, string>, key: string): number {
  const value = given.get(key)
  if (value === undefined) return 15
  given.delete(key)
  if (!/^([89]|1[0-5])$/.test(value)) throw new BrokenRule(`${key}=${value} (section 7.1.2)`)
  return Number(value)
}

const TAIL = Buffer.from([0, 0, 0xff, 0xff])

/** A client's two codecs. */
export class ClientDeflate {
  private readonly agreed: Agreed
  private readonly deflater: Codec
  private readonly inflater: Codec

  constructor(agreed: Agreed) {
    this.agreed = agreed
    if (agreed.clientMaxWindowBits === 8) throw new BrokenRule('zlib has no raw deflate with a window of 256 bytes')
    this.deflater = new Codec(createDeflateRaw({ windowBits: agreed.clientMaxWindowBits }), 16_384)
    // Within one call of zlib the whole output can be referred to, so a small window is held to by small calls.
    const room = agreed.serverMaxWindowBits < 15 ? 64 : 16_384
    this.inflater = new Codec(createInflateRaw({ windowBits: agreed.serverMaxWindowBits }), room)
  }

  compressed(payload: Uint8Array): Buffer {
    if (this.agreed.clientNoContextTakeover) this.deflater.reset()
    const all = this.deflater.process(payload)
    // A second flush with nothing in between gives nothing at all.
    return all.length === 0 ? Buffer.from([0]) : all.subarray(0, all.length - TAIL.length)
  }

  inflated(payload: Uint8Array): Buffer {
    if (this.agreed.serverNoContextTakeover) this.inflater.reset()
    return this.inflater.process(Buffer.concat([payload, TAIL]))
  }

  close(): void {
    this.deflater.close()
    this.inflater.close()
  }
}

/** What a stream of node:zlib has inside. */
interface Handle {
  writeSync(
    flush: number,
    from: Uint8Array,
    at: number,
    length: number,
    to: Uint8Array,
    at2: number,
    room: number,
  ): void
  onerror: (message: string, errno: number, code: string) => void
}

interface Inside {
  readonly _handle: Handle
  /** What was left of the output's room, and of the input. */
  readonly _writeState: Uint32Array
  reset(): void
  close(): void
}

/** One of zlib's streams, flushed after each message; synchronously: two hundred thousand messages have no time for a thread each. */
class Codec {
  private readonly inside: Inside
  private readonly room: Buffer

  constructor(stream: object, room: number) {
    this.inside = stream as Inside
    this.room = Buffer.allocUnsafeSlow(room)
    this.inside._handle.onerror = message => {
      throw new BrokenRule(`zlib: ${message}`)
    }
  }

  process(bytes: Uint8Array): Buffer {
    const { _handle: handle, _writeState: state } = this.inside
    const pieces: Buffer[] = []
    let at = 0
    for (;;) {
      handle.writeSync(constants.Z_SYNC_FLUSH, bytes, at, bytes.length - at, this.room, 0, this.room.length)
      const [left, unread] = state
      at = bytes.length - unread
      pieces.push(Buffer.from(this.room.subarray(0, this.room.length - left)))
      if (left > 0 && unread === 0) return Buffer.concat(pieces)
      if (left > 0) throw new BrokenRule('zlib: there is something behind the end')
    }
  }

  reset(): void {
    this.inside.reset()
  }

  close(): void {
    this.inside.close()
  }
}
