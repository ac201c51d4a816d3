// Fields (RFC 9110 section 5): the name and value pairs of a head or of trailers, as every wire shows them.
// `Fields` is what a reader sees; `FieldList` is the immutable list that a program builds. What a wire received keeps a
// form of its own (HTTP/1.1: the text of the head) and shows it as `Fields`.
import { consistsOf, FIELD_VALUE, TOKEN } from '../bytes/classes.ts'
import { trimmed } from './lists.ts'

/** Fields to be read. Names are looked up without regard to case. */
export interface Fields extends Iterable<readonly [name: string, value: string]> {
  /** The field's value; where it was sent several times, its values joined by `, ` (RFC 9110 section 5.3). */
  get(name: string): string | undefined
  /** Each value of the field, in the order in which they came. */
  all(name: string): string[]
  /** Whether the field was sent. */
  has(name: string): boolean
}

/** A field that cannot be sent: its name is no token, or its value holds a byte that would end the line. */
export class FieldError extends TypeError {
  override name = 'FieldError'
}

/** Fields to send, as pairs or as an object; an array as value repeats the field. */
type Pairs =
  | Iterable<readonly [name: string, value: string | number]>
  | Readonly<Record<string, string | number | readonly string[]>>

/** Fields to send, in whatever form a program has them. */
export type FieldsGiven = FieldList | Pairs

/**
 * An immutable list of fields: adding to it makes a new list, so that one list can serve many replies and a wire may
 * keep its serialised form in it. Names and values are checked when the list is made: what is in it can be sent.
 * @throws FieldError for a name that is no token or a value with CR, LF, NUL or characters beyond U+00FF.
 */
export class FieldList implements Fields {
  /** No fields. */
  static readonly empty = new FieldList([])

  /** Name, value, name, value, … with the names as they were given. */
  readonly flat: readonly string[]
  /** What HTTP/1.1's wire prepared from this list; nobody else looks at it. */
  h1Form: object | undefined = undefined
  /** What HTTP/2's wire prepared from it. */
  h2Form: object | undefined = undefined

  /** How many lists this one was derived through, as far as that is counted. */
  private readonly depth: number
  /** What was made of this list last: programs change the same few lists in the same way for each reply, and a wire finds its prepared form again. */
  private derived: Derived | null = null

  private constructor(flat: readonly string[], depth = 0) {
    this.flat = flat
    this.depth = depth
  }

  /** A list of the given pairs, or of an object's entries (an array as value repeats the field). */
  static of(pairs: FieldsGiven): FieldList {
    if (pairs instanceof FieldList) return pairs
    const flat: string[] = []
    if (Symbol.iterator in pairs)
      for (const [name, value] of pairs as Iterable<readonly [string, string | number]>) push(flat, name, value)
    else {
      for (const [name, value] of Object.entries(pairs)) {
        if (Array.isArray(value)) for (const one of value) push(flat, name, one)
        else push(flat, name, value as string | number)
      }
    }
    return flat.length === 0 ? FieldList.empty : new FieldList(flat)
  }

  /** The field's value; of several lines, their values joined by `, `. */
  get(name: string): string | undefined {
    const lower = name.toLowerCase()
    let found: string | undefined
    for (let i = 0; i < this.flat.length; i += 2) {
      if (this.flat[i].toLowerCase() === lower)
        found = found === undefined ? this.flat[i + 1] : `${found}, ${this.flat[i + 1]}`
    }
    return found
  }

  /** The value of each line of the field. */
  all(name: string): string[] {
    const lower = name.toLowerCase()
    return this.flat.filter((_, i) => i % 2 === 1 && this.flat[i - 1].toLowerCase() === lower)
  }

  /** Whether there is a line of the field. */
  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  /** Each line, as name and value, in order. */
  *[Symbol.iterator](): Iterator<readonly [string, string]> {
    for (let i = 0; i < this.flat.length; i += 2) yield [this.flat[i], this.flat[i + 1]]
  }

  /** This list with the field set to one value, in the place of any it had. */
  with(name: string, value: string | number): FieldList {
    const known = this.derived
    if (known !== null && known.by === name && known.value === value) return known.list
    const flat = this.withoutLines(name)
    push(flat, name, value)
    return this.remember(name, value, flat)
  }

  /** This list with one more line of the field. */
  and(name: string, value: string | number): FieldList {
    const flat = [...this.flat]
    push(flat, name, value)
    return new FieldList(flat)
  }

  /** This list with all of the other's lines after its own. */
  concat(other: FieldList): FieldList {
    if (other.flat.length === 0) return this
    if (this.flat.length === 0) return other
    return new FieldList([...this.flat, ...other.flat])
  }

  /** This list with the other's fields in the place of its own of the same names. Set-Cookie and Vary add up. */
  overlaidWith(other: FieldList): FieldList {
    if (other.flat.length === 0) return this
    if (this.flat.length === 0) return other
    const known = this.derived
    if (known !== null && known.by === other) return known.list
    let flat = this.flat
    for (let i = 0; i < other.flat.length; i += 2) {
      const name = other.flat[i].toLowerCase()
      if (!ADDING_UP.has(name)) flat = linesWithout(flat, name)
    }
    return this.remember(other, 0, [...flat, ...other.flat])
  }

  /** This list without any line of the field. */
  without(name: string): FieldList {
    const flat = this.withoutLines(name)
    return flat.length === this.flat.length ? this : new FieldList(flat)
  }

  private withoutLines(name: string): string[] {
    return linesWithout(this.flat, name.toLowerCase())
  }

  /** A list of these lines, kept in case that the same is asked for again. Each keeps the next, so only so many do. */
  private remember(by: string | FieldList, value: string | number, flat: readonly string[]): FieldList {
    const list = new FieldList(flat, this.depth + 1)
    if (this.depth < MOST_REMEMBERED) this.derived = { by, value, list }
    return list
  }
}

/** What was made of a list: by setting a field to a value, or by laying another list over it. */
interface Derived {
  readonly by: string | FieldList
  readonly value: string | number
  readonly list: FieldList
}

/** More changes than any reply goes through. */
const MOST_REMEMBERED = 32

/** Fields of which a later one does not take the place of an earlier one. */
const ADDING_UP: ReadonlySet<string> = new Set(['set-cookie', 'vary'])

function linesWithout(flat: readonly string[], lowerName: string): string[] {
  const kept: string[] = []
  for (let i = 0; i < flat.length; i += 2) if (flat[i].toLowerCase() !== lowerName) kept.push(flat[i], flat[i + 1])
  return kept
}

function push(flat: string[], name: string, value: string | number): void {
  const text = trimmed(String(value))
  if (!consistsOf(name, TOKEN)) throw invalidName(name)
  if (text !== '' && !consistsOf(text, FIELD_VALUE)) throw invalidValue(name, text)
  flat.push(name, text)
}

function invalidName(name: string): FieldError {
  return new FieldError(
    `A field name must be a token of letters, digits and !#$%&'*+-.^_\`|~ (RFC 9110 section 5.1), not ${JSON.stringify(name).slice(0, 80)}`,
  )
}

function invalidValue(name: string, value: string): FieldError {
  const at = [...value].findIndex(char => char.charCodeAt(0) > 255 || FIELD_VALUE[char.charCodeAt(0)] === 0)
  const code = value.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')
  return new FieldError(
    `The value of the field ${name} has U+${code} at position ${at}; control characters and those beyond U+00FF cannot be sent (RFC 9110 section 5.5)`,
  )
}
