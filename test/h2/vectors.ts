// Reads the HTTP/2 vectors: Markdown that is documentation and test at once. `test/vectors/h2/README.md` says what a
// vector looks like.
import { readdirSync, readFileSync } from 'node:fs'
import { bytesOfLine, canonical } from './notation.ts'

export interface Vector {
  /** The file's name, such as `streams.md`. */
  readonly file: string
  /** The heading: the behaviour in words. */
  readonly name: string
  /** The heading as a link's fragment. */
  readonly anchor: string
  /** One or more, such as `RFC 9113 section 5.1`. */
  readonly sections: readonly string[]
  readonly role: 'server' | 'client'
  /** Limits that differ from the usual ones. */
  readonly limits: Readonly<Record<string, number>>
  /** Content is not given back to the windows as soon as it was told. */
  readonly keepsContent: boolean
  /** Both sides have greeted each other before the first step. */
  readonly greeted: boolean
  readonly steps: readonly Step[]
}

/** What happens, and what comes of it. */
export interface Step {
  /** What the peer sends; null where the connection's user does something. */
  readonly bytes: Uint8Array | null
  /** The line without its mark. */
  readonly line: string
  /** What the sink is told, in the canonical text of `trace.ts`; fields below heads only where the vector shows them. */
  readonly told: readonly string[]
  /** The frames that the connection sends. */
  readonly sent: readonly string[]
}

const FOLDER = new URL('../vectors/h2/', import.meta.url)

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

/** The rules that a vector's connection finds broken. */
export function rulesOf(vector: Vector): string[] {
  return vector.steps.flatMap(step =>
    step.told.flatMap(line => line.match(/^(?:failed|refused \d+|lost \d+) ([a-z0-9-]+)/)?.[1] ?? []),
  )
}

/** All that the peer sends. */
export function bytesSent(vector: Vector): Uint8Array {
  return Buffer.concat(vector.steps.flatMap(step => step.bytes ?? []))
}

function parseVector(file: string, section: string): Vector {
  const name = section.slice(0, section.indexOf('\n')).trim()
  const wrong = (what: string) => new SyntaxError(`${file}: the vector “${name}” ${what}`)
  const sections = section.match(/^RFC \d+ section .*$/m)?.[0].split(', ')
  const block = section.match(/^```h2\n([\s\S]*?)^```$/m)?.[1]
  if (sections === undefined) throw wrong('names no RFC section')
  if (block === undefined) throw wrong('has no ```h2 block')
  const steps: { bytes: Uint8Array | null; line: string; told: string[]; sent: string[] }[] = []
  for (const line of block.split('\n').filter(Boolean)) {
    const [, mark, text] = line.match(/^([>!<*]) (.*)$/) ?? [line, ' ', line]
    if (mark === '>')
      steps.push({ bytes: Buffer.concat(expand(text).map(bytesOfLine)), line: text, told: [], sent: [] })
    else if (mark === '!') steps.push({ bytes: null, line: text, told: [], sent: [] })
    else if (steps.length === 0) throw wrong('tells something before anything has happened')
    else if (mark === '<') steps.at(-1)!.sent.push(...expand(text).map(canonical))
    else if (mark === '*' || /^ {4}/.test(line)) steps.at(-1)!.told.push(...expand(text).map(canonical))
    else throw wrong(`has a line «${line}» with none of the marks > ! < *`)
  }
  const limits = [...(section.match(/^- Limits: (.*)$/m)?.[1] ?? '').matchAll(/`(\w+)` (\d+)/g)]
  return {
    file,
    name,
    anchor: anchorOf(name),
    sections,
    role: /^- Role: client$/m.test(section) ? 'client' : 'server',
    limits: Object.fromEntries(limits.map(([, limit, value]) => [limit, Number(value)])),
    keepsContent: /^- Content: kept$/m.test(section),
    greeted: !/^(> (PREFACE|raw)|! upgrade)|^- Greeting: shown$/m.test(section),
    steps,
  }
}

/** The lines that one stands for: `*3` is three of them, `step=2` raises the stream's number from each to the next. */
function expand(text: string): string[] {
  const [, line, times, step = '0'] = text.match(/^(.*?) \*(\d+)(?: step=(\d+))?$/) ?? []
  if (times === undefined) return [text]
  return Array.from({ length: Number(times) }, (_, i) =>
    line.replace(/\d+/, stream => String(Number(stream) + i * Number(step))),
  )
}

/** The fragment that Markdown viewers give a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}
