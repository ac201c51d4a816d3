// What goes out: heads, content, trailers, in the order that states.ts allows, as bytes in `output`. Where a message ends is
// written as the receiver must be able to read it: Content-Length, chunked, or the connection's end (RFC 9112 section 6).
import { consistsOf, FIELD_VALUE, TARGET, TOKEN } from '../bytes/classes.ts'
import type { Output } from '../bytes/output.ts'
import type { FieldList } from '../http/fields.ts'
import { hasNoContent } from '../http/status.ts'
import { after, CLOSED, CONTENT, DONE, FAILED, IDLE, type SideState, TUNNEL } from './states.ts'
import { chunkHead, formOf, type H1Form, type Preamble, statusLine, trailerSection } from './writer.ts'

/** A message's content while the end of it is not known, for `sendResponse` and `sendRequest`. */
export const UNKNOWN_LENGTH = -1

/** Content up to this size is remembered together with its head, to be sent again. */
const REMEMBERED = 2048

/** Its content is empty by definition, and said to be (RFC 9110 section 15.3.6). */
const RESET_CONTENT = 205

/** The sending half of a connection, with what both halves must know of the exchange. */
export class SendingSide {
  /** What is ready to be written. */
  readonly output: Output
  /** What comes in and what goes out, as states.ts tells it. */
  receiving: SideState = IDLE
  /** Where this side is between one message and the next. */
  sending: SideState = IDLE

  /** The request's method: of the one received in the server's role, of the one sent in the client's. */
  protected method = ''
  /** The version of the request received, for what the client can read. */
  protected minor: 0 | 1 = 1
  /** The request sent asked for another protocol. */
  protected upgradeAsked = false
  /** Another exchange may follow, as far as both messages have said. */
  protected persistent = true

  private chunked = false
  private sendLeft = 0
  private bodiless = false

  constructor(output: Output) {
    this.output = output
  }

  /** Whether the connection must be closed once the output has been written: no other exchange can follow. */
  get finished(): boolean {
    return this.sending === CLOSED || this.sending === FAILED || (this.sending === DONE && !this.persistent)
  }

  /**
   * Sends an interim response (RFC 9110 section 15.2). Nothing is sent to an HTTP/1.0 client, which knows none.
   * @param status 100 to 199, not 101
   */
  sendInterim(status: number, fields: FieldList): void {
    this.sending = after('interim', this.sending)
    if (this.minor === 1) this.output.text(`${statusLine(status)}${formOf(fields).lines}\r\n`)
  }

  /**
   * Sends a response's head, and its end where no content can follow: then `sending` is no longer CONTENT.
   * @param length the content's length in bytes, or UNKNOWN_LENGTH
   * @param preamble the status line and the fields that every response has
   */
  sendResponse(status: number, fields: FieldList, length: number, preamble: Preamble): void {
    this.output.text(`${this.startResponse(status, fields, length, preamble)}\r\n`)
    this.sending = after('head', this.sending)
    if (this.bodiless || length === 0) this.finishSending()
  }

  /**
   * Sends a whole response whose content is latin1 text, as one piece of text.
   * @returns how many bytes of content were sent: none where the response has none
   */
  sendTextResponse(status: number, fields: FieldList, content: string, preamble: Preamble): number {
    const head = this.startResponse(status, fields, content.length, preamble)
    const text = this.bodiless ? `${head}\r\n` : `${head}\r\n${content}`
    if (this.isUsual && !this.bodiless && content.length <= REMEMBERED) {
      formOf(fields).last = { status, content, preamble, edition: preamble.edition, text }
    }
    const sent = this.bodiless ? 0 : content.length
    this.sendWhole(text)
    return sent
  }

  /**
   * Sends what `sendTextResponse` sent last with these fields, if this response is the same: nothing has to be made then.
   * @returns whether it was
   */
  sendAgain(status: number, fields: FieldList, content: string, preamble: Preamble): boolean {
    const last = (fields.h1Form as H1Form | undefined)?.last
    if (!last || last.content !== content || last.status !== status) return false
    if (last.preamble !== preamble || last.edition !== preamble.edition || !this.isUsual) return false
    if (this.sending !== IDLE) after('head', this.sending)
    this.sendWhole(last.text)
    return true
  }

  /**
   * Switches protocols: 101, or a 2xx response to CONNECT. What comes in and goes out from now on is content without framing.
   * @param upgrade the protocol switched to, for 101
   */
  sendSwitch(status: number, fields: FieldList, upgrade: string, preamble: Preamble): void {
    const form = formOf(fields)
    this.output.text(
      preamble.for(status, form) +
        form.lines +
        (status === 101 ? `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n` : '\r\n'),
    )
    this.sending = after('switch', after('head', this.sending))
    this.receiving = after('switch', this.receiving)
    this.persistent = false
  }

  /**
   * Sends a request's head, and its end where it has no content.
   * @param fields with Host among them
   * @param length the content's length in bytes, or UNKNOWN_LENGTH; undefined where the method has no content at all
   * @throws TypeError for a method, target or protocol that would say something else on the wire
   */
  sendRequest(method: string, target: string, fields: FieldList, length?: number, upgrade = ''): void {
    if (!consistsOf(method, TOKEN)) throw cannotSend('method', method)
    if (!consistsOf(target, TARGET)) throw cannotSend('target', target)
    if (upgrade !== '' && !consistsOf(upgrade, FIELD_VALUE)) throw cannotSend('protocol', upgrade)
    this.sending = after('head', this.sending)
    this.method = method
    this.chunked = length === UNKNOWN_LENGTH
    this.bodiless = length === undefined
    this.sendLeft = length ?? 0
    this.upgradeAsked = upgrade !== ''
    const framing =
      length === undefined ? '' : this.chunked ? 'Transfer-Encoding: chunked\r\n' : `Content-Length: ${length}\r\n`
    const form = formOf(fields)
    if (form.close) this.persistent = false
    const connection =
      upgrade !== '' ? `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n` : form.close ? 'Connection: close\r\n' : ''
    this.output.text(`${method} ${target} HTTP/1.1\r\n${form.lines}${framing}${connection}\r\n`)
    if (!this.chunked && this.sendLeft === 0) this.finishSending()
  }

  /**
   * Sends a piece of the content. The bytes are kept until the output is written.
   * @throws RangeError for more bytes than the head has promised
   */
  sendContent(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    if (this.sending !== CONTENT && this.sending !== TUNNEL) throw noContentDue()
    if (this.chunked && this.sending === CONTENT) {
      this.output.text(chunkHead(bytes.length))
      this.output.bytes(bytes)
      this.output.text('\r\n')
      return
    }
    if (this.sendLeft !== UNKNOWN_LENGTH && this.sending === CONTENT) {
      if (bytes.length > this.sendLeft) throw tooMuchContent(bytes.length - this.sendLeft)
      this.sendLeft -= bytes.length
    }
    this.output.bytes(bytes)
  }

  /**
   * Ends the content.
   * @param trailers sent where the content is chunked, left out elsewhere (RFC 9110 section 6.5.2)
   * @throws RangeError for fewer bytes than the head has promised
   */
  sendEnd(trailers?: FieldList): void {
    if (this.sending === TUNNEL) {
      this.sending = CLOSED
      return
    }
    if (!this.chunked && this.sendLeft > 0) throw tooLittleContent(this.sendLeft)
    if (this.chunked)
      this.output.text(trailers === undefined || trailers.flat.length === 0 ? '0\r\n\r\n' : trailerSection(trailers))
    this.finishSending()
  }

  /** This exchange is the last: the response says so if its head has not gone out yet. */
  closeAfterThis(): void {
    this.persistent = false
  }

  /** Whether content that is promised has not been sent yet. */
  get contentDue(): boolean {
    return this.sending === CONTENT
  }

  /** Nothing about the request makes its response look different from others: not its method, nor its connection. */
  private get isUsual(): boolean {
    return (
      this.persistent &&
      this.minor === 1 &&
      this.method !== 'HEAD' &&
      this.method !== 'CONNECT' &&
      this.receiving !== IDLE
    )
  }

  private sendWhole(text: string): void {
    this.output.text(text)
    this.sending = DONE
    if (this.receiving === DONE) this.turn()
  }

  /** Notes how the response is framed. @returns its head but for the empty line */
  private startResponse(status: number, fields: FieldList, length: number, preamble: Preamble): string {
    if (this.sending !== IDLE) after('head', this.sending)
    if (this.receiving === IDLE) this.forgetRequest()
    const form = formOf(fields)
    // What follows a 2xx response to CONNECT is the tunnel's (RFC 9110 section 9.3.6). Where there is none, nothing may follow.
    const noTunnel = status < 300 && this.method === 'CONNECT'
    const noContent = hasNoContent(status) || noTunnel
    this.bodiless = noContent || status === RESET_CONTENT || this.method === 'HEAD'
    this.chunked = length === UNKNOWN_LENGTH && this.minor === 1 && !this.bodiless
    this.sendLeft = length
    if (form.close || noTunnel || (length === UNKNOWN_LENGTH && !this.chunked && !this.bodiless))
      this.persistent = false
    let head = preamble.for(status, form) + form.lines
    if (this.chunked) head += 'Transfer-Encoding: chunked\r\n'
    else if (status === RESET_CONTENT) head += 'Content-Length: 0\r\n'
    else if (!noContent && length >= 0)
      head += `Content-Length: ${this.bodiless && length === 0 && form.length >= 0 ? form.length : length}\r\n`
    else if (this.bodiless && status !== 204 && !noTunnel && form.length >= 0)
      head += `Content-Length: ${form.length}\r\n`
    if (form.upgrade !== '')
      head += `Upgrade: ${form.upgrade}\r\nConnection: ${this.persistent ? 'Upgrade' : 'Upgrade, close'}\r\n`
    else if (!this.persistent) head += 'Connection: close\r\n'
    else if (this.minor === 0) head += 'Connection: keep-alive\r\n'
    return head
  }

  /** What is sent next answers no request that could be read, and not the one before. */
  protected forgetRequest(): void {
    this.method = ''
    this.minor = 1
  }

  private finishSending(): void {
    this.sending = after('end', this.sending)
    if (this.receiving === DONE) this.turn()
  }

  /** Both messages of an exchange are complete: makes ready for the next, or for the end. */
  protected turn(): void {
    if (!this.persistent) {
      this.sending = after('close', this.sending)
      this.receiving = after('close', this.receiving)
      return
    }
    this.sending = after('next', this.sending)
    this.receiving = after('next', this.receiving)
  }
}

function cannotSend(what: string, text: string): TypeError {
  return new TypeError(
    `${JSON.stringify(text).slice(0, 80)} cannot be sent as a request's ${what}: it has characters that end it`,
  )
}

function noContentDue(): Error {
  return new Error('Content can be sent after a head that promises it, and before the end')
}

function tooMuchContent(more: number): RangeError {
  return new RangeError(`The content is ${more} bytes longer than the head has promised`)
}

function tooLittleContent(missing: number): RangeError {
  return new RangeError(`The content is ${missing} bytes shorter than the head has promised`)
}
