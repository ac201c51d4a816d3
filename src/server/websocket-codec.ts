// permessage-deflate (RFC 7692) for one connection, by Node's zlib. What it needs it gets from the server's pool when it first
// compresses or inflates something, so that a connection that does not costs nothing but what it has reserved.
import { copyOf } from '../bytes/copy.ts'
import type { Agreed, InflateFault, MessageCodec, ServerTerms } from '../websocket/index.ts'
import { compressed, DeflatingSide } from './websocket-codec-deflating.ts'
import { PlainCodec } from './websocket-codec-fallback.ts'
import { InflatingSide } from './websocket-codec-inflating.ts'
import { type CodecPool, deflaterBits } from './websocket-codec-pool.ts'
import { hasCoders } from './websocket-codec-zlib.ts'

/** The terms on which this server compresses: where its memory is spoken for, clients are not to refer to earlier messages. */
export function compressionTerms(pool: CodecPool): ServerTerms {
  return { takeover: pool.remembers, keeps: bits => pool.keeps(bits) }
}

/** The codec of a connection. It must be closed. */
export function codecFor(agreed: Agreed, role: 'server' | 'client', pool: CodecPool): MessageCodec {
  const { serverTakeover, serverWindowBits, clientTakeover, clientWindowBits } = agreed
  const server = { takeover: serverTakeover, windowBits: serverWindowBits }
  const client = { takeover: clientTakeover, windowBits: clientWindowBits }
  const [ours, theirs] = role === 'server' ? [server, client] : [client, server]
  return hasCoders() ? new DeflateCodec(pool, ours, theirs) : new PlainCodec(deflaterBits(ours.windowBits))
}

/** What one side may do. */
interface Direction {
  readonly takeover: boolean
  readonly windowBits: number
}

class DeflateCodec implements MessageCodec {
  readonly windowBits: number
  private readonly pool: CodecPool
  private readonly inflating: InflatingSide
  private readonly deflating: DeflatingSide
  private closed = false

  constructor(pool: CodecPool, ours: Direction, theirs: Direction) {
    this.pool = pool
    this.windowBits = deflaterBits(ours.windowBits)
    this.inflating = new InflatingSide(pool, theirs.windowBits, theirs.takeover)
    this.deflating = new DeflatingSide(pool, ours.windowBits, ours.takeover)
  }

  get more(): boolean {
    return this.inflating.more
  }

  inflate(bytes: Uint8Array, start: number, end: number, last: boolean, most: number): Uint8Array | InflateFault {
    return this.inflating.inflate(bytes, start, end, last, most)
  }

  inflateMore(most: number): Uint8Array | InflateFault {
    return this.inflating.inflateMore(most)
  }

  deflate(bytes: Uint8Array, start: number, end: number): Uint8Array | null {
    return this.deflating.deflate(bytes, start, end)
  }

  deflateSlice(bytes: Uint8Array, start: number, end: number, first: boolean, last: boolean): Uint8Array | null {
    return this.deflating.deflateSlice(bytes, start, end, first, last)
  }

  deflateAlone(bytes: Uint8Array): Uint8Array | null {
    const made = compressed(this.pool.loneDeflater(this.windowBits), bytes, 0, bytes.length)
    return made === null ? null : copyOf(made)
  }

  forget(): void {
    this.deflating.forget()
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.inflating.close()
    this.deflating.close()
  }
}
