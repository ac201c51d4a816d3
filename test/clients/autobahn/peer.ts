// The judge's end of a WebSocket connection: it sends what a case says, notes what comes back, and looks that each frame is one that a
// server may send. It answers a close frame, as any client does, and leaves the connection's end to the server (RFC 6455 section 7.1.1).
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Agreed, agreedOn, ClientDeflate, type Offer, offered } from './deflate.ts'
import { BrokenRule, closeFrame, type Frame, FrameReader, fragmented, OPCODES } from './frames.ts'
import type { Opened, Way } from './opening.ts'

/** What a server has sent: a message, a ping or a pong. */
export interface Heard {
  readonly kind: 'text' | 'binary' | 'ping' | 'pong'
  readonly payload: Buffer
}

export class Peer {
  readonly heard: Heard[] = []
  /** The server's close frame, with null where it has no code. */
  close: { readonly code: number | null; readonly first: boolean } | null = null
  /** The server has closed its side, or all: no more will come. */
  ended = false
  /** The server has broken a rule, or off. */
  fault: Error | null = null
  /** Whether messages are compressed, and how. */
  readonly agreed: Agreed | null
  private readonly stream: Opened['stream']
  private readonly reader = new FrameReader()
  private readonly deflate: ClientDeflate | null
  private message: { opcode: number; compressed: boolean; pieces: Buffer[] } | null = null
  private closeSent = false
  private wake: (() => void) | null = null

  static async open(way: Way, offers: readonly Offer[] = []): Promise<Peer> {
    const { stream, extensions } = await way.open(offered(offers))
    return new Peer(stream, agreedOn(extensions, offers))
  }

  private constructor(stream: Opened['stream'], agreed: Agreed | null) {
    this.stream = stream
    this.agreed = agreed
    this.deflate = agreed === null ? null : new ClientDeflate(agreed)
    stream.on('data', (piece: Buffer) => this.receive(piece))
    stream.on('end', () => this.end(null))
    stream.on('close', () => this.end(null))
    stream.on('error', error => this.end(error))
  }

  /** @param chop each so many bytes are a write of their own, one a turn */
  async send(bytes: Uint8Array, chop = bytes.length): Promise<void> {
    for (let at = 0; at < bytes.length; at += chop) {
      if (this.stream.writable) this.stream.write(bytes.subarray(at, at + chop))
      await nextTurn()
    }
  }

  /** Sends a message, compressed if that was agreed on. */
  sendMessage(opcode: number, payload: Uint8Array, fragment = Number.POSITIVE_INFINITY): void {
    const packed = this.deflate === null ? payload : this.deflate.compressed(payload)
    const frames = fragmented(opcode, packed, fragment, this.deflate === null ? 0 : 4)
    this.stream.cork()
    for (const one of frames) this.stream.write(one)
    this.stream.uncork()
  }

  /** Begins to close. */
  sendClose(bytes: Uint8Array): void {
    if (this.closeSent) return
    this.closeSent = true
    if (this.stream.writable) this.stream.write(bytes)
  }

  /** A close frame is among the bytes that a case sends itself. */
  closesByItself(): void {
    this.closeSent = true
  }

  /** Waits until it is so, the connection's end has come, or patience is over. @returns whether it is so */
  async until(condition: () => boolean, patience: number): Promise<boolean> {
    if (condition()) return true
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, patience)
    this.wake = () => {
      if (condition() || this.ended) resolve()
    }
    this.wake()
    await promise
    clearTimeout(timer)
    this.wake = null
    return condition()
  }

  destroy(): void {
    this.deflate?.close()
    this.stream.destroy()
  }

  private receive(piece: Buffer): void {
    if (this.fault !== null) return
    try {
      for (const frame of this.reader.read(piece)) this.take(frame)
    } catch (error) {
      this.fault = error as Error
      this.stream.destroy()
    }
    this.wake?.()
  }

  private end(error: Error | null): void {
    this.ended = true
    if (error !== null) this.fault ??= error
    if (this.reader.isAmid) this.fault ??= new BrokenRule('It ended in the middle of a frame')
    // The stream is open on this side until we end it, too.
    if (this.stream.writable) this.stream.end()
    this.wake?.()
  }

  private take({ fin, rsv, opcode, payload }: Frame): void {
    if (this.close !== null) throw new BrokenRule('A close frame is the last (section 5.5.1)')
    const starts = opcode === OPCODES.text || opcode === OPCODES.binary
    if (rsv !== 0 && !(rsv === 4 && starts && this.deflate !== null))
      throw new BrokenRule(`Reserved bits ${rsv} in a frame with opcode ${opcode} (section 5.2)`)
    if (opcode === OPCODES.close) this.takeClose(payload)
    else if (opcode === OPCODES.ping || opcode === OPCODES.pong)
      this.heard.push({ kind: opcode === OPCODES.ping ? 'ping' : 'pong', payload: Buffer.from(payload) })
    else this.takeFragment(opcode, rsv === 4, payload, fin)
  }

  private takeFragment(opcode: number, compressed: boolean, payload: Buffer, fin: boolean): void {
    if ((opcode === OPCODES.continuation) !== (this.message !== null))
      throw new BrokenRule('A message goes on in continuation frames, and begins in no such (section 5.4)')
    this.message ??= { opcode, compressed, pieces: [] }
    const { message } = this
    message.pieces.push(payload)
    if (!fin) return
    this.message = null
    const packed = message.pieces.length === 1 ? payload : Buffer.concat(message.pieces)
    const whole = message.compressed && this.deflate !== null ? this.deflate.inflated(packed) : packed
    const isText = message.opcode === OPCODES.text
    if (isText) utf8(whole)
    this.heard.push({ kind: isText ? 'text' : 'binary', payload: whole })
  }

  private takeClose(payload: Buffer): void {
    if (payload.length === 1) throw new BrokenRule('A close frame has a whole code or none (section 5.5.1)')
    utf8(payload.subarray(2))
    const code = payload.length === 0 ? null : payload.readUInt16BE(0)
    this.close = { code, first: !this.closeSent }
    this.sendClose(code === null ? closeFrame() : closeFrame(code))
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function utf8(bytes: Buffer): void {
  try {
    decoder.decode(bytes)
  } catch {
    throw new BrokenRule('Text is UTF-8 (section 5.6)')
  }
}
