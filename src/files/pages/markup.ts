// Markup: HTML as a type of its own, so that text cannot get into a page without being escaped. The law of this file:
// whatever is put into a `markup` template is escaped, unless it is Markup already.

/** HTML that is safe to send: only `markup` and `trusted` make it. */
export class Markup {
  readonly html: string

  constructor(html: string) {
    this.html = html
  }

  toString(): string {
    return this.html
  }
}

type Part = string | number | Markup | readonly Markup[]

/** A template of HTML. Text in it is escaped for elements and for quoted attributes; lists of markup are joined. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let html = strings[0]
  for (let i = 0; i < parts.length; i++) html += rendered(parts[i]) + strings[i + 1]
  return new Markup(html)
}

/** Text that is HTML already, such as a constant of this program. Never for what comes from outside. */
export function trusted(html: string): Markup {
  return new Markup(html)
}

export const nothing = new Markup('')

/** Escapes text for HTML elements and quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, char => ENTITIES[char])
}

/** Text as a person can see it, on one line: control characters are written as escapes, lone surrogates as U+FFFD. */
export function visible(text: string): string {
  return text.toWellFormed().replace(CONTROLS, char => {
    const code = char.charCodeAt(0).toString(16)
    return ESCAPES[char] ?? (code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`)
  })
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

// C0 and C1 controls, the line and paragraph separators, and the marks that turn the direction of writing around.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is what this is for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

function rendered(part: Part): string {
  if (typeof part === 'string') return escaped(part)
  if (typeof part === 'number') return String(part)
  return part instanceof Markup ? part.html : part.map(one => one.html).join('')
}
