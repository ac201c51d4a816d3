// What the sources export: each name with its signatures, its members, and the comments before them. The sources are read
// rather than what is built of them, for they have the defaults, and the lines as their authors broke them.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Comment, parseSync } from 'oxc-parser'
import { type Docstring, docstring } from './docstrings.ts'

export type Kind = 'class' | 'interface' | 'type' | 'function' | 'constant'

export interface Declared {
  readonly name: string
  readonly kind: Kind
  /** Without bodies; several where it is overloaded. */
  readonly signatures: readonly string[]
  readonly doc: Docstring
  /** Those that are public, and those of bases that are not exported themselves. */
  readonly members: readonly Member[]
  /** The names that its signature, members and unexported aliases speak of. */
  readonly mentions: ReadonlySet<string>
  /** The file it is declared in. */
  readonly file: string
  /** Only its type is exported: nobody makes one. */
  readonly typeOnly: boolean
}

export interface Member {
  readonly name: string
  readonly signatures: readonly string[]
  readonly doc: Docstring
  /** It does what the one it overrides does, whose docstring holds. */
  readonly overrides: boolean
}

/** Any node; what is asked of one is as the ESTree of TypeScript has it. */
// biome-ignore lint/suspicious/noExplicitAny: the tree is walked by the types that its nodes tell.
type Node = any

interface Source {
  readonly path: string
  readonly text: string
  readonly comments: readonly Comment[]
  /** The declarations at the top, by name. */
  readonly declarations: ReadonlyMap<string, readonly Node[]>
  readonly imports: ReadonlyMap<string, Origin>
  readonly exports: ReadonlyMap<string, Origin & { readonly typeOnly: boolean }>
}

/** Where a name comes from: another file, or here. */
interface Origin {
  readonly from: string | null
  readonly name: string
}

/** Everything that a file exports, by its own declarations or by those of others. */
export function exportsOf(path: string): Declared[] {
  const names = sourceAt(path).exports
  const known = new Set(names.keys())
  return [...names].map(([name, { typeOnly }]) => declared(path, name, known, typeOnly))
}

function declared(path: string, name: string, known: ReadonlySet<string>, typeOnly: boolean): Declared {
  const found = resolve(path, name)
  const { source, nodes } = found
  const [first] = nodes
  const visible = bodiless(nodes)
  const mentions = new Set<string>()
  for (const node of nodes) mentioned(source, node, known, mentions)
  mentions.delete(name)
  return {
    name,
    kind: kindOf(first),
    signatures: visible.map(node => signatureOf(source, node, found.name === name ? null : name)),
    doc: docBefore(source, nodes.map(outermost)),
    members: membersOf(source, first, known, typeOnly),
    mentions,
    file: source.path,
    typeOnly,
  }
}

/** Follows a name through exports and imports to where it is declared. */
function resolve(path: string, name: string): { source: Source; nodes: readonly Node[]; name: string } {
  const source = sourceAt(path)
  const nodes = source.declarations.get(name)
  if (nodes !== undefined) return { source, nodes, name }
  const origin = source.exports.get(name) ?? source.imports.get(name)
  if (origin === undefined) throw new Error(`${path} has no ${name}`)
  return resolve(origin.from ?? path, origin.name)
}

const read = new Map<string, Source>()

function sourceAt(path: string): Source {
  const before = read.get(path)
  if (before !== undefined) return before
  const text = readFileSync(path, 'utf8')
  const { program, comments, module, errors } = parseSync(path, text)
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0].message}`)
  const at = (specifier: string): string => join(dirname(path), specifier)
  const imports = module.staticImports.flatMap(({ moduleRequest, entries }) =>
    moduleRequest.value.startsWith('.')
      ? entries.map(
          ({ localName, importName }) =>
            [localName.value, { from: at(moduleRequest.value), name: importName.name ?? 'default' }] as const,
        )
      : [],
  )
  const exports = module.staticExports.flatMap(({ entries }) =>
    entries.map(
      ({ exportName, importName, localName, moduleRequest, isType }) =>
        [
          exportName.name ?? '*',
          {
            from: moduleRequest === null ? null : at(moduleRequest.value),
            name: importName.name ?? localName.name ?? '*',
            typeOnly: isType,
          },
        ] as const,
    ),
  )
  const source = {
    path,
    text,
    comments,
    declarations: topLevel(program.body),
    imports: new Map(imports),
    exports: new Map(exports),
  }
  read.set(path, source)
  return source
}

function topLevel(body: readonly Node[]): Map<string, Node[]> {
  const found = new Map<string, Node[]>()
  for (const statement of body) {
    const node = statement.declaration ?? statement
    const names =
      node.type === 'VariableDeclaration' ? node.declarations.map((each: Node) => each.id.name) : [node.id?.name]
    for (const name of names) {
      if (name === undefined) continue
      // What is exported is commented before the word.
      found.set(name, [...(found.get(name) ?? []), { ...node, outer: statement }])
    }
  }
  return found
}

function outermost(node: Node): Node {
  return node.outer ?? node
}

function kindOf({ type }: Node): Kind {
  if (type === 'ClassDeclaration') return 'class'
  if (type === 'TSInterfaceDeclaration') return 'interface'
  if (type === 'TSTypeAliasDeclaration') return 'type'
  return type === 'VariableDeclaration' ? 'constant' : 'function'
}

/** The signatures that callers see: an implementation behind overloads is none. */
function bodiless(nodes: readonly Node[]): readonly Node[] {
  const overloads = nodes.filter(node => bodyOf(node) === null)
  return overloads.length > 0 ? overloads : nodes
}

function bodyOf(node: Node): Node | null {
  return node.body ?? node.value?.body ?? null
}

function signatureOf({ text }: Source, node: Node, alias: string | null): string {
  const named = (signature: string): string => {
    const trimmed = signature.replace(/^(export |declare |abstract |async )+/, '').replace(/[;\s]+$/, '')
    return alias === null ? trimmed : trimmed.replace(node.id.name, alias)
  }
  if (node.type === 'ClassDeclaration' || node.type === 'TSInterfaceDeclaration') {
    return named(text.slice(node.start, node.body.start))
  }
  if (node.type === 'VariableDeclaration') {
    const [{ id, init }] = node.declarations
    return named(
      `const ${id.typeAnnotation === null && init !== null ? `${id.name} = ${brief(text.slice(init.start, init.end))}` : text.slice(id.start, id.end)}`,
    )
  }
  return named(text.slice(node.start, bodyOf(node)?.start ?? node.end))
}

function brief(initial: string): string {
  return initial.length > 60 || initial.includes('\n') ? '…' : initial
}

// --- Members ---

const HIDDEN: ReadonlySet<string> = new Set(['private', 'protected'])

function membersOf(source: Source, node: Node, known: ReadonlySet<string>, typeOnly: boolean): Member[] {
  const body: readonly Node[] =
    node.type === 'ClassDeclaration' || node.type === 'TSInterfaceDeclaration' ? node.body.body : literalMembers(node)
  const groups = new Map<string, Node[]>()
  for (const member of body) {
    const name = nameOf(source, member)
    if (HIDDEN.has(member.accessibility) || name.startsWith('#') || (name === 'constructor' && typeOnly)) continue
    // A getter and its setter are one; a static member is another than one of the same name.
    const key = member.static === true ? `static ${name}` : name
    groups.set(key, [...(groups.get(key) ?? []), member])
  }
  const own = [...groups.values()].map(nodes => memberOf(source, nodes))
  return [...own, ...inherited(source, node, known).filter(({ name }) => !own.some(member => member.name === name))]
}

/** Those of a type that is written as an object. */
function literalMembers({ type, typeAnnotation }: Node): readonly Node[] {
  return type === 'TSTypeAliasDeclaration' && typeAnnotation.type === 'TSTypeLiteral' ? typeAnnotation.members : []
}

function memberOf(source: Source, nodes: readonly Node[]): Member {
  return {
    name: nameOf(source, nodes[0]),
    signatures: bodiless(nodes).map(node => memberSignature(source, node)),
    doc: docBefore(source, nodes),
    overrides: nodes.some(node => node.override === true),
  }
}

function nameOf({ text }: Source, { type, key, computed, start, end }: Node): string {
  if (type === 'TSCallSignatureDeclaration') return '()'
  if (type === 'TSConstructSignatureDeclaration') return 'new ()'
  if (key === undefined)
    return text
      .slice(start, end)
      .replace(/^readonly /, '')
      .replace(/:.*/s, '')
  const name = text.slice(key.start, key.end)
  return computed ? `[${name}]` : name
}

function memberSignature({ text }: Source, node: Node): string {
  const end =
    node.type === 'PropertyDefinition' ? (node.typeAnnotation ?? node.key).end : (bodyOf(node)?.start ?? node.end)
  const value = node.type === 'PropertyDefinition' && node.typeAnnotation === null && node.value !== null
  const signature = value
    ? `${text.slice(node.start, end)} = ${brief(text.slice(node.value.start, node.value.end))}`
    : text.slice(node.start, end)
  return signature
    .replace(/^(override |public |async |abstract )+/, '')
    .replace(/[;,\s]+$/, '')
    .replace(/\n {2}/g, '\n')
}

/** The members of the bases that have no entry of their own. */
function inherited(source: Source, node: Node, known: ReadonlySet<string>): Member[] {
  const bases: readonly Node[] =
    node.type === 'TSInterfaceDeclaration' ? (node.extends ?? []) : node.superClass ? [node] : []
  return bases.flatMap(base => {
    const expression = base.superClass ?? base.expression
    const parameters: readonly Node[] = base.typeArguments?.params ?? []
    const omits = expression.name === 'Omit'
    const name: string | undefined = omits ? parameters[0]?.typeName?.name : expression.name
    if (name === undefined || (!omits && known.has(name)) || !isOwn(source, name)) return []
    const found = resolve(source.path, name)
    const without = omits ? source.text.slice(parameters[1].start, parameters[1].end) : ''
    return membersOf(found.source, found.nodes[0], known, true).filter(member => !without.includes(`'${member.name}'`))
  })
}

function isOwn({ declarations, imports }: Source, name: string): boolean {
  return declarations.has(name) || imports.has(name)
}

// --- Mentions and comments ---

/** Names of what is exported, also by way of aliases that are not. */
function mentioned(
  source: Source,
  node: Node,
  known: ReadonlySet<string>,
  found: Set<string>,
  seen = new Set<string>(),
): void {
  const visit = (part: Node): void => {
    if (typeof part !== 'object' || part === null) return
    if (Array.isArray(part)) {
      for (const each of part) visit(each)
      return
    }
    if (HIDDEN.has(part.accessibility) || part.type === 'BlockStatement') return
    const name = part.type === 'TSTypeReference' ? part.typeName.name : (part.superClass ?? part.expression)?.name
    if (typeof name === 'string') {
      if (known.has(name)) found.add(name)
      else if (!seen.has(name) && isOwn(source, name)) {
        seen.add(name)
        const { source: there, nodes } = resolve(source.path, name)
        if (nodes[0].type === 'TSTypeAliasDeclaration')
          for (const each of nodes) mentioned(there, each, known, found, seen)
      }
    }
    for (const [key, child] of Object.entries(part))
      if ((key !== 'outer' && key !== 'value') || part.type === 'MethodDefinition') visit(child)
  }
  visit(node)
}

/** The comment right before one of the nodes: the first that has one. */
function docBefore({ text, comments }: Source, nodes: readonly Node[]): Docstring {
  for (const { start } of nodes) {
    const before = comments.findLast(({ end }) => end <= start)
    const between = before === undefined ? 'x' : text.slice(before.end, start).replace(/\/\/ biome-ignore.*/g, '')
    if (before?.type === 'Block' && before.value.startsWith('*') && between.trim() === '')
      return docstring(before.value)
    // A lint's remark may stand between.
    const remark = before?.type === 'Line' && /^ biome-ignore/.test(before.value) ? before : undefined
    const block = remark && comments.findLast(({ end }) => end <= remark.start)
    if (block?.type === 'Block' && block.value.startsWith('*') && text.slice(block.end, remark?.start).trim() === '')
      return docstring(block.value)
  }
  return docstring(undefined)
}
