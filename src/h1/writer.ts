// Heads as text. Framing fields are written here and nowhere else: what a program puts into its fields about framing
// is left out, so a reply cannot lie about where it ends.
import { FieldList } from '../http/fields.ts'
import { CONNECTION_FIELDS } from '../http/message-fields.ts'
import { statusText } from '../http/status.ts'

/** A response of the usual kind, head and content in one text, and what it was made of. */
export interface WholeResponse {
  readonly status: number
  readonly content: string
  readonly preamble: Preamble
  /** The preamble's edition that it was made with. */
  readonly edition: number
  readonly text: string
}

/** A field list made ready for this wire, kept in the list itself. */
export class H1Form {
  /** The lines without those that this wire writes by itself. */
  readonly lines: string
  readonly date: boolean
  readonly server: boolean
  /** A Content-Length among the fields, for replies that have none of their own to tell (HEAD, 304); -1 where there is none. */
  readonly length: number
  /** The protocols that a response offers to switch to, as 426 must (RFC 9110 section 7.8); empty for none. */
  readonly upgrade: string
  /** The program asks to close the connection after this message. */
  readonly close: boolean
  /** The last whole response with these fields, kept while it is small: the next one is often the same. */
  last: WholeResponse | null = null

  constructor(fields: FieldList) {
    let lines = ''
    let date = false
    let server = false
    let length = -1
    let upgrade = ''
    let close = false
    for (const [name, value] of fields) {
      const lower = name.toLowerCase()
      if (lower === 'date') date = true
      else if (lower === 'server') server = true
      else if (lower === 'content-length' && /^\d{1,15}$/.test(value)) length = Number(value)
      else if (lower === 'upgrade') upgrade += upgrade === '' ? value : `, ${value}`
      else if (lower === 'connection') close ||= /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(value)
      if (!OWN.has(lower)) lines += `${name}: ${value}\r\n`
    }
    this.lines = lines
    this.date = date
    this.server = server
    this.length = length
    this.upgrade = upgrade
    this.close = close
  }
}

/** Fields that frame a message or speak of this connection alone (RFC 9110 section 7.6.1). */
const OWN = new Set<string>([...CONNECTION_FIELDS, 'content-length', 'te'])

export function formOf(fields: FieldList): H1Form {
  fields.h1Form ??= new H1Form(fields)
  return fields.h1Form as H1Form
}

/** What most responses begin with: the status line, Date and Server, as one text for each status, made anew when the date changes. */
export class Preamble {
  private readonly serverLine: string
  private dateLine = ''
  private readonly byStatus: string[] = []
  /** Counts the dates: what was made with another edition is out of date. */
  edition = 0

  /** @param server the Server field's value; empty for none */
  constructor(server: string) {
    this.serverLine = server === '' ? '' : `Server: ${FieldList.of({ Server: server }).flat[1]}\r\n`
  }

  /** @param date the Date field's value (RFC 9110 section 5.6.7); empty for none */
  set date(date: string) {
    const line = date === '' ? '' : `Date: ${date}\r\n`
    if (line === this.dateLine) return
    this.dateLine = line
    this.byStatus.length = 0
    this.edition++
  }

  /** The text for a status and a response's own fields, which may bring a Date or Server of their own. */
  for(status: number, form: H1Form): string {
    if (form.date || form.server)
      return statusLine(status) + (form.date ? '' : this.dateLine) + (form.server ? '' : this.serverLine)
    this.byStatus[status] ??= statusLine(status) + this.dateLine + this.serverLine
    return this.byStatus[status]
  }
}

export function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${statusText(status)}\r\n`
}

/** A chunk's size line (RFC 9112 section 7.1). */
export function chunkHead(size: number): string {
  return `${size.toString(16)}\r\n`
}

export function trailerSection(fields: FieldList): string {
  return `0\r\n${formOf(fields).lines}\r\n`
}
