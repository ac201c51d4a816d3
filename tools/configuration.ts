// Writes the tables of docs/configuration.md out of the options themselves: `configuration.ts`. A test compares them.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { about, flagsOf, GROUPS, HOST_KEYS, KEYS, type Key } from '../src/config/index.ts'

const PAGE = fileURLToPath(new URL('../docs/configuration.md', import.meta.url))
const BEFORE = '<!-- The tables are made by tools/configuration.ts. -->\n'
const BEHIND = '<!-- The tables end here. -->\n'

/** The page as it is, and as it should be. */
export function configurationPage(): { readonly is: string; readonly shouldBe: string } {
  const is = readFileSync(PAGE, 'utf8')
  const start = is.indexOf(BEFORE) + BEFORE.length
  const end = is.indexOf(BEHIND)
  if (start < BEFORE.length || end < start) throw new Error(`${PAGE} must have the lines ${BEFORE}and ${BEHIND}`)
  return { is, shouldBe: `${is.slice(0, start)}\n${GROUPS.map(tableOf).join('\n')}\n${hosts()}\n${is.slice(end)}` }
}

function tableOf(group: string): string {
  const rows = KEYS.filter(key => about(key).group === group).map(row)
  return `## ${group}\n\n| key | flag | default | meaning |\n|---|---|---|---|\n${rows.join('')}`
}

/** What one of several hosts may say. */
function hosts(): string {
  const keys = HOST_KEYS.map(code).join(', ')
  return `## Hosts\n\n\`hosts\`, in a file alone, is a list of hosts: see [virtual-hosts.md](virtual-hosts.md). A host has \`names\`, maybe a \`port\`
(one, or a list), and what it has otherwise than the rest: ${keys}.\n`
}

function row(key: Key): string {
  const { short, help, aliases = [] } = about(key)
  const older = aliases.length > 0 ? ` (older: ${aliases.map(code).join(', ')})` : ''
  const flags = [...(short === undefined ? [] : [`-${short}`]), `--${flagOf(key)}`]
  return `| ${code(key)}${older} | ${flags.map(code).join(', ')} | ${defaultOf(key)} | ${help.replaceAll('|', '\\|')} |\n`
}

/** The flag that changes something: one that is on already is switched off. */
function flagOf(key: Key): string {
  const { shape, initial } = about(key)
  return shape.type === 'flag' && initial === true ? `no-${flagsOf(key)[0]}` : flagsOf(key)[0]
}

function defaultOf(key: Key): string {
  const { initial } = about(key)
  return initial === null || (Array.isArray(initial) && initial.length === 0) ? '–' : code(JSON.stringify(initial))
}

function code(text: string): string {
  return `\`${text}\``
}

if (import.meta.main) writeFileSync(PAGE, configurationPage().shouldBe)
