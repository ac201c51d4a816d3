// The driver of a connection that has left HTTP/1.1 by `Upgrade: h2c`. The request that asked for it is answered once the
// client's preface has come: until then a client may have little room for what comes right behind 101 (curl 7.88: 32 KB).
import type { H2Error, H2Head, H2Stream } from '../h2/index.ts'
import { H2Driver } from './h2-driver.ts'

export class UpgradedDriver extends H2Driver {
  private first: { readonly stream: H2Stream; readonly head: H2Head } | null = null

  /**
   * Takes over from HTTP/1.1 (RFC 7540 section 3.2).
   * @param head of the request that asked for it: it is answered on stream 1
   * @param settings the payload that came in HTTP2-Settings
   */
  upgrade(head: H2Head, settings: Uint8Array): void {
    this.connection.upgrade(settings, head)
    this.settle()
  }

  override receive(bytes: Uint8Array, start: number, end: number): void {
    super.receive(bytes, start, end)
    const { first } = this
    if (first === null || !this.connection.started || this.lingering) return
    this.first = null
    super.head(first.stream, first.head, true)
  }

  override head(stream: H2Stream, head: H2Head, ended: boolean): void {
    if (this.connection.started) super.head(stream, head, ended)
    else this.first = { stream, head }
  }

  override lost(stream: H2Stream, error: H2Error): void {
    if (this.first?.stream === stream) this.first = null
    else super.lost(stream, error)
  }
}
