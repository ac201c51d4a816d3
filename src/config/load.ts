// Pours the sources into one configuration: defaults, then the file, then the environment, then the flags, each
// stronger than the one before. Everything that is wrong is gathered, so that it is told at once.
import { dirname, resolve } from 'node:path'
import { findFile, labelOf, readFile } from './file.ts'
import type { Member } from './json.ts'
import { nearest } from './nearest.ts'
import { about, type Config, flagsOf, KEYS, type Key, keyNamed, variableOf } from './options.ts'
import type { Origin } from './origin.ts'
import { ConfigError, givenTwice, type Problem, shown, unknownName, wrongValue } from './problems.ts'
import { readShort, readTexts, readVariable } from './read.ts'

export interface Sources {
  readonly flags: readonly FlagGiven[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The working directory. */
  readonly directory: string
  /** The file that was named; null for none at all, undefined to look for one. */
  readonly file?: string | null | undefined
  /** What the command line found wrong already, to be told along with the rest. */
  readonly problems?: readonly Problem[]
}

/** A flag as it was typed. */
export interface FlagGiven {
  readonly key: Key
  /** How it was spelled, `--port` or `-p`. */
  readonly flag: string
  /** Its text; true for a flag alone, false for its `--no-` form. */
  readonly value: string | boolean
}

export interface Loaded {
  readonly config: Config
  readonly origins: Readonly<Record<Key, Origin>>
  /** The file that was read, as people in the working directory call it; null for none. */
  readonly file: string | null
  /** What the log should say about it. */
  readonly notes: readonly string[]
}

interface Value {
  readonly value: unknown
  readonly origin: Origin
}

type Values = Map<Key, Value>

const PREFIX = 'WIREWRIGHT_'

/** @throws ConfigError with everything that is wrong */
export async function loadConfig(sources: Sources): Promise<Loaded> {
  const problems: Problem[] = [...(sources.problems ?? [])]
  const values: Values = new Map()
  const notes: string[] = []

  const named = sources.file === undefined ? sources.environment[`${PREFIX}CONFIG`] || undefined : sources.file
  const found = named === undefined ? findFile(sources.directory) : null
  const path = named ? resolve(sources.directory, named) : (found?.path ?? null)
  const label = path === null ? null : labelOf(path, sources.directory)
  if (path !== null && label !== null) {
    await pourFile(path, label, values, problems)
    const passedOver = found?.passedOver ? ` (${labelOf(found.passedOver, sources.directory)} is not read)` : ''
    notes.push(`Configuration from ${label}${passedOver}`)
  }
  pourEnvironment(sources.environment, sources.directory, values, problems)
  pourFlags(sources.flags, sources.directory, values, problems)
  checkTogether(values, problems)

  const hint = found && problems.some(({ origin }) => origin.source === 'file') ? foundByItself(label ?? '') : ''
  if (problems.length > 0) throw new ConfigError(problems, hint)
  return { ...inForce(values, sources.directory), file: label, notes }
}

async function pourFile(path: string, label: string, values: Values, problems: Problem[]): Promise<void> {
  let members: Member[]
  try {
    members = await readFile(path, label)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    problems.push(...error.problems)
    return
  }
  const { fits } = await import('./schema.ts')
  const names = new Map<Key, string>()
  for (const { name, value: written, origin } of members) {
    if (name === '$schema') continue
    const key = keyNamed(name)
    if (key === undefined) {
      problems.push(unknownName(origin, name, nearest(name, KEYS)))
      continue
    }
    const before = names.get(key)
    if (before !== undefined) problems.push(givenTwice(origin, name, before))
    names.set(key, name)
    const value = readShort(about(key), written)
    if (fits(key, value)) values.set(key, { value: placed(key, value, dirname(path)), origin })
    else problems.push(wrongValue(origin, name, about(key), written))
  }
}

function pourEnvironment(
  environment: Sources['environment'],
  directory: string,
  values: Values,
  problems: Problem[],
): void {
  const names = new Map<Key, string>()
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || text === undefined || variable === `${PREFIX}CONFIG`) continue
    const origin: Origin = { source: 'environment', variable }
    const key = keyNamed(variable.slice(PREFIX.length).toLowerCase())
    if (key === undefined) {
      problems.push(unknownName(origin, variable, nearestVariable(variable)))
      continue
    }
    const before = names.get(key)
    if (before !== undefined) problems.push(givenTwice(origin, variable, before))
    names.set(key, variable)
    const value = readVariable(about(key), text)
    if (value === undefined) problems.push(wrongValue(origin, variable, about(key), text))
    else values.set(key, { value: placed(key, value, directory), origin })
  }
}

function nearestVariable(variable: string): string | undefined {
  const key = nearest(variable.slice(PREFIX.length), KEYS)
  return key && variableOf(key)
}

function pourFlags(flags: readonly FlagGiven[], directory: string, values: Values, problems: Problem[]): void {
  const byKey = Map.groupBy(flags, flag => flag.key)
  for (const [key, given] of byKey) {
    const last = given[given.length - 1]
    const origin: Origin = { source: 'flag', flag: last.flag }
    const value = flagValue(key, given)
    if (value === undefined) problems.push(wrongValue(origin, last.flag, about(key), last.value))
    else values.set(key, { value: placed(key, value, directory), origin })
  }
}

function flagValue(key: Key, given: readonly FlagGiven[]): unknown {
  const last = given[given.length - 1].value
  if (typeof last === 'string')
    return readTexts(
      about(key),
      given.map(({ value }) => String(value)),
    )
  return about(key).shape.type === 'flag' ? last : null
}

/** The value with a path made absolute. */
function placed(key: Key, value: unknown, base: string): unknown {
  return about(key).shape.type === 'path' && typeof value === 'string' ? resolve(base, value) : value
}

/** What no option can know of itself. */
function checkTogether(values: Values, problems: Problem[]): void {
  const value = (key: Key) => (values.get(key) ?? { value: about(key).initial }).value
  const origin = (key: Key): Origin => values.get(key)?.origin ?? { source: 'default' }
  if (value('enable_ssl') === true && (value('ssl_cert') === null) !== (value('ssl_key') === null)) {
    const [given, missing]: [Key, Key] = value('ssl_cert') === null ? ['ssl_key', 'ssl_cert'] : ['ssl_cert', 'ssl_key']
    problems.push({ origin: origin(given), message: `${given} needs ${missing} beside it` })
  }
  const auth = value('auth')
  if (typeof auth === 'string' && !/^[^:\p{Cc}]+:[^\p{Cc}]+$/u.test(auth))
    problems.push({ origin: origin('auth'), message: 'auth must be a name, a colon and a password: user:password' })
  const health = value('health_path')
  if (typeof health === 'string' && !/^\/[\x21\x22\x24-\x3e\x40-\x7e]*$/.test(health))
    problems.push({ origin: origin('health_path'), message: 'health_path must be a path: /healthz' })
  for (const name of value('index_files') as readonly string[])
    if (!isFileName(name))
      problems.push({
        origin: origin('index_files'),
        message: `index_files must be names of files, not ${shown(name)}`,
      })
  for (const site of value('cors_allow_origin') as readonly string[])
    if (!isOrigin(site))
      problems.push({
        origin: origin('cors_allow_origin'),
        message: `cors_allow_origin must be * or origins as browsers write them, such as https://app.example, not ${shown(site)}`,
      })
}

function isFileName(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !/[/\\\0]/.test(text)
}

/** Whether a browser could send that in Origin: compared letter by letter, another spelling would let nobody in. */
function isOrigin(text: string): boolean {
  if (text === '*' || text === 'null') return true
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@A-Z]+$/.test(text)) return false
  // Only of web addresses is it known which port is the usual one.
  return !/^https?:/.test(text) || (URL.canParse(text) && new URL(text).origin === text)
}

function inForce(values: Values, directory: string): Pick<Loaded, 'config' | 'origins'> {
  const config: Partial<Record<Key, unknown>> = {}
  const origins: Partial<Record<Key, Origin>> = {}
  for (const key of KEYS) {
    const given = values.get(key)
    config[key] = given ? given.value : placed(key, about(key).initial, directory)
    origins[key] = given ? given.origin : { source: 'default' }
  }
  return { config: config as Config, origins: origins as Record<Key, Origin> }
}

/** The flags' names with their dashes, for suggestions. */
export function flagNames(): string[] {
  return KEYS.flatMap(key => flagsOf(key).map(name => `--${name}`))
}

function foundByItself(label: string): string {
  return `${label} was found in the working directory; --config names another file, --no-config none.`
}
