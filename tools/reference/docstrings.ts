// Docstrings: what a comment says, apart from its tags.

export interface Docstring {
  /** As Markdown, each paragraph a line; what is returned is the last one. */
  readonly text: string
  /** What each parameter means, in the order in which they are told of. */
  readonly parameters: readonly { readonly name: string; readonly text: string }[]
  readonly throws: readonly string[]
}

const NONE: Docstring = { text: '', parameters: [], throws: [] }

/** @param comment what is between the comment's slashes, stars included; undefined where there is none */
export function docstring(comment: string | undefined): Docstring {
  if (comment === undefined) return NONE
  const lines = comment.split('\n').map(line => line.replace(/^\s*\*+ ?/, '').trimEnd())
  const [text, ...tags] = lines.join('\n').split(/(?:^|\s)@(?=(?:param|throws|returns)\b)/)
  const parameters: { name: string; text: string }[] = []
  const throws: string[] = []
  let returns = ''
  for (const tag of tags) {
    const [, kind, rest] = /^(\w+)\s+([\s\S]*)/.exec(tag) ?? []
    if (kind === 'throws') throws.push(joined(rest))
    else if (kind === 'returns') returns = `\n\nReturns ${joined(rest)}`
    else {
      const [, name, text] = /^(\S+)\s*([\s\S]*)/.exec(rest ?? '') ?? []
      if (name !== undefined) parameters.push({ name, text: joined(text) })
    }
  }
  return { text: paragraphs(`${text}${returns}`), parameters, throws }
}

/** The first sentence, for tables. */
export function firstSentence(text: string): string {
  const [first] = text.split('\n\n')
  const [sentence] = first.split(/(?<=[.!?])\s+(?=[A-Z`*])/)
  return sentence.replace(/[:.]$/, '')
}

/** Lines that are indented are code, and lists keep their lines; all else flows. */
function paragraphs(text: string): string {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map(paragraph => {
      const lines = paragraph.split('\n')
      if (lines.every(line => line.startsWith('    '))) return fenced(lines.map(line => line.slice(4)))
      return lines.some(line => /^(- |\d+\. |\|)/.test(line)) ? paragraph : joined(paragraph)
    })
    .join('\n\n')
}

function fenced(lines: readonly string[]): string {
  return ['```ts', ...lines, '```'].join('\n')
}

function joined(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
