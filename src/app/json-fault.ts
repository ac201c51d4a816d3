// Where text stops being JSON (RFC 8259), for those who sent it. Runtimes tell that in words of their own, some without the
// place and some with pieces of the content, so it is looked for here once JSON.parse has refused the text.
import { Refused } from '../exchange/index.ts'

/** The refusal of text that JSON.parse refused. */
export function jsonFault(text: string): Refused {
  const { at, expected } = firstFault(text) ?? { at: text.length, expected: 'JSON' }
  const before = text.slice(0, at)
  const line = before.split('\n').length
  const column = at - (before.lastIndexOf('\n') + 1) + 1
  const found = at === text.length ? 'the text ends' : `there is ${characterAt(text, at)}`
  return new Refused({
    status: 400,
    rule: 'malformed-json',
    section: 'RFC 8259 section 2',
    detail: `The content is no JSON: at line ${line}, column ${column} there should be ${expected}, but ${found}`,
    offset: new TextEncoder().encode(before).length,
  })
}

export interface JsonFault {
  /** In UTF-16 units. */
  readonly at: number
  readonly expected: string
}

/** The first place where the text cannot go on as JSON; null where it is JSON. */
export function firstFault(text: string): JsonFault | null {
  try {
    new Reader(text).document()
    return null
  } catch (fault) {
    if (fault instanceof Fault) return fault
    throw fault
  }
}

const BLANK = /[\t\n\r ]*/y
const LITERAL = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
/** What goes on behind a number and misses its digits. */
const NUMBER_CUT = /(?<=[0-9])(?:\.|[eE][+-]?)/y
const MINUS = /-/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has them escaped.
const IN_STRING = /[^"\\\0-\x1f]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y

/** Goes along the text. Brackets are counted and not recursed into: the text decides how deep they are. */
class Reader {
  private readonly text: string
  private at = 0
  /** What closes the brackets that are open. */
  private readonly open: ('}' | ']')[] = []

  constructor(text: string) {
    this.text = text
  }

  document(): void {
    do this.value()
    while (this.another())
    this.skip(BLANK)
    if (this.at < this.text.length) this.fail('the end')
  }

  /** A value; of brackets, the first value inside. */
  private value(): void {
    for (;;) {
      if (this.take('{')) {
        if (this.take('}')) return
        this.open.push('}')
        this.name('the name of a member in double quotes, or }')
      } else if (this.take('[')) {
        if (this.take(']')) return
        this.open.push(']')
      } else {
        if (this.take('"')) this.string()
        else this.literal()
        return
      }
    }
  }

  /** Goes on behind a value: whether there is another one to come. */
  private another(): boolean {
    for (let close = this.open.at(-1); close !== undefined; close = this.open.at(-1)) {
      if (this.take(',')) {
        if (close === '}') this.name('the name of a member in double quotes')
        return true
      }
      if (!this.take(close)) this.fail(`a comma or ${close}`)
      this.open.pop()
    }
    return false
  }

  private name(expected: string): void {
    if (!this.take('"')) this.fail(expected)
    this.string()
    if (!this.take(':')) this.fail('a colon')
  }

  /** Behind the opening quote. */
  private string(): void {
    for (;;) {
      this.skip(IN_STRING)
      if (this.text[this.at] === '"') {
        this.at++
        return
      }
      if (this.text[this.at] !== '\\') this.fail('the rest of a string, its control characters escaped')
      if (!this.skip(ESCAPE)) this.fail('an escape such as \\n or \\u00fc')
    }
  }

  private literal(): void {
    const isWhole = this.skip(LITERAL)
    if (this.skip(isWhole ? NUMBER_CUT : MINUS)) this.fail('a digit')
    if (!isWhole) this.fail('a value')
  }

  private take(character: string): boolean {
    this.skip(BLANK)
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found !== null) this.at += found[0].length
    return found !== null
  }

  private fail(expected: string): never {
    throw new Fault(this.at, expected)
  }
}

class Fault implements JsonFault {
  readonly at: number
  readonly expected: string

  constructor(at: number, expected: string) {
    this.at = at
    this.expected = expected
  }
}

function characterAt(text: string, at: number): string {
  return JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))
}
