// Pours the sources into one configuration: defaults, then the file, then the environment, then the flags, each
// stronger than the one before. Everything that is wrong is gathered, so that it is told at once.
import { dirname, resolve } from 'node:path'
import { checkOfHost, checkTogether } from './check.ts'
import { findFile, labelOf, readFile } from './file.ts'
import type { Member } from './json.ts'
import { nearest } from './nearest.ts'
import { about, type Config, flagsOf, KEYS, type Key, keyNamed, variableOf } from './options.ts'
import type { Origin } from './origin.ts'
import { ConfigError, givenTwice, type Problem, unknownName, wrongValue } from './problems.ts'
import { readTexts, readVariable } from './read.ts'
import { type HostGiven, placed, type Values } from './values.ts'

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

export interface Loaded extends InForce {
  /** The hosts that the file names; empty where there is just one. */
  readonly hosts: readonly LoadedHost[]
  /** The file that was read, as people in the working directory call it; null for none. */
  readonly file: string | null
  /** What the log should say about it. */
  readonly notes: readonly string[]
}

/** A value for every option, and where it came from. */
export interface InForce {
  readonly config: Config
  readonly origins: Readonly<Record<Key, Origin>>
}

/** One of several hosts: what it does not say itself it has from the top of the file. */
export interface LoadedHost extends InForce {
  /** How errors call it: `hosts[0]`. */
  readonly at: string
  readonly origin: Origin
  readonly names: readonly string[]
  /** Null for the port of all. */
  readonly ports: readonly number[] | null
  /** The options that it says itself. */
  readonly said: readonly Key[]
}

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
  let given: HostGiven[] = []
  if (path !== null && label !== null) {
    given = await pourFile(path, label, values, problems)
    const passedOver = found?.passedOver ? ` (${labelOf(found.passedOver, sources.directory)} is not read)` : ''
    notes.push(`Configuration from ${label}${passedOver}`)
  }
  pourEnvironment(sources.environment, sources.directory, values, problems)
  pourFlags(sources.flags, sources.directory, values, problems)
  checkTogether(values, problems)
  const hosts = given.map(host => hostInForce(host, values, sources.directory, problems))

  const hint = found && problems.some(({ origin }) => origin.source === 'file') ? foundByItself(label ?? '') : ''
  if (problems.length > 0) throw new ConfigError(problems, hint)
  return { ...inForce(values, sources.directory), hosts, file: label, notes }
}

async function pourFile(path: string, label: string, values: Values, problems: Problem[]): Promise<HostGiven[]> {
  let members: Member[]
  try {
    members = await readFile(path, label)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    problems.push(...error.problems)
    return []
  }
  const { pourHosts, pourMembers } = await import('./pour.ts')
  const isHosts = ({ name }: Member) => name === 'hosts'
  const into = { base: dirname(path), prefix: '', keys: KEYS, others: ['hosts'], values, problems }
  pourMembers(
    members.filter(member => !isHosts(member) && member.name !== '$schema'),
    into,
  )
  return pourHosts(members.filter(isHosts), into.base, problems)
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

function inForce(values: Values, directory: string): InForce {
  const config: Partial<Record<Key, unknown>> = {}
  const origins: Partial<Record<Key, Origin>> = {}
  for (const key of KEYS) {
    const given = values.get(key)
    config[key] = given ? given.value : placed(key, about(key).initial, directory)
    origins[key] = given ? given.origin : { source: 'default' }
  }
  return { config: config as Config, origins: origins as Record<Key, Origin> }
}

function hostInForce(given: HostGiven, common: Values, directory: string, problems: Problem[]): LoadedHost {
  const { at, origin, names, ports, values: own } = given
  checkOfHost(given, common, problems)
  // Whoever names a certificate for a host wants it to be used.
  const certificate = own.get('ssl_cert')
  if (certificate !== undefined && !own.has('enable_ssl'))
    own.set('enable_ssl', { value: certificate.value !== null, origin: certificate.origin })
  return { ...inForce(new Map([...common, ...own]), directory), at, origin, names, ports, said: [...own.keys()] }
}

/** The flags' names with their dashes, for suggestions. */
export function flagNames(): string[] {
  return KEYS.flatMap(key => flagsOf(key).map(name => `--${name}`))
}

function foundByItself(label: string): string {
  return `${label} was found in the working directory; --config names another file, --no-config none.`
}
