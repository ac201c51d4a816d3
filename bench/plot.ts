// Results as a picture: a panel for each load, a bar for each server, a thin line from the least to the greatest figure.
import { figureOf, type LoadResult, type Row } from './figures.ts'
import { number } from './report.ts'

const WIDTH = 760
const LABELS = 190
const VALUES = 110
const BARS = WIDTH - LABELS - VALUES
const ROW = 24
const PANEL_HEAD = 52
const PANEL_GAP = 26
const MARGIN = 24

/** A whole SVG document, for light and dark pages. */
export function plot(results: readonly LoadResult[]): string {
  const panels: string[] = []
  let top = MARGIN
  for (const result of results) {
    const rows = result.rows.filter(row => figureOf(row) !== null)
    if (rows.length === 0) continue
    panels.push(`<g transform="translate(0 ${top})">${panel(result, rows)}</g>`)
    top += PANEL_HEAD + rows.length * ROW + PANEL_GAP
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH + 2 * MARGIN} ${top}" width="${WIDTH + 2 * MARGIN}" height="${top}" role="img" aria-label="Cost of each server under each load">
<style>${STYLE}</style>
<rect class="page" width="100%" height="100%"/>
${panels.join('\n')}
</svg>
`
}

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .unit, .value { fill: #59636e }
  .ours text { font-weight: 600; fill: #1f2328 }
  .page { fill: #ffffff }
  .bar { fill: #b6c2cf }
  .ours .bar { fill: #2f6feb }
  .range { stroke: #1f2328; stroke-opacity: .55 }
  @media (prefers-color-scheme: dark) {
    text, .ours text { fill: #f0f6fc }
    .unit, .value { fill: #9198a1 }
    .page { fill: #0d1117 }
    .bar { fill: #3d4753 }
    .ours .bar { fill: #4c8dff }
    .range { stroke: #f0f6fc }
  }
`

function panel(result: LoadResult, rows: readonly Row[]): string {
  const greatest = Math.max(...rows.map(row => figureOf(row)!.greatest))
  const scale = greatest > 0 ? BARS / greatest : 0
  const bars = rows.map((row, index) => bar(row, PANEL_HEAD + index * ROW, scale))
  return `<text class="title" x="${MARGIN}" y="16">${escaped(result.title)}</text><text class="unit" x="${MARGIN}" y="36">${escaped(result.unit)}; less is better</text>${bars.join('')}`
}

function bar(row: Row, top: number, scale: number): string {
  const { median, least, greatest } = figureOf(row)!
  const start = MARGIN + LABELS
  const middle = top + ROW / 2 - 3
  const at = (value: number) => round(start + Math.max(0, value) * scale)
  const label = `<text x="${start - 10}" y="${middle + 5}" text-anchor="end">${escaped(row.title)}</text>`
  const shape = `<rect class="bar" x="${start}" y="${top}" width="${round(Math.max(0, median) * scale)}" height="${ROW - 6}" rx="2"/>`
  const range = `<line class="range" x1="${at(least)}" x2="${at(greatest)}" y1="${middle}" y2="${middle}"/>`
  const value = `<text class="value" x="${round(at(greatest) + 8)}" y="${middle + 5}">${number(median)}</text>`
  return `<g${row.peer === 'ours' ? ' class="ours"' : ''}>${label}${shape}${range}${value}</g>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
