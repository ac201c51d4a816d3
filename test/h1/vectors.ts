// Reads the HTTP/1.1 vectors: Markdown that is documentation and test at once. `test/vectors/h1/README.md` says what
// a vector looks like.
import { readdirSync, readFileSync } from 'node:fs'
import { bytesOf, show } from './notation.ts'

export interface Vector {
  /** The file's name, such as `chunked.md`. */
  readonly file: string
  /** The heading: the behaviour in words. */
  readonly name: string
  /** The heading as a link's fragment. */
  readonly anchor: string
  readonly section: string
  readonly role: 'server' | 'client'
  /** The requests that the responses answer, in order: `GET`, `GET with Upgrade`; empty in the server's role. */
  readonly answers: readonly string[]
  /** Limits that differ from the usual ones. */
  readonly limits: Readonly<Record<string, number>>
  readonly bytes: Uint8Array
  /** The peer sends FIN after the bytes. */
  readonly ends: boolean
  /** The events in the canonical text of `trace.ts`; fields only where the vector shows them. */
  readonly events: readonly string[]
}

const FOLDER = new URL('../vectors/h1/', import.meta.url)
const END = '\\(end)'

/** All vectors, file by file. */
export function readVectors(): Vector[] {
  return readdirSync(FOLDER)
    .filter(file => file.endsWith('.md') && file !== 'README.md')
    .sort()
    .flatMap(file => parseVectors(file, readFileSync(new URL(file, FOLDER), 'utf8')))
}

/** The vectors of one page. @throws SyntaxError for a section with a heading and no complete vector */
export function parseVectors(file: string, markdown: string): Vector[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map(section => parseVector(file, section))
}

/** The refusal that a vector expects, if it does. */
export function refusalOf(vector: Vector): string | undefined {
  return vector.events.at(-1)?.match(/^refused (\S+) at \d+$/)?.[1]
}

function parseVector(file: string, section: string): Vector {
  const name = section.slice(0, section.indexOf('\n')).trim()
  const wrong = (what: string) => new SyntaxError(`${file}: the vector “${name}” ${what}`)
  const rfc = section.match(/^RFC \d+ section [\d.]+/m)?.[0]
  const message = fence(section, 'http')
  const events = fence(section, 'events')
  if (rfc === undefined) throw wrong('names no RFC section')
  if (message === undefined) throw wrong('has no ```http block')
  if (events === undefined) throw wrong('has no ```events block')
  const answers = section.match(/^- Answers: (.*)$/m)?.[1].split(', ') ?? []
  const limits = [...(section.match(/^- Limits: (.*)$/m)?.[1] ?? '').matchAll(/`(\w+)` (\d+)/g)]
  const ends = message.trimEnd().endsWith(END)
  return {
    file,
    name,
    anchor: anchorOf(name),
    section: rfc,
    role: answers.length > 0 ? 'client' : 'server',
    answers,
    limits: Object.fromEntries(limits.map(([, limit, value]) => [limit, Number(value)])),
    bytes: bytesOf(ends ? message.trimEnd().slice(0, -END.length) : message),
    ends,
    events: events.split('\n').filter(Boolean).map(canonical),
  }
}

function fence(section: string, language: string): string | undefined {
  return section.match(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm'))?.[1]
}

/** An expected line with its bytes written the one way in which a trace writes them. */
function canonical(line: string): string {
  return show(bytesOf(line)).trimEnd()
}

/** The fragment that Markdown viewers give a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}
