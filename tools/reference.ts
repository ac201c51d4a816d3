// Writes docs/reference/ out of the docstrings: `reference.ts`. A test compares them, and another finds what has no docstring.
//
// It is a tool of our own, of some 400 lines over the parser that is here for the arrows already. typedoc was looked at: its
// 0.28 needs a TypeScript before 7 beside ours, a plugin for Markdown, and a highlighter for pages that nobody asked for, some 40 MB in
// all; and its Markdown is a file for each name, where a reader wants a page for each import.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Declared, exportsOf } from './reference/declarations.ts'
import { page, type Section, shortPage } from './reference/page.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = join(root, 'src')
const folder = join(root, 'docs/reference')

/** The sections of the main page, in the order of a reader's needs, by the rooms that names come from. */
const SECTIONS: readonly (readonly [title: string, rooms: readonly string[]])[] = [
  ['Applications', ['app', 'middleware']],
  ['Events', ['sse']],
  ['Serving', ['', 'server', 'transport', 'certificates']],
  ['Exchanges, replies and refusals', ['exchange']],
  ['Fields and cookies', ['http', 'bytes']],
  ['Folders', ['files']],
  ['Logs', ['observe']],
]

/** What is said first on the page of a room that is not the main one. */
const INTROS: Readonly<Record<string, string>> = {
  bytes: 'Arithmetic on bytes, one file for each import: `wirewright/bytes/output`.',
  http: 'What HTTP means on any wire, one file for each import: `wirewright/http/ranges`.',
  exchange: 'One request and its reply, whatever the wire.',
  h1: 'The HTTP/1.1 connection (RFC 9112) as a pure state machine, for both roles.',
  h2: 'The HTTP/2 connection (RFC 9113) as a pure state machine, for both roles.',
  hpack: 'Header compression (RFC 7541), both directions.',
  websocket: 'The WebSocket connection (RFC 6455, 7692, 8441) as a pure state machine, for both roles.',
  sse: 'Event streams (WHATWG HTML section 9.2), written and read.',
  compression:
    'Content compressed on its way, and requests’ content decompressed. The guide: [compression](../guide/compression.md).',
  transport: 'TCP, TLS and Unix sockets: listen, read, write, deadlines.',
  server: 'Joins connections to handlers.',
  files: 'A folder as a handler.',
}

export interface Entry {
  /** What is written behind `import … from`. */
  readonly specifier: string
  readonly names: readonly Declared[]
}

/** What the package exports, by subpath. */
export function entries(): Entry[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.entries<string | { readonly default: string }>(exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return []
    const pattern = target.default.replace('./dist/', '').replace(/\.js$/, '.ts')
    return globSync(pattern, { cwd: source })
      .sort()
      .map(file => ({
        specifier: join('wirewright', subpath.replace('*', basename(file, '.ts'))),
        names: exportsOf(join(source, file)),
      }))
  })
}

/** Each page by its name, as it should be. */
export function referencePages(): Map<string, string> {
  const pages = new Map<string, string>()
  const all = entries()
  for (const { specifier, names } of all) {
    const [, room, file] = specifier.split('/')
    if (room === undefined) pages.set('wirewright.md', page('wirewright', mainIntro(), sectionsOf(names)))
    else if (file === undefined)
      pages.set(`${room}.md`, page(specifier, INTROS[room] ?? '', [{ title: '', names: names.toSorted(valuesFirst) }]))
    else if (!pages.has(`${room}.md`)) {
      const files = all.filter(entry => entry.specifier.startsWith(`wirewright/${room}/`))
      const sections = files.map(({ specifier, names }) => ({ title: specifier, names }))
      pages.set(`${room}.md`, shortPage(`wirewright/${room}`, INTROS[room] ?? '', sections))
    }
  }
  return pages
}

function mainIntro(): string {
  return `Everything that \`import { … } from 'wirewright'\` gives. [The guides](../guide/README.md) tell how to use it.`
}

function sectionsOf(names: readonly Declared[]): Section[] {
  const rest = new Set(names)
  const sections = SECTIONS.map(([title, rooms]) => {
    const own = names.filter(({ file }) => rooms.includes(roomOf(file)))
    for (const name of own) rest.delete(name)
    return { title, names: own.toSorted(valuesFirst) }
  })
  const [lost] = rest
  if (lost !== undefined) throw new Error(`${lost.name} comes from ${lost.file}, for which there is no section`)
  return sections.filter(({ names }) => names.length > 0)
}

/** What a program calls or makes, then the types of what it handles; each by name. */
function valuesFirst(one: Declared, other: Declared): number {
  return Number(isType(one)) - Number(isType(other)) || one.name.localeCompare(other.name, 'en')
}

function isType({ kind, typeOnly }: Declared): boolean {
  return kind === 'interface' || kind === 'type' || typeOnly
}

function roomOf(file: string): string {
  const inside = file.slice(source.length + 1).replaceAll('\\', '/')
  return inside.includes('/') ? inside.slice(0, inside.indexOf('/')) : ''
}

/** What is public and has no docstring, of the names that applications and handlers are written with. */
export function undocumented(): string[] {
  const missing = new Set<string>()
  for (const { specifier, names } of entries()) {
    for (const { name, doc, members } of names) {
      if (doc.text === '') missing.add(`${name} (${specifier})`)
      for (const member of members) {
        const { text, parameters, throws } = member.doc
        // What a class or one overridden says holds for these.
        if (member.overrides || member.name === 'constructor' || text !== '') continue
        if (parameters.length + throws.length === 0) missing.add(`${name}.${member.name} (${specifier})`)
      }
    }
  }
  return [...missing]
}

if (import.meta.main) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of referencePages()) writeFileSync(join(folder, name), text)
  for (const name of undocumented()) console.log(`${name} has no docstring`)
}
