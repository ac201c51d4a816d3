// What a TypeScript file imports, in every way that there is: import and export … from, of values and of types,
// import() and the type import('…').
import { parseSync } from 'oxc-parser'

export interface Import {
  /** As written, without its quotes. */
  readonly specifier: string
  /** Counted from 1. */
  readonly line: number
}

/** @throws SyntaxError where the file cannot be parsed */
export function importsOf(file: string, text: string): Import[] {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors[0].message}`)
  const found: Import[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if (isNode(node)) {
      const source = SOURCES.get(node.type)?.(node)
      if (isText(source)) found.push({ specifier: source.value, line: lineOf(text, node.start) })
    }
    for (const child of Object.values(node)) visit(child)
  }
  visit(program)
  return found
}

interface Node {
  readonly type: string
  readonly start: number
  readonly [key: string]: unknown
}

/** Where each kind of node keeps the module that it names. */
const SOURCES: ReadonlyMap<string, (node: Node) => unknown> = new Map([
  ['ImportDeclaration', node => node.source],
  ['ExportNamedDeclaration', node => node.source],
  ['ExportAllDeclaration', node => node.source],
  ['ImportExpression', node => node.source],
  ['TSImportType', node => node.source],
  ['TSExternalModuleReference', node => node.expression],
])

function isNode(value: object): value is Node {
  return 'type' in value && typeof value.type === 'string'
}

function isText(value: unknown): value is { value: string } {
  return typeof value === 'object' && value !== null && 'value' in value && typeof value.value === 'string'
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
