// What a connection tells, while bytes are being received.
import type { WebSocketError } from './errors.ts'

/** Is told what comes in. Every method may pause the connection, and send. */
export interface WebSocketSink {
  /**
   * A whole message: `bytes` from `start` to `end`. Text is UTF-8, which has been judged.
   * @param owned nobody else uses these bytes: they may be kept; else they are borrowed, and valid only during the call
   */
  message(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): void
  /** A pong (RFC 6455 section 5.5.3): `bytes` from `start` to `end`, borrowed. Pings are answered by the connection. */
  pong(bytes: Uint8Array, start: number, end: number): void
  /**
   * The peer will send nothing more, and nothing more can be sent: its close frame has come, and has been answered.
   * @param code its code; 1005 where the frame had none, and 1006 where the peer ended without a close frame
   */
  closing(code: number, reason: string): void
  /**
   * The peer broke a rule: a close frame that says so is in the output, unless ours had been sent before or the peer has ended. Nothing
   * more is taken, and nothing more can be sent.
   */
  failed(error: WebSocketError): void
}
