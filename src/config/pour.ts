// What a file says, poured into values: its own members, and those of its hosts. Loaded only where there is a file.
import type { Item, Member } from './json.ts'
import { nearest } from './nearest.ts'
import { about, HOST_KEYS, type Key, keyNamed } from './options.ts'
import { givenTwice, mustBe, type Problem, unknownName, wrongValue } from './problems.ts'
import { readShort } from './read.ts'
import { fits } from './schema.ts'
import { type HostGiven, placed, type Values } from './values.ts'

export interface Into {
  /** What relative paths are relative to. */
  readonly base: string
  /** What errors put before a name: `hosts[2].`. */
  readonly prefix: string
  /** The options that may stand here. */
  readonly keys: readonly Key[]
  /** What else may, for suggestions. */
  readonly others: readonly string[]
  readonly values: Values
  readonly problems: Problem[]
}

/** Pours the members of an object that are options. */
export function pourMembers(members: readonly Member[], into: Into): void {
  const { base, prefix, keys, others, values, problems } = into
  const names = new Map<Key, string>()
  for (const { name, value: written, origin } of members) {
    const key = keyNamed(name)
    if (key === undefined || !keys.includes(key)) {
      const near = nearest(name, [...keys, ...others])
      problems.push(
        key === undefined
          ? unknownName(origin, `${prefix}${name}`, near && `${prefix}${near}`)
          : {
              origin,
              message: `${prefix}${name} cannot be: ${name} is the same for all hosts, and stands beside them`,
            },
      )
      continue
    }
    const before = names.get(key)
    if (before !== undefined) problems.push(givenTwice(origin, `${prefix}${name}`, `${prefix}${before}`))
    names.set(key, name)
    const value = readShort(about(key), written)
    if (fits(key, value)) values.set(key, { value: placed(key, value, base), origin })
    else problems.push(wrongValue(origin, `${prefix}${name}`, about(key), written))
  }
}

/** Reads the hosts of a file: the members of that name, of which there should be one at most. */
export function pourHosts(members: readonly Member[], base: string, problems: Problem[]): HostGiven[] {
  const [first, second] = members
  if (first === undefined) return []
  if (second !== undefined) problems.push(givenTwice(second.origin, 'hosts', 'hosts'))
  const items = first.items()
  if (items === null) {
    problems.push(mustBe(first.origin, 'hosts', `a list of hosts: ${EXAMPLE}`, first.value))
    return []
  }
  return items.flatMap((item, i) => pourHost(item, `hosts[${i}]`, base, problems) ?? [])
}

const EXAMPLE = '[{ "names": ["a.example"], "document_root": "a" }]'
const PORTS = 'a port from 0 to 65535, or a list of such'

function pourHost({ origin, members }: Item, at: string, base: string, problems: Problem[]): HostGiven | null {
  if (members === null) {
    problems.push({ origin, message: `${at} must be an object: ${EXAMPLE.slice(1, -1)}` })
    return null
  }
  const special = new Map<string, Member>()
  for (const member of members.filter(isSpecial)) {
    if (special.has(member.name))
      problems.push(givenTwice(member.origin, `${at}.${member.name}`, `${at}.${member.name}`))
    special.set(member.name, member)
  }
  const values: Values = new Map()
  pourMembers(
    members.filter(member => !isSpecial(member)),
    { base, prefix: `${at}.`, keys: HOST_KEYS, others: SPECIAL, values, problems },
  )
  const names = listOf(special.get('names')?.value)
  if (names.length === 0 || !names.every(isText))
    problems.push(
      special.has('names')
        ? mustBe(
            special.get('names')!.origin,
            `${at}.names`,
            'host names, such as ["a.example", "*.b.example"]',
            special.get('names')!.value,
          )
        : { origin, message: `${at} needs names, such as ["a.example", "*.b.example"], or "*" for the default host` },
    )
  const port = special.get('port')
  const ports = port === undefined ? null : listOf(port.value)
  if (port !== undefined && ports !== null && (ports.length === 0 || !ports.every(isPort)))
    problems.push(mustBe(port.origin, `${at}.port`, PORTS, port.value))
  return { at, origin, names: names.filter(isText), ports: ports?.filter(isPort) ?? null, values }
}

/** What a host has beside options. */
const SPECIAL = ['names', 'port']

function isSpecial({ name }: Member): boolean {
  return SPECIAL.includes(name)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value]
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535
}
