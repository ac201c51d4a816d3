// The HTTP/2 room without each of its checks in turn, found by the names of the rules in the source.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TakenOut } from '../h1/planted.ts'

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url))

/** Files that name rules without looking at anything. */
const TABLES = ['errors.ts', 'handshake-rules.ts']

/** @param room that of HTTP/2, or another whose checks are of the same shapes */
export function checksTakenOut(rules: readonly string[], room: 'h2' | 'websocket' = 'h2'): TakenOut[] {
  const folder = join(SOURCE, room)
  const files = globSync('*.ts', { cwd: folder }).filter(file => !TABLES.includes(file))
  return files.sort().flatMap(file => {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n')
    return lines.flatMap((line, i) =>
      rules
        .filter(rule => line.includes(`'${rule}'`))
        .flatMap(rule =>
          WAYS.flatMap(way => way(lines, i, `'${rule}'`)).map(changed => ({
            rule,
            file,
            line: i + 1,
            text: changed.join('\n'),
          })),
        ),
    )
  })
}

/** The file without the check that the line is of, if the line is of this shape. */
type Way = (lines: readonly string[], at: number, name: string) => string[][]

const WAYS: readonly Way[] = [
  // if (condition) …'rule'…
  (lines, at, name) => {
    const line = lines[at]
    const condition = line.match(/^(\s*(?:else )?if \()(.*)$/)
    if (condition === null || line.indexOf(name) < closing(line, condition[1].length)) return []
    return [changed(lines, at, `${condition[1]}false${line.slice(closing(line, condition[1].length))}`)]
  },
  // if (condition) {
  //   …('rule')…
  (lines, at, name) => {
    if (!/^\s*(this\.|return )/.test(lines[at]) || /\?/.test(lines[at].split(name)[0])) return []
    const before = lines[at - 1].match(/^(\s*(?:\} else )?if \().*\) \{$/)
    return before === null ? [] : [changed(lines, at - 1, `${before[1]}false) {`)]
  },
  // condition ? 'rule' : other, condition ? other : 'rule', where the rule may be wrapped: the other is taken
  (lines, at, name) => {
    const found: string[][] = []
    for (const choice of lines[at].matchAll(/ \? (\w+\('[^']+'\)|'[^']+'|\w+) : (\w+\('[^']+'\)|'[^']+'|null|\w+)/g)) {
      const other = choice[1].includes(name) ? choice[2] : choice[2].includes(name) ? choice[1] : null
      if (other === null) continue
      const start = startOfCondition(lines[at], choice.index)
      found.push(
        changed(lines, at, lines[at].slice(0, start) + other + lines[at].slice(choice.index + choice[0].length)),
      )
    }
    return found
  },
  // this.fail('rule') behind a loop that has not found what it should
  (lines, at, name) =>
    lines[at].trim() === `this.fail(${name})` && !lines[at - 1].endsWith('{') ? [changed(lines, at, '')] : [],
  // ?? breaks('rule')
  (lines, at, name) =>
    lines[at].includes(`?? breaks(${name})`)
      ? [changed(lines, at, lines[at].replace(`?? breaks(${name})`, '?? PLAIN'))]
      : [],
  // a choice over several lines
  (lines, at, name) =>
    lines[at].trim() === `? ${name}` ? [changed(lines, at, lines[at].replace('?', '&& false ?'))] : [],
  (lines, at, name) => (lines[at].trim() === `: ${name}` ? [changed(lines, at, lines[at].replace(name, 'null'))] : []),
  // else this.fail('rule')
  (lines, at, name) =>
    new RegExp(`^\\s*else this\\.(fail|streamError)\\([^?]*${name}`).test(lines[at])
      ? [changed(lines, at, lines[at].replace(/else .*/, 'else {}'))]
      : [],
  // a budget
  (lines, at, name) => {
    if (lines[at].trim() !== `rule: ${name},`) return []
    const most = lines.findLastIndex((line, i) => i < at && /^\s*most: /.test(line))
    return [changed(lines, most, '    most: Number.POSITIVE_INFINITY,')]
  },
  // names of fields, each with what they are refused by
  (lines, at, name) =>
    lines[at].includes(`() => breaks(${name})`)
      ? [changed(lines, at, lines[at].replace(`breaks(${name})`, 'PLAIN'))]
      : [],
]

function changed(lines: readonly string[], at: number, line: string): string[] {
  return lines.map((old, i) => (i === at ? line : old))
}

/** Where the bracket is closed that was opened just before `from`. */
function closing(line: string, from: number): number {
  let depth = 0
  for (let at = from; at < line.length; at++) {
    if (line[at] === '(') depth++
    if (line[at] === ')' && depth-- === 0) return at
  }
  return line.length
}

/** Where the condition before the `?` begins: behind the bracket that it stands in, or behind a word that begins an expression. */
function startOfCondition(line: string, end: number): number {
  let depth = 0
  for (let at = end; at > 0; at--) {
    if (line[at - 1] === ')') depth++
    if (line[at - 1] === '(' && depth-- === 0) return at
    if (depth === 0 && /(return|=>|=|,) $/.test(line.slice(0, at)) && !/[=!<>]=+ $/.test(line.slice(0, at))) return at
  }
  return 0
}
