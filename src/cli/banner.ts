// What a start shows: where the site can be opened, and how to go on.
import type { Colours } from '../observe/index.ts'
import type { Links } from './addresses.ts'

export interface BannerFacts {
  readonly version: string
  /** The folder as the person knows it. */
  readonly folder: string
  readonly links: Links
  /** Paths of Unix sockets, and descriptors handed over. */
  readonly others: readonly string[]
  /** Of several hosts, where each can be opened and what it shows. */
  readonly hosts: readonly HostLine[]
  /** Whether anybody on the network can connect. */
  readonly isOpen: boolean
  /** Sentences to end with. */
  readonly hints: readonly string[]
}

export interface HostLine {
  readonly urls: readonly string[]
  readonly folder: string
}

export interface Look {
  readonly colours: Colours
  /** Whether the terminal makes links of OSC 8. */
  readonly hyperlinks: boolean
}

export function banner(facts: BannerFacts, { colours, hyperlinks }: Look): string {
  const show = (url: string) =>
    hyperlinks ? `\u001b]8;;${url}\u001b\\${colours.link(url)}\u001b]8;;\u001b\\` : colours.link(url)
  const rows: [string, string][] = [
    ...facts.links.local.map(url => ['Local', show(url)] as [string, string]),
    ...facts.links.network.map(url => ['Network', show(url)] as [string, string]),
    ...facts.hosts.map(({ urls, folder }) => ['Host', `${urls.map(show).join(' ')}  ${folder}`] as [string, string]),
    ...facts.others.map(other => ['Socket', other] as [string, string]),
  ]
  if (!facts.isOpen && facts.links.local.length > 0)
    rows.push(['Network', colours.faint('not open; --host 0.0.0.0 lets other machines in')])
  const title = `${colours.strong('Wirewright')} ${facts.version} serves ${facts.folder}`
  const table = rows.map(([name, value]) => `  ${name.padEnd(8)} ${value}`)
  return `${['', `  ${title}`, '', ...table, ...facts.hints.flatMap(hint => ['', `  ${hint}`]), ''].join('\n')}\n`
}

/** Whether a terminal is known to make links of OSC 8; others would show rubbish or nothing. */
export function hasHyperlinks(isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): boolean {
  const { FORCE_HYPERLINK: force, TERM = '', TERM_PROGRAM = '', VTE_VERSION = '', CI } = environment
  if (force !== undefined && force !== '') return force !== '0'
  if (!isTerminal || CI !== undefined || TERM === 'dumb') return false
  return (
    environment.WT_SESSION !== undefined ||
    environment.KONSOLE_VERSION !== undefined ||
    Number(VTE_VERSION) >= 5000 ||
    TERM_PROGRAMS.has(TERM_PROGRAM) ||
    TERMS.has(TERM)
  )
}

const TERM_PROGRAMS = new Set(['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper'])
const TERMS = new Set(['xterm-kitty', 'xterm-ghostty', 'alacritty', 'foot'])
