// One page of the reference: an index, and each name with its signature, what it means, its members, and where else to look.
import type { Declared, Member } from './declarations.ts'
import { type Docstring, firstSentence } from './docstrings.ts'

/** Names that are told of together. */
export interface Section {
  readonly title: string
  readonly names: readonly Declared[]
}

/** @param intro what is said before the index, as Markdown */
export function page(title: string, intro: string, sections: readonly Section[]): string {
  const names = sections.flatMap(({ names }) => names)
  const anchors = anchorsOf(title, sections)
  const titled = sections.length > 1
  const parts = [
    `# ${title}`,
    '<!-- Made by tools/reference.ts out of the docstrings. -->',
    intro,
    ...sections.map(section => index(section, titled, anchors)),
    ...sections.flatMap(({ title, names }) => [
      ...(titled ? [`## ${title}`] : []),
      ...names.map(name => entry(name, anchors)),
    ]),
  ]
  if (names.length === 0) throw new Error(`${title} has no names`)
  return `${parts.join('\n\n')}\n`
}

/** A toolbox in short: what each file has, a line for each name. */
export function shortPage(title: string, intro: string, sections: readonly Section[]): string {
  const parts = sections.map(({ title, names }) => {
    const rows = names.map(({ name, kind, doc }) => `| \`${name}\` | ${kind} | ${cell(firstSentence(doc.text))} |`)
    return [`## ${title}`, ['| name | | |', '|---|---|---|', ...rows].join('\n')].join('\n\n')
  })
  return `${[`# ${title}`, '<!-- Made by tools/reference.ts out of the docstrings. -->', intro, ...parts].join('\n\n')}\n`
}

function index({ title, names }: Section, titled: boolean, anchors: Anchors): string {
  const rows = names.map(
    ({ name, doc }) => `| [\`${name}\`](#${anchors.get(name)}) | ${cell(firstSentence(doc.text))} |`,
  )
  return [...(titled ? [`**${title}**`, ''] : []), '| name | |', '|---|---|', ...rows].join('\n')
}

function entry({ name, kind, typeOnly, signatures, doc, members, mentions }: Declared, anchors: Anchors): string {
  const uses = [...mentions].filter(mention => anchors.has(mention)).sort()
  return [
    `### \`${name}\``,
    `*${typeOnly && kind === 'class' ? 'class, as a type' : kind}*`,
    // Of one that extends nothing there is nothing more to say than its name and kind.
    ...(signatures[0] === `${kind} ${name}` ? [] : [code(signatures.join('\n'))]),
    ...explained(doc, name, anchors),
    ...members
      .filter(({ name, overrides }) => !overrides || name === 'constructor')
      .map(one => member(one, name, anchors)),
    ...(uses.length > 0 ? [`See also ${uses.map(use => `[\`${use}\`](#${anchors.get(use)})`).join(', ')}.`] : []),
  ].join('\n\n')
}

/** One list item, so that no heading of a member can be taken for a name of the package. */
function member({ name, signatures, doc }: Member, owner: string, anchors: Anchors): string {
  const short = signatures.length === 1 && !signatures[0].includes('\n')
  const [first, ...rest] = explained(doc, owner, anchors)
  const head = short ? `\`${signatures[0]}\`` : `**\`${name}\`**`
  const blocks = [
    `- ${head}`,
    ...(short ? [] : [code(signatures.join('\n'))]),
    ...(first === undefined ? [] : [first, ...rest]),
  ]
  // In the same paragraph where nothing stands between.
  const text = short && first !== undefined ? [`${blocks[0]}  \n${blocks[1]}`, ...blocks.slice(2)] : blocks
  return text.join('\n\n').replace(/\n(?=[^\n])/g, '\n  ')
}

function explained({ text, parameters, throws }: Docstring, self: string, anchors: Anchors): string[] {
  const link = (prose: string): string => linked(prose, self, anchors)
  const told = parameters.map(({ name, text }) => `- \`${name}\`: ${link(text)}`)
  return [
    ...(text === '' ? [] : [link(text)]),
    ...(told.length > 0 ? [told.join('\n')] : []),
    ...throws.map(each => `Throws ${link(each)}`),
  ]
}

/** Names in backticks lead to where they are told of, but in blocks of code and in their own entry. */
function linked(text: string, self: string, anchors: Anchors): string {
  return text
    .split(/(```[\s\S]*?```)/)
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part.replace(/(?<!\[)`([A-Za-z]\w*)`(?!\])/g, (all, name) =>
            name !== self && anchors.has(name) ? `[${all}](#${anchors.get(name)})` : all,
          ),
    )
    .join('')
}

/** Where on the page each name is: GitHub's anchors, which know no case, and number what comes again. */
type Anchors = ReadonlyMap<string, string>

function anchorsOf(title: string, sections: readonly Section[]): Anchors {
  const seen = new Map<string, number>()
  const slug = (heading: string): string => {
    const plain = heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-')
    const before = seen.get(plain) ?? 0
    seen.set(plain, before + 1)
    return before === 0 ? plain : `${plain}-${before}`
  }
  slug(title)
  const anchors = new Map<string, string>()
  for (const { title, names } of sections) {
    if (sections.length > 1) slug(title)
    for (const { name } of names) anchors.set(name, slug(name))
  }
  return anchors
}

function code(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
