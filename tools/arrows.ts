// The rooms of `src/` and the arrows between them, and a check that no import goes another way: `arrows.ts [FOLDER]`.
// The table is the one of docs/architecture.md. Type imports count like any other: who knows a type depends on it.
import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cycles } from './cycles.ts'
import { type Import, importsOf } from './imports.ts'

interface Room {
  /** The rooms that it may import from. */
  readonly arrows: readonly string[] | 'all'
  /** What it may import that is not of this project: all unless said. A pure room may import nothing: what it needs is handed in. */
  readonly outside?: 'nothing' | 'node' | 'packages'
  /** A toolbox: its files are imported one by one. Any other room is entered by its index.ts. */
  readonly toolbox?: true
  /** Each of its folders is entered by an index.ts of its own, so that only what is used is loaded. */
  readonly doors?: true
}

export const ROOMS: Readonly<Record<string, Room>> = {
  bytes: { arrows: [], outside: 'nothing', toolbox: true },
  http: { arrows: ['bytes'], outside: 'nothing', toolbox: true },
  exchange: { arrows: ['http', 'bytes'], outside: 'nothing' },
  h1: { arrows: ['http', 'bytes'], outside: 'nothing' },
  hpack: { arrows: ['bytes'], outside: 'nothing' },
  h2: { arrows: ['hpack', 'http', 'bytes'], outside: 'nothing' },
  websocket: { arrows: ['http', 'bytes'], outside: 'nothing' },
  sse: { arrows: ['bytes'], outside: 'nothing' },
  transport: { arrows: ['bytes'], outside: 'node' },
  server: { arrows: ['transport', 'h1', 'h2', 'websocket', 'exchange', 'http', 'bytes'] },
  client: { arrows: ['transport', 'h1', 'h2', 'websocket', 'exchange', 'http', 'bytes'] },
  app: { arrows: ['exchange', 'sse', 'http'], outside: 'packages' },
  middleware: { arrows: ['app', 'exchange', 'http'], doors: true },
  files: { arrows: ['exchange', 'http'] },
  proxy: { arrows: ['client', 'exchange', 'http'] },
  observe: { arrows: ['app', 'exchange', 'http'] },
  models: { arrows: ['server', 'exchange'] },
  certificates: { arrows: ['http'] },
  config: { arrows: [] },
  cli: { arrows: 'all' },
}

/** Files of `src/` itself, such as the public face, belong to no room and may import every one. */
const PUBLIC_FACE: Room = { arrows: 'all' }

/** Modules that are not for everyone: the rooms that may import them. */
const GUARDED: Readonly<Record<string, readonly string[]>> = {
  net: ['transport'],
  tls: ['transport'],
  http: [],
  https: [],
  http2: [],
  ws: [],
  undici: [],
}

/** A reader should be able to hold a file in the head; most are half of this. */
const MOST_LINES = 400

export interface Violation {
  readonly file: string
  readonly line: number
  readonly message: string
}

/**
 * Everything in a source folder that breaks the house's rules, ordered by file and line.
 * @param source the folder that has the rooms in it
 */
export function violations(source: string): Violation[] {
  const found: Violation[] = []
  const graph = new Map<string, string[]>()
  for (const file of globSync('**/*.ts', { cwd: source }).map(slashes).sort()) {
    const text = readFileSync(join(source, file), 'utf8')
    const imports = importsOf(file, text)
    graph.set(
      file,
      imports.filter(isRelative).map(({ specifier }) => target(file, specifier)),
    )
    for (const one of imports) {
      const message = judge(file, one)
      if (message !== null) found.push({ file, line: one.line, message })
    }
    const lines = text.split('\n').length - 1
    if (lines > MOST_LINES && !text.startsWith('// Generated')) found.push(tooLong(file, lines))
  }
  for (const cycle of cycles(graph)) found.push(goesInCircles(cycle))
  const rooms = new Set([...graph.keys()].map(roomOf))
  for (const room of rooms) if (room !== '' && !(room in ROOMS)) found.push(unknownRoom(room))
  return found
}

/** What is wrong with an import, or null. */
function judge(file: string, one: Import): string | null {
  const from = roomOf(file)
  const room = ROOMS[from] ?? PUBLIC_FACE
  if (!isRelative(one)) return judgeOutside(from, room, one.specifier)
  const path = target(file, one.specifier)
  const to = roomOf(path)
  if (path.startsWith('../')) return `imports ${one.specifier}, which is outside of the source folder`
  if (to === from) return null
  if (room.arrows !== 'all' && !room.arrows.includes(to)) return noArrow(from, to, room.arrows)
  if (to !== '' && !ROOMS[to]?.toolbox && !isDoor(to, path))
    return `enters ${to}/ by ${posix.basename(path)}: a room is entered by its index.ts alone`
  return null
}

/** Whether a room is entered by this file. */
function isDoor(room: string, path: string): boolean {
  const folder = posix.dirname(path)
  return (
    path === posix.join(folder, 'index.ts') &&
    (folder === room || (ROOMS[room]?.doors === true && posix.dirname(folder) === room))
  )
}

function judgeOutside(from: string, room: Room, specifier: string): string | null {
  const name = specifier.replace(/^node:/, '').split('/')[0]
  const allowed = GUARDED[name]
  if (allowed !== undefined && !allowed.includes(from))
    return `imports ${specifier}, which ${allowed.length > 0 ? `only ${allowed.join(', ')} may` : 'nothing here may: every byte is our own'}`
  const kind = isBuiltin(specifier) ? 'node' : 'packages'
  if ((room.outside ?? kind) === kind) return null
  return kind === 'node'
    ? `imports ${specifier}, but ${from}/ knows nothing of Node: what it needs is handed in`
    : `imports the package ${specifier}, but ${from}/ has no dependencies`
}

function isRelative({ specifier }: Import): boolean {
  return specifier.startsWith('.')
}

function target(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier)
}

/** The room that a file is in; empty for a file of the source folder itself. */
function roomOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : ''
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/')
}

function noArrow(from: string, to: string, arrows: readonly string[]): string {
  const allowed = arrows.length > 0 ? `may import from ${arrows.join(', ')}` : 'may import from no other room'
  return `there is no arrow ${from} → ${to === '' ? 'the public face' : to}: ${from}/ ${allowed}`
}

function tooLong(file: string, lines: number): Violation {
  return { file, line: MOST_LINES + 1, message: `has ${lines} lines; ${MOST_LINES} is the most` }
}

function goesInCircles(cycle: readonly string[]): Violation {
  return { file: cycle[0], line: 1, message: `imports itself in a circle: ${[...cycle, cycle[0]].join(' → ')}` }
}

function unknownRoom(room: string): Violation {
  return { file: room, line: 1, message: 'is no room of the house: add it to the table in tools/arrows.ts' }
}

if (import.meta.main) {
  const source = resolve(process.argv[2] ?? fileURLToPath(new URL('../src', import.meta.url)))
  const found = violations(source)
  for (const { file, line, message } of found) console.log(`${join(source, file)}:${line} ${message}`)
  console.log(found.length === 0 ? 'Every import follows an arrow.' : `${found.length} to mend.`)
  process.exitCode = found.length === 0 ? 0 : 1
}
