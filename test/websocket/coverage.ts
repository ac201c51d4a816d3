// Which vectors keep and break what the RFCs ask: the table at the end of `test/vectors/websocket/README.md`. Run by itself, this writes the
// table anew.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { allMusts } from './musts.ts'
import { type Page, readSections } from './vectors.ts'

const README = new URL('../vectors/websocket/README.md', import.meta.url)
const HEADING = '## What is shown where\n\n'

/** All vectors, of frames and of handshakes. */
export function allPages(): Page[] {
  return [...readSections('websocket'), ...readSections('handshake')].map(([page]) => page)
}

/** The page up to the table, and the table that stands there. */
export function readTable(): { readonly before: string; readonly table: string } {
  const page = readFileSync(README, 'utf8')
  const at = page.indexOf(HEADING) + HEADING.length
  return { before: page.slice(0, at), table: page.slice(at) }
}

/** The table as it should be. */
export function tableOf(pages: readonly Page[]): string {
  const rows = allMusts().map(must => {
    const [section, gist] = must.split(/: (.*)/)
    const kept = linksOf(pages.filter(({ keeps }) => keeps.includes(must)))
    const broken = linksOf(pages.filter(({ breaks }) => breaks.includes(must)))
    return `| ${section} | ${gist} | ${kept} | ${broken} |\n`
  })
  return `| section | what it asks | kept | broken |\n|---|---|---|---|\n${rows.join('')}`
}

/** The first three, and how many more there are. */
function linksOf(pages: readonly Page[]): string {
  const links = pages.slice(0, 3).map(({ file, name, anchor }) => `[${name}](${file}#${anchor})`)
  return [...links, ...(pages.length > 3 ? [`${pages.length - 3} more`] : [])].join(' · ')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(README, readTable().before + tableOf(allPages()))
