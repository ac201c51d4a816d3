// The fields that every response of a server has: Date and Server.

/** The fields that every response of a server has, and which edition of them. */
export class UsualFields {
  /** The Server field's value; empty for none. */
  readonly server: string
  /** Counts the dates: what was made with another edition is out of date. */
  edition = 0
  private dateNow = ''

  constructor(server: string) {
    this.server = server
  }

  /** The Date field's value (RFC 9110 section 5.6.7); empty for none. */
  get date(): string {
    return this.dateNow
  }

  set date(date: string) {
    if (date === this.dateNow) return
    this.dateNow = date
    this.edition++
  }
}
