// Reads the vectors of WebSocket frames: Markdown that is documentation and test at once. `test/vectors/websocket/README.md` says what a
// vector looks like.
import { readdirSync, readFileSync } from 'node:fs'
import { bytesOf } from '../h1/notation.ts'
import { canonical, FrameWriter, type Role } from './notation.ts'

/** What every vector has, that of frames and that of handshakes. */
export interface Page {
  /** The file's name, such as `frames.md`. */
  readonly file: string
  /** The heading: the behaviour in words. */
  readonly name: string
  /** The heading as a link's fragment. */
  readonly anchor: string
  /** What of `musts.ts` it shows kept, as `section: gist`. */
  readonly keeps: readonly string[]
  /** What it shows broken, and refused. */
  readonly breaks: readonly string[]
  /** The list below its heading: `Role: client`. */
  readonly options: ReadonlyMap<string, string>
}

/** A connection, what its peer sends and its user does, and what comes of it. */
export interface Vector extends Page {
  readonly role: Role
  /** Limits that differ from the usual ones. */
  readonly limits: Readonly<Record<string, number>>
  /** The extension as it was agreed on; null for none. */
  readonly compression: string | null
  readonly steps: readonly Step[]
}

export interface Step {
  /** What the peer sends; null where the connection's user does something, or the peer has ended. */
  readonly bytes: Uint8Array | null
  /** The line without its mark. */
  readonly line: string
  /** What the sink is told. */
  readonly told: readonly string[]
  /** The frames that the connection sends. */
  readonly sent: readonly string[]
}

const FOLDER = new URL('../vectors/websocket/', import.meta.url)

/** All vectors of frames, file by file. */
export function readVectors(): Vector[] {
  return readSections('websocket').map(([page, block]) => parseVector(page, block))
}

/** Each vector's heading and list, and its block of this kind. @throws SyntaxError for a section without any block */
export function readSections(kind: 'websocket' | 'handshake'): [Page, string][] {
  return readdirSync(FOLDER)
    .filter(file => file.endsWith('.md') && file !== 'README.md')
    .sort()
    .flatMap(file => {
      const [, ...sections] = readFileSync(new URL(file, FOLDER), 'utf8').split(/^## /m)
      return sections.flatMap((section): [Page, string][] => {
        const [, found, block] = section.match(/^```(\w+)\n(.*?)^```$/ms) ?? []
        const page = pageOf(file, section)
        if (block === undefined) throw new SyntaxError(`${file}, «${page.name}» has no transcript`)
        return found === kind ? [[page, block]] : []
      })
    })
}

/** The rules that a vector's connection finds broken. */
export function rulesOf(vector: Vector): string[] {
  return vector.steps.flatMap(step => step.told.flatMap(line => line.match(/^failed ([a-z0-9-]+)/)?.[1] ?? []))
}

/** All that the peer sends. */
export function bytesSent(vector: Vector): Uint8Array {
  return Buffer.concat(vector.steps.flatMap(step => step.bytes ?? []))
}

function pageOf(file: string, section: string): Page {
  const name = section.slice(0, section.indexOf('\n'))
  const lines = [...section.matchAll(/^- (\w+): (.*)$/gm)]
  const all = (wanted: string) => lines.filter(([, key]) => key === wanted).map(([, , value]) => value)
  const [keeps, breaks] = [all('Keeps'), all('Breaks')]
  if (keeps.length + breaks.length === 0)
    throw new SyntaxError(`${file}, «${name}» says nothing that it keeps or breaks`)
  return {
    file,
    name,
    anchor: anchorOf(name),
    keeps,
    breaks,
    options: new Map(lines.map(([, key, value]) => [key, value])),
  }
}

function parseVector(page: Page, block: string): Vector {
  const { file, name, options } = page
  const role = options.get('Role') === 'client' ? 'client' : 'server'
  const writer = new FrameWriter(role === 'client' ? 'server' : 'client')
  const steps: { bytes: Uint8Array | null; line: string; told: string[]; sent: string[] }[] = []
  for (const line of block.split('\n').filter(Boolean)) {
    const [, mark, text] = line.match(/^([>!<*]) (.*)$/) ?? [line, ' ', line]
    if (mark === '>' && text === 'FIN') steps.push({ bytes: null, line: text, told: [], sent: [] })
    else if (mark === '>') {
      const bytes = Buffer.concat(expand(text).map(one => writer.bytesOfLine(one)))
      steps.push({ bytes, line: text, told: [], sent: [] })
    } else if (mark === '!') steps.push({ bytes: null, line: text, told: [], sent: [] })
    else if (steps.length > 0 && mark === '<') steps.at(-1)!.sent.push(...expand(text).map(canonical))
    else if (steps.length > 0 && mark === '*') steps.at(-1)!.told.push(...expand(text).map(canonical))
    else
      throw new SyntaxError(
        `${file}, «${name}»: «${line}» has none of the marks > ! < *, or nothing has happened before`,
      )
  }
  const limits = [...(options.get('Limits') ?? '').matchAll(/`(\w+)` (\d+)/g)]
  return {
    ...page,
    role,
    limits: Object.fromEntries(limits.map(([, limit, value]) => [limit, Number(value)])),
    compression: options.get('Compression') ?? null,
    steps,
  }
}

/** The lines that one stands for: `*3` is three of them. */
export function expand(text: string): string[] {
  const [, line, times] = text.match(/^(.*?) \*(\d+)$/) ?? []
  return times === undefined ? [text] : Array<string>(Number(times)).fill(line)
}

/** The fragment that Markdown viewers give a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}

/** Text in the notation as latin1. */
export function latin1Of(notation: string): string {
  return Buffer.from(bytesOf(notation)).toString('latin1')
}
