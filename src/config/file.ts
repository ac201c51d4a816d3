// The configuration file: found, read, and taken apart into members that know their line and column. It is JSON, with
// comments and trailing commas allowed, because people keep notes beside what they configure.
import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, join, relative, sep } from 'node:path'
import type { Origin } from './origin.ts'
import { ConfigError } from './problems.ts'

/** The names that are found by themselves, the first before the second. */
export const FILE_NAMES = ['wirewright.json', 'config.json'] as const

/** A configuration is a few kilobytes; whoever names a larger file named the wrong one. */
const MOST_BYTES = 1_048_576

export interface Member {
  readonly name: string
  readonly value: unknown
  readonly origin: Origin
}

/** The configuration file of a folder, and the one that is passed over for it; null where there is none. */
export function findFile(directory: string): { readonly path: string; readonly passedOver: string | null } | null {
  const [path, passedOver] = FILE_NAMES.map(name => join(directory, name)).filter(candidate => existsSync(candidate))
  return path === undefined ? null : { path, passedOver: passedOver ?? null }
}

/**
 * The members of a file's object, in their order.
 * @param label what to call the file in errors
 * @throws ConfigError where it cannot be read, or is no JSON object
 */
export async function readFile(path: string, label: string): Promise<Member[]> {
  const { evaluate, parse } = await import('@humanwhocodes/momoa')
  const text = textOf(path, label)
  let document: ReturnType<typeof parse>
  try {
    document = parse(text, { mode: 'jsonc', allowTrailingCommas: true })
  } catch (error) {
    throw notJson(label, error)
  }
  const { body } = document
  if (body.type !== 'Object') throw notAnObject(label)
  return body.members.map(({ name, value }) => ({
    name: name.type === 'String' ? name.value : name.name,
    value: evaluate(value),
    origin: { source: 'file', path: label, line: name.loc.start.line, column: name.loc.start.column },
  }))
}

/** A file's path as people in that directory call it. */
export function labelOf(path: string, directory: string): string {
  const short = relative(directory, path)
  return short === '' || isAbsolute(short) || short.startsWith(`..${sep}`) ? path : short
}

function textOf(path: string, label: string): string {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw notReadable(label, error)
  }
  if (bytes.length > MOST_BYTES) throw tooLarge(label)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw notText(label)
  }
}

function fileError(path: string, message: string, line = 1, column = 1): ConfigError {
  return new ConfigError([{ origin: { source: 'file', path, line, column }, message }])
}

function notReadable(path: string, error: unknown): ConfigError {
  const { code, message } = error as NodeJS.ErrnoException
  const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : message
  return new ConfigError([
    { origin: { source: 'default' }, message: `The configuration file ${path} cannot be read: ${why}` },
  ])
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
  return fileError(path, `this is not JSON: ${what}`, line, column)
}
