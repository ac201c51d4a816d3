// HTML by plain functions: what is put into a template is escaped, unless it is markup itself.
//
//   markup`<p>Hello, ${name}</p>`

/** HTML that is safe to send: its text is escaped. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = string | number | Markup | readonly Markup[]

/** HTML with values in it. They may stand in text and in quoted attributes, never in scripts, styles or names. */
export function markup(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(template.reduce((before, after, i) => before + textOf(parts[i - 1]) + after))
}

function textOf(part: Part): string {
  if (part instanceof Markup) return part.text
  if (typeof part === 'object') return part.map(({ text }) => text).join('')
  return String(part).replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
