// A configuration file's bytes, taken apart into members that know their line and column. It is JSON, with comments and
// trailing commas allowed, because people keep notes beside what they configure.
import { evaluate, type MemberNode, type ObjectNode, parse } from '@humanwhocodes/momoa'
import type { Origin } from './origin.ts'
import { ConfigError } from './problems.ts'

/** A configuration is a few kilobytes; whoever names a larger file named the wrong one. */
const MOST_BYTES = 1_048_576

export interface Member {
  readonly name: string
  readonly value: unknown
  readonly origin: Origin
  /** The items of a value that is a list; null for one that is none. */
  readonly items: () => readonly Item[] | null
}

/** An item of a list. */
export interface Item {
  readonly origin: Origin
  /** Null where it is no object. */
  readonly members: readonly Member[] | null
}

/**
 * The members of the object that the bytes are, in their order.
 * @param label what to call the file in errors
 * @throws ConfigError where it is none
 */
export function membersOf(bytes: Uint8Array, label: string): Member[] {
  if (bytes.length > MOST_BYTES) throw tooLarge(label)
  let document: ReturnType<typeof parse>
  try {
    document = parse(textOf(bytes, label), { mode: 'jsonc', allowTrailingCommas: true })
  } catch (error) {
    throw error instanceof ConfigError ? error : notJson(label, error)
  }
  const { body } = document
  if (body.type !== 'Object') throw notAnObject(label)
  return membersIn(body, label)
}

function membersIn({ members }: ObjectNode, label: string): Member[] {
  return members.map(({ name, value }: MemberNode) => ({
    name: name.type === 'String' ? name.value : name.name,
    value: evaluate(value),
    origin: originOf(name, label),
    items: () =>
      value.type !== 'Array'
        ? null
        : value.elements.map(({ value: item }) => ({
            origin: originOf(item, label),
            members: item.type === 'Object' ? membersIn(item, label) : null,
          })),
  }))
}

function originOf({ loc }: Pick<MemberNode, 'loc'>, path: string): Origin {
  return { source: 'file', path, line: loc.start.line, column: loc.start.column }
}

function textOf(bytes: Uint8Array, label: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw notText(label)
  }
}

function fileError(path: string, message: string, line = 1, column = 1): ConfigError {
  return new ConfigError([{ origin: { source: 'file', path, line, column }, message }])
}

function tooLarge(path: string): ConfigError {
  return fileError(path, `the file is larger than ${MOST_BYTES} bytes, which no configuration is`)
}

function notText(path: string): ConfigError {
  return fileError(path, 'the file must be text in UTF-8')
}

function notAnObject(path: string): ConfigError {
  return fileError(path, 'a configuration must be one object: { "port": 8000, … }')
}

function notJson(path: string, error: unknown): ConfigError {
  if (error instanceof RangeError) return fileError(path, 'the values are nested too deeply')
  const { message, line = 1, column = 1 } = error as Error & { line?: number; column?: number }
  const what = message.replace(/ \(\d+:\d+\)$/, '').replace(/\.$/, '')
  return fileError(path, `this is not JSON: ${printable(what)}`, line, column)
}

/** What the parser quotes of the file may hold control characters. */
function printable(text: string): string {
  const visible = text.replace(/\p{C}/gu, char => `\\u{${char.codePointAt(0)?.toString(16)}}`)
  return visible.length > 120 ? `${visible.slice(0, 119)}…` : visible
}
