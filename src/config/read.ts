// Values out of text: flags and environment variables are text, and so are the short forms that a file may use. What
// is read here is right; the schema need not look at it again, so a start without a file does not load it.
import type { HeaderRule, Option, RedirectRule, Shape } from './shapes.ts'

/** `/from /to 301`: a path, where it went, and the status, 302 if none is named. */
export const REDIRECT_LINE = /^(\/\S*)[ \t]+([\x21-\x7e]+)(?:[ \t]+(301|302|303|307|308))?$/
/** `/path Name: value`, the name and value as RFC 9110 section 5 has them. */
export const HEADER_LINE = /^(\/\S*)[ \t]+([\w!#$%&'*+.^`|~-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/

const ON = new Set(['true', '1', 'yes', 'on'])
const OFF = new Set(['false', '0', 'no', 'off'])
/** An option of `several` values takes a text for each. */
const SEVERAL: ReadonlySet<Shape['type']> = new Set(['list', 'redirects', 'headers'])

export function takesSeveral(option: Option<unknown>): boolean {
  return SEVERAL.has(option.shape.type)
}

/** The value that texts stand for, one of each flag; undefined where they stand for none. */
export function readTexts(option: Option<unknown>, texts: readonly string[]): unknown {
  if (!takesSeveral(option)) return readText(option, texts[texts.length - 1])
  const values = texts.map(text => readItem(option.shape, text.trim()))
  return values.includes(undefined) ? undefined : values
}

/** The value that an environment variable stands for: lists have commas between items, rules have line ends. */
export function readVariable(option: Option<unknown>, text: string): unknown {
  if (!takesSeveral(option)) return readText(option, text)
  const separator = option.shape.type === 'list' ? ',' : '\n'
  return readTexts(
    option,
    text.split(separator).filter(item => item.trim() !== ''),
  )
}

/** What a value out of a file stands for where it may be written in a short form; other values as they are. */
export function readShort(option: Option<unknown>, value: unknown): unknown {
  const { shape } = option
  if (shape.type === 'choice' && typeof value === 'string') return readText(option, value) ?? value
  // One text where a list may stand is a list of one, as in `"cors_allow_origin": "*"`.
  if (shape.type === 'list' && typeof value === 'string') return [value]
  if (SEVERAL.has(shape.type) && Array.isArray(value))
    return value.map(item => (typeof item === 'string' ? (readItem(shape, item) ?? item) : withStatus(shape, item)))
  return value
}

function readText({ shape, nullable }: Option<unknown>, text: string): unknown {
  switch (shape.type) {
    case 'text':
      return text
    case 'path':
      return text !== '' ? text : nullable ? null : undefined
    case 'flag': {
      const word = text.trim().toLowerCase()
      return ON.has(word) ? true : OFF.has(word) ? false : undefined
    }
    case 'choice': {
      const word = text.trim().toLowerCase()
      return word === '' && nullable ? null : shape.of.find(one => one.toLowerCase() === word)
    }
    case 'port':
      return text.trim().toLowerCase() === 'auto' ? 'auto' : readNumber(text, 0, 65_535, true)
    case 'number':
      return text.trim() === '' && nullable ? null : readNumber(text, shape.min, shape.max, shape.whole)
    default:
      return undefined
  }
}

function readNumber(text: string, min: number, max: number, whole: boolean): number | undefined {
  if (!(whole ? /^-?\d{1,16}$/ : /^-?\d{1,16}(\.\d{1,9})?$/).test(text.trim())) return undefined
  const value = Number(text)
  return value >= min && value <= max ? value : undefined
}

function readItem(shape: Shape, text: string): string | RedirectRule | HeaderRule | undefined {
  if (shape.type === 'list') return text === '' ? undefined : text
  if (shape.type === 'redirects') {
    const match = REDIRECT_LINE.exec(text)
    return match
      ? { from: match[1], to: match[2], status: Number(match[3] ?? 302) as RedirectRule['status'] }
      : undefined
  }
  const match = HEADER_LINE.exec(text)
  return match ? { for: match[1], set: { [match[2]]: match[3].trim() } } : undefined
}

function withStatus(shape: Shape, item: unknown): unknown {
  return shape.type === 'redirects' && typeof item === 'object' && item !== null ? { status: 302, ...item } : item
}
