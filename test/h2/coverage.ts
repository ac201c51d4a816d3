// Which section of which RFC has which vectors: the table at the end of `test/vectors/h2/README.md`. Run by itself, this
// writes the table anew.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readVectors, type Vector } from './vectors.ts'

const README = new URL('../vectors/h2/README.md', import.meta.url)
const HEADING = '## Which section is shown where\n\n'

/** The page up to the table, and the table that stands there. */
export function readTable(): { readonly before: string; readonly table: string } {
  const page = readFileSync(README, 'utf8')
  const at = page.indexOf(HEADING) + HEADING.length
  return { before: page.slice(0, at), table: page.slice(at) }
}

/** The table as it should be. */
export function tableOf(vectors: readonly Vector[]): string {
  const sections = new Map<string, string[]>()
  for (const { sections: named, file, name, anchor } of vectors) {
    for (const section of named) {
      const links = sections.get(section) ?? []
      sections.set(section, [...links, `[${name}](${file}#${anchor})`])
    }
  }
  const rows = [...sections].sort(([a], [b]) => order(a).localeCompare(order(b)))
  return `| section | vectors |\n|---|---|\n${rows.map(([section, links]) => `| ${section} | ${links.join(' · ')} |\n`).join('')}`
}

/** Sections in the order of their numbers. */
function order(section: string): string {
  return section.replace(/\d+/g, digits => digits.padStart(5, '0'))
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(README, readTable().before + tableOf(readVectors()))
