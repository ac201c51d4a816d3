// The fields of a received head, read out of its text when they are asked for. Most requests are answered without
// looking at most of their fields, so nothing is cut out or indexed before.
import type { Fields } from '../http/fields.ts'
import { trimmed } from '../http/lists.ts'

/** The text of a whole head: a start line (empty in trailers), valid field lines and the empty line, each ended by CRLF. */
export class HeadFields implements Fields {
  /** No fields. */
  static readonly none = new HeadFields('\r\n\r\n')

  private readonly text: string
  /** The same text in lower case, made by the first look-up: a name is then found by a plain search for CRLF, name, colon. */
  private lower: string | undefined = undefined

  constructor(text: string) {
    this.text = text
  }

  /** The field's value; of several lines, their values joined by `, `. */
  get(name: string): string | undefined {
    const text = this.lowerText
    const key = `\r\n${name.toLowerCase()}:`
    let at = text.indexOf(key)
    if (at === -1 || name === '') return undefined
    let value = this.valueAt(at + key.length)
    for (at = text.indexOf(key, at + key.length); at !== -1; at = text.indexOf(key, at + key.length))
      value += `, ${this.valueAt(at + key.length)}`
    return value
  }

  /** The value of each line of the field. */
  all(name: string): string[] {
    const text = this.lowerText
    const key = `\r\n${name.toLowerCase()}:`
    const values: string[] = []
    if (name === '') return values
    for (let at = text.indexOf(key); at !== -1; at = text.indexOf(key, at + key.length))
      values.push(this.valueAt(at + key.length))
    return values
  }

  /** Whether the field was sent. */
  has(name: string): boolean {
    return name !== '' && this.lowerText.includes(`\r\n${name.toLowerCase()}:`)
  }

  /** How many bytes stand before the field's first line, counted from the first field line. */
  placeOf(name: string): number {
    return this.lowerText.indexOf(`\r\n${name.toLowerCase()}:`)
  }

  /** Each line, as name and value, in order. */
  *[Symbol.iterator](): Iterator<readonly [string, string]> {
    let at = this.text.indexOf('\r\n') + 2
    while (at < this.text.length - 2) {
      const colon = this.text.indexOf(':', at)
      yield [this.text.slice(at, colon), this.valueAt(colon + 1)]
      at = this.text.indexOf('\r\n', colon) + 2
    }
  }

  /** Lets go of what made look-ups quick, for those who keep the fields for long. */
  rest(): void {
    this.lower = undefined
  }

  private get lowerText(): string {
    this.lower ??= this.text.toLowerCase()
    return this.lower
  }

  private valueAt(start: number): string {
    return trimmed(this.text, start, this.text.indexOf('\r\n', start))
  }
}
