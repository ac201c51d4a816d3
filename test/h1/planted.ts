// Copies of a wire's rooms with a fault planted in, to show that the tests would notice it.
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url))
/** What a wire needs. */
const ROOMS = ['bytes', 'http', 'hpack', 'h1', 'h2', 'websocket']

/** A change of one place in one file. */
export interface Fault {
  /** The room that it is in; h1 unless said. */
  readonly room?: string
  /** The file's name in the room. */
  readonly file: string
  readonly find: string
  readonly put: string
}

/** A place where the source refuses by a rule, with that check taken out. */
export interface TakenOut {
  readonly rule: string
  readonly file: string
  /** The line's number, from 1. */
  readonly line: number
  /** The whole file as it would be without the check. */
  readonly text: string
}

/** A folder with a faulty copy of the room; `url` is its index.ts. */
export interface Copy {
  readonly url: string
  remove(): void
}

/** @throws Error where the text to change is not there exactly once: the fault must follow the source */
export function plant({ room = 'h1', file, find, put }: Fault): Copy {
  const text = readFileSync(join(SOURCE, room, file), 'utf8')
  const [before, after, ...more] = text.split(find)
  if (after === undefined || more.length > 0)
    throw new Error(`src/${room}/${file} has «${find}» ${more.length > 0 ? 'more than once' : 'nowhere'}`)
  return copyWith(file, before + put + after, room)
}

/** A copy in which one file has another text. */
export function copyWith(file: string, text: string, room = 'h1'): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'wirewright-planted-'))
  for (const name of ROOMS) cpSync(join(SOURCE, name), join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, room, file), text)
  return {
    url: pathToFileURL(join(folder, room, 'index.ts')).href,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The room without each of its checks in turn, found by the names of the rules in the source. */
export function checksTakenOut(rules: readonly string[]): TakenOut[] {
  const files = globSync('*.ts', { cwd: join(SOURCE, 'h1') }).filter(file => file !== 'errors.ts')
  return files.sort().flatMap(file => {
    const lines = readFileSync(join(SOURCE, 'h1', file), 'utf8').split('\n')
    return lines.flatMap((line, i) =>
      rules.flatMap(rule =>
        without(line, rule).map(changed => ({
          rule,
          file,
          line: i + 1,
          text: [...lines.slice(0, i), changed, ...lines.slice(i + 1)].join('\n'),
        })),
      ),
    )
  })
}

/** The line without the check that refuses by the rule, in each way in which it can be missing; empty where it has none. */
function without(line: string, rule: string): string[] {
  const name = `'${rule}'`
  if (!line.includes(name)) return []
  const ways: string[] = []
  // condition ? 'rule' : 'another', or the other way round: the check that tells them apart is gone.
  for (const choice of line.matchAll(/ \? ('[^']+') : ('[^']+'|null)/g)) {
    const other = choice[1] === name ? choice[2] : choice[2] === name ? choice[1] : null
    if (other !== null)
      ways.push(
        line.slice(0, startOfCondition(line, choice.index)) + other + line.slice(choice.index + choice[0].length),
      )
  }
  // if (condition) return this.fail('rule', …), or a statement of its own
  const refusal = line.match(/^(.*?)(return |this\.fail\(|breaks\()/)
  if (refusal !== null) ways.push(`${refusal[1]}{}`)
  return ways
}

/** Where the condition before the `?` begins: behind the bracket that it stands in, or behind `return`. */
function startOfCondition(line: string, end: number): number {
  let depth = 0
  for (let at = end; at > 0; at--) {
    if (line[at - 1] === ')') depth++
    if (line[at - 1] === '(' && depth-- === 0) return at
    if (depth === 0 && line.slice(0, at).endsWith('return ')) return at
  }
  return 0
}
