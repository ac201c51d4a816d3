// Faults that the fuzz targets of the HTTP/2 connection have to find.
import type { Fault } from '../h1/planted.ts'

export const SERVER_FAULTS: Readonly<Record<string, Fault>> = {
  'windows are not made smaller by SETTINGS': {
    file: 'control.ts',
    find: 'this.widen(stream, change)',
    put: 'this.widen(stream, Math.max(0, change))',
  },
  'what comes late on a stream that we have reset is an error': {
    file: 'receiving.ts',
    find: ' && !this.past.wasReset(id)) this.fail(rule, id)',
    put: ') this.fail(rule, id)',
  },
  'padding is taken for content': {
    file: 'incoming-data.ts',
    find: 'this.dataLeft = length - overhead',
    put: 'this.dataLeft = length - (at - payload)',
  },
  'a block that comes again means the same though the table has changed': {
    file: 'head-blocks.ts',
    find: ' || this.lastEdition !== this.decoder.edition) return null',
    put: ') return null',
  },
  'END_STREAM is forgotten over CONTINUATION': {
    file: 'connection.ts',
    find: 'else this.headCame(id, heads.ended, fields, null)',
    put: 'else this.headCame(id, false, fields, null)',
  },
  'a request may end before its content does': {
    file: 'receiving.ts',
    find: `messageEnded(stream: H2Stream): void {
    if (stream.contentDue > 0) {`,
    put: `messageEnded(stream: H2Stream): void {
    if (stream.contentDue > 1_000_000) {`,
  },
  'what waits is not sent where the window opens only a little': {
    file: 'sending.ts',
    find: `if (stream.pending === null) return
    if (stream.sendWindow > 0) this.scheduler.add(stream)`,
    put: `if (stream.pending === null) return
    if (stream.sendWindow > 50) this.scheduler.add(stream)`,
  },
  "a padded frame's length of padding is not waited for": {
    file: 'connection.ts',
    find: 'FRAME_HEAD + (bytes[4] & PADDED && length > 0 ? 1 : 0)',
    put: 'FRAME_HEAD',
  },
}

export const CLIENT_FAULTS: Readonly<Record<string, Fault>> = {
  'the length of what answers HEAD is believed': {
    file: 'receiving.ts',
    find: 'const none = stream.answersHead || hasNoContent(head.status)',
    put: 'const none = hasNoContent(head.status)',
  },
  'an interim response may end the stream': {
    file: 'receiving.ts',
    find: `if (head.status < 200) {
      if (ended) {`,
    put: `if (head.status < 200) {
      if (ended && head.status === 100) {`,
  },
  'streams that the server will not answer are waited for': {
    file: 'control.ts',
    find: 'if (stream.id > last) this.lose',
    put: 'if (stream.id > last + 2) this.lose',
  },
  'content may come before the head': {
    file: 'incoming-data.ts',
    find: "!stream.headReceived && this.role === 'client'",
    put: "stream.state === 9 && this.role === 'client'",
  },
  'the server may open streams': {
    file: 'receiving.ts',
    find: "if (this.role === 'client') return id % 2 === 0 || id >= this.nextOwn",
    put: "if (this.role === 'client') return id >= this.nextOwn",
  },
  'a tunnel has trailers': {
    file: 'receiving.ts',
    find: `if (stream.tunnelled) {
      this.streamError`,
    put: `if (stream.tunnelled && !ended) {
      this.streamError`,
  },
}
