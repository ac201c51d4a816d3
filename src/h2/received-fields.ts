// The fields of a received head or trailer section, read out of HPACK's list when they are asked for: nothing is copied or
// indexed, since most requests are answered without a look at most of their fields.
import type { HpackField } from '../hpack/index.ts'
import type { Fields } from '../http/fields.ts'

/** Valid fields with names in lower case. */
export class ReceivedFields implements Fields {
  /** No fields. */
  static readonly none = new ReceivedFields([], 0)

  private readonly list: readonly HpackField[]
  /** Where they begin in the list, behind the pseudo-fields. */
  private readonly start: number

  /** @param list kept: it must not change afterwards */
  constructor(list: readonly HpackField[], start = 0) {
    this.list = list
    this.start = start
  }

  /** The field's value; of several lines, their values joined by `, `. */
  get(name: string): string | undefined {
    const { list } = this
    const lower = this.known(name)
    const first = this.next(lower, this.start)
    if (first === list.length) return undefined
    let { value } = list[first]
    const separator = lower === COOKIE ? '; ' : ', '
    for (let i = this.next(lower, first + 1); i < list.length; i = this.next(lower, i + 1))
      value += separator + list[i].value
    return value
  }

  /** The value of each line of the field. */
  all(name: string): string[] {
    const lower = this.known(name)
    if (lower === COOKIE) {
      const cookie = this.get(COOKIE)
      return cookie === undefined ? [] : [cookie]
    }
    const values: string[] = []
    for (let i = this.next(lower, this.start); i < this.list.length; i = this.next(lower, i + 1))
      values.push(this.list[i].value)
    return values
  }

  /** Whether the field was sent. */
  has(name: string): boolean {
    return this.next(this.known(name), this.start) < this.list.length
  }

  /** Whether a line of the field came as a literal that is never indexed, to be passed on only like that (RFC 7541 section 7.1.3). */
  isSensitive(name: string): boolean {
    const lower = this.known(name)
    for (let i = this.next(lower, this.start); i < this.list.length; i = this.next(lower, i + 1))
      if (this.list[i].sensitive) return true
    return false
  }

  /** Names and values as sent, but for the crumbs of a cookie: they are one field, where the first one stood (RFC 9113 section 8.2.3). */
  *[Symbol.iterator](): Iterator<readonly [string, string]> {
    let cookieTold = false
    for (let i = this.start; i < this.list.length; i++) {
      const { name, value } = this.list[i]
      if (name !== COOKIE) yield [name, value]
      else if (!cookieTold) {
        cookieTold = true
        yield [name, this.get(COOKIE)!]
      }
    }
  }

  /** The name as it stands in the list, if it does: nearly everybody asks in lower case. */
  private known(name: string): string {
    for (let i = 0; i < name.length; i++) {
      const code = name.charCodeAt(i)
      if (code >= UPPER_A && code <= UPPER_Z) return name.toLowerCase()
    }
    return name
  }

  /** The place of the next line of the field, from `from` on; the list's length where there is none. */
  private next(lower: string, from: number): number {
    const { list } = this
    let i = from
    while (i < list.length && list[i].name !== lower) i++
    return i
  }
}

const COOKIE = 'cookie'
const UPPER_A = 0x41
const UPPER_Z = 0x5a
