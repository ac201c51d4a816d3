// The rooms of applications with one thing changed at a time: a condition that always holds, or never does, a step left
// out. Found in the source itself, so that what is added is tried as well.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseSync } from 'oxc-parser'
import type { Fault } from '../h1/planted.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** What an application needs. */
const ROOMS = ['bytes', 'http', 'exchange', 'sse', 'app']

/** The index of a room in a folder with copies of them. */
export interface Copies {
  url(room: string): string
  remove(): void
}

/** Copies of the rooms with a fault in one file of `app/`. @throws Error where the text to change is not there exactly once */
export function plantInApp({ file, find, put }: Fault): Copies {
  const text = readFileSync(join(ROOT, 'src/app', file), 'utf8')
  const [before, after, ...more] = text.split(find)
  if (after === undefined || more.length > 0)
    throw new Error(`src/app/${file} has «${find}» ${more.length > 0 ? 'more than once' : 'nowhere'}`)
  const folder = mkdtempSync(join(tmpdir(), 'wirewright-planted-'))
  for (const room of ROOMS) cpSync(join(ROOT, 'src', room), join(folder, room), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'app', file), before + put + after)
  return {
    url: room => pathToFileURL(join(folder, room, 'index.ts')).href,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A file with one thing changed. */
export interface Mutant {
  /** Its path in the repository. */
  readonly file: string
  /** The line's number, from 1. */
  readonly line: number
  readonly was: string
  readonly is: string
  /** The whole file as it is with the change. */
  readonly text: string
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
}

// biome-ignore lint/suspicious/noExplicitAny: nodes of any kind, of which each way looks at its own.
type AnyNode = Node & Readonly<Record<string, any>>

/** What to put in the place of a node, where it is of a kind that can be changed. */
type Way = (node: AnyNode, source: (node: Node) => string) => readonly (readonly [Node, string])[]

const WAYS: Readonly<Record<string, Way>> = {
  IfStatement: ({ test }) => [
    [test, 'true'],
    [test, 'false'],
  ],
  ConditionalExpression: (node, source) => [
    [node, `(${source(node.consequent)})`],
    [node, `(${source(node.alternate)})`],
  ],
  LogicalExpression: (node, source) => [
    [node, source(node.left)],
    [node, source(node.right)],
  ],
  AssignmentExpression: (node, source) =>
    node.operator === '??=' ? [[node, `${source(node.left)} = ${source(node.right)}`]] : [],
  ExpressionStatement: node => (node.expression.type === 'Literal' ? [] : [[node, ';']]),
  UnaryExpression: (node, source) => (node.operator === '!' ? [[node, source(node.argument)]] : []),
  CallExpression: (node, source) =>
    node.callee.type === 'MemberExpression' && ORDER.includes(node.callee.property.name)
      ? [[node, source(node.callee.object)]]
      : [],
  Literal: node => {
    if (typeof node.value === 'number') return [[node, String(node.value + 1)]]
    return typeof node.value === 'boolean' ? [[node, String(!node.value)]] : []
  },
}

/** Methods that change no more than what their object is like: left out. */
const ORDER = ['toReversed', 'flat', 'slice', 'sort', 'replaceAll', 'replace', 'toLowerCase']

/** @param file a path in the repository */
export function mutantsOf(file: string): Mutant[] {
  const text = readFileSync(`${ROOT}${file}`, 'utf8')
  const source = ({ start, end }: Node): string => text.slice(start, end)
  const found: Mutant[] = []
  for (const node of nodesIn(parseSync(file, text).program as unknown as AnyNode)) {
    for (const [place, is] of WAYS[node.type]?.(node, source) ?? []) {
      const was = source(place)
      if (was === is) continue
      const changed = text.slice(0, place.start) + is + text.slice(place.end)
      found.push({ file, line: text.slice(0, place.start).split('\n').length, was, is, text: changed })
    }
  }
  return found
}

/** All nodes but those of types, which do nothing, and of the texts of errors. */
function* nodesIn(node: AnyNode): Generator<AnyNode> {
  if ((node.type.startsWith('TS') && !DOES_SOMETHING.includes(node.type)) || makesError(node)) return
  yield node
  for (const value of Object.values(node))
    for (const child of [value].flat())
      if (typeof child === 'object' && child !== null && typeof child.type === 'string') yield* nodesIn(child)
}

/** A named constructor of errors. */
function makesError(node: AnyNode): boolean {
  const type = node.type === 'FunctionDeclaration' ? node.returnType?.typeAnnotation?.typeName?.name : undefined
  return type !== undefined && /Error$|^Refused$/.test(type)
}

/** Nodes of TypeScript with an expression in them. */
const DOES_SOMETHING = ['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression']
