// The configuration file: found, and read. What takes its text apart is loaded only where there is one.
import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, join, relative, sep } from 'node:path'
import type { Member } from './json.ts'
import { ConfigError } from './problems.ts'

/** The names that are found by themselves, the first before the second. */
export const FILE_NAMES = ['wirewright.json', 'config.json'] as const

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
  const { membersOf } = await import('./json.ts')
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw notReadable(label, error)
  }
  return membersOf(bytes, label)
}

/** A file's path as people in that directory call it. */
export function labelOf(path: string, directory: string): string {
  const short = relative(directory, path)
  return short === '' || isAbsolute(short) || short.startsWith(`..${sep}`) ? path : short
}

function notReadable(path: string, error: unknown): ConfigError {
  const { code, message } = error as NodeJS.ErrnoException
  const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : message
  return new ConfigError([
    { origin: { source: 'default' }, message: `The configuration file ${path} cannot be read: ${why}` },
  ])
}
