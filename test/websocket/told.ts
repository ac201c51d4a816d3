// What a connection tells and sends, to be compared with what `plain-reader.ts` says.
import {
  WebSocketConnection,
  type WebSocketError,
  type WebSocketLimits,
  type WebSocketSink,
} from '../../src/websocket/index.ts'
import { lend } from '../support/scribble.ts'
import type { Role } from './notation.ts'
import type { Told } from './plain-reader.ts'

/** Records what comes of bytes. The output is looked at whenever something is told, so that the order shows. */
export class Recorder implements WebSocketSink {
  readonly connection: WebSocketConnection
  readonly all: Told[] = []
  private readonly role: Role

  constructor(role: Role, limits: WebSocketLimits) {
    this.role = role
    this.connection = new WebSocketConnection(role, limits, null, role === 'client' ? () => 0x01020304 : null)
  }

  /** What was told as one thing, whatever came in between. @param sizes of the reads; what is left over comes in one */
  read(bytes: Uint8Array, sizes: Iterable<number>): this {
    let at = 0
    for (const size of [...sizes, bytes.length]) {
      const end = Math.min(bytes.length, at + size)
      while (at < end) at += this.give(bytes, at, end)
    }
    this.look()
    return this
  }

  /** In a buffer that is full of junk afterwards. @returns how much was taken */
  protected give(bytes: Uint8Array, at: number, end: number): number {
    let taken = 0
    lend(bytes, at, end, (lent, from, to) => {
      taken = this.connection.receive(lent, this, from, to)
    })
    return taken
  }

  message(text: boolean, bytes: Uint8Array, start: number, end: number): void {
    this.look()
    this.all.push({ told: 'message', text, payload: hex(bytes.subarray(start, end)) })
  }

  pong(bytes: Uint8Array, start: number, end: number): void {
    this.look()
    this.all.push({ told: 'pong', payload: hex(bytes.subarray(start, end)) })
  }

  closing(code: number, reason: string): void {
    this.look()
    this.all.push({ told: 'closing', code, reason })
  }

  failed({ rule, offset }: WebSocketError): void {
    this.look()
    this.all.push({ told: 'failed', rule, offset })
  }

  /** Takes down what has been sent: pongs and close frames, all of them short. */
  look(): void {
    const { output } = this.connection
    const bytes = Buffer.concat(output.take())
    output.recycle()
    for (let at = 0; at < bytes.length; ) {
      const masked = this.role === 'client' ? 4 : 0
      const start = at + 2 + masked
      const end = start + (bytes[at + 1] & 0x7f)
      const payload = bytes
        .subarray(start, end)
        .map((byte, i) => (masked === 0 ? byte : byte ^ bytes[at + 2 + (i % 4)]))
      this.all.push({ sent: bytes[at] === 0x8a ? 'pong' : 'close', payload: hex(payload) })
      at = end
    }
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
