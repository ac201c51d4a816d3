// A listing as a page for people: a table with links, which works without scripts and in a text browser.
import { type Markup, markup, nothing, visible } from '../pages/index.ts'
import { kindOf } from './kinds.ts'
import { breadcrumbs, orderAfterClick, pager, queryFor } from './links.ts'
import type { Column, Order } from './order.ts'
import type { Entry } from './scan.ts'
import type { View } from './view.ts'
import { counted, grouped, humanDate, humanSize, isoDate } from './wording.ts'

/** What stands in the page's `main`. */
export function listingMain(view: View): Markup {
  const { path, title, page, pages, order } = view
  return markup`${title === '' ? nothing : markup`<p class="title">${title}</p>\n`}<h1 class="quiet">${headline(view)}</h1>
${breadcrumbs(path)}
<p class="count">${countLine(view)}</p>
${listingTable(view)}
${pager(page, pages, order)}${notes(view)}`
}

/** The page's title. */
export function headline({ wholePath, title }: View): string {
  return title === '' ? `Index of ${visible(wholePath)}` : `${title} – ${visible(wholePath)}`
}

/** `2 folders, 10 files`, and which of them this page shows where it does not show all. */
export function countLine({ folders, files, pages, before, entries, cut }: View): string {
  const all = `${folders === 0 ? '' : `${counted(folders, 'folder')}, `}${counted(files, 'file')}`
  if (folders + files === 0) return 'Nothing to list'
  const part = pages > 1 ? `, ${grouped(before + 1)} to ${grouped(before + entries.length)} shown` : ''
  return cut ? `The first ${all}${part}` : all + part
}

/** The entries as a table. The roles are named, since a browser forgets them where the style makes the rows a grid. */
export function listingTable({ path, entries, order, page }: View): Markup {
  const up = path !== '/' && page === 1
  if (entries.length === 0 && !up) return markup`<p class="empty">This folder is empty.</p>`
  const rows = entries.map(row)
  return markup`<table role="table"><colgroup><col><col class="s"><col class="d"></colgroup>
<thead role="rowgroup"><tr role="row">${head('name', 'Name', nothing, order)}${head('size', 'Size', nothing, order)}${head('date', 'Modified', markup` <span class="utc">(UTC)</span>`, order)}</tr></thead>
<tbody role="rowgroup">
${up ? UP : nothing}${rows}</tbody></table>`
}

const UP = markup`<tr role="row"><td role="cell"><a class="e up" href="../"><span>Parent folder</span></a></td><td role="cell" class="s"></td><td role="cell" class="d"></td></tr>\n`

const CLASSES: Readonly<Record<Column, string>> = { name: 'n', size: 's', date: 'd' }

const ARROWS = { asc: '\u2191', desc: '\u2193' }

function head(column: Column, label: string, more: Markup, order: Order): Markup {
  const direction = order.direction === 'asc' ? 'ascending' : 'descending'
  const sort = column === order.column ? markup` aria-sort="${direction}"` : nothing
  const arrow =
    column === order.column
      ? markup` <span class="arrow" aria-hidden="true">${ARROWS[order.direction]}</span>`
      : nothing
  return markup`<th role="columnheader" scope="col" class="${CLASSES[column]}"${sort}><a href="${queryFor(orderAfterClick(column, order))}">${label}</a>${arrow}${more}</th>`
}

function row({ name, folder, href, size, modified }: Entry): Markup {
  const label = markup`<bdi>${visible(name)}${folder ? '/' : ''}</bdi>`
  const kind = folder ? 'folder' : kindOf(name)
  const link =
    href === null
      ? markup`<span class="e ${kind}" title="This cannot be opened">${label}</span>`
      : markup`<a class="e ${kind}" href="${href}">${label}</a>`
  const bytes =
    size === null ? nothing : markup`<data value="${size}" title="${grouped(size)} bytes">${humanSize(size)}</data>`
  const date = modified === null ? nothing : markup`<time datetime="${isoDate(modified)}">${humanDate(modified)}</time>`
  return markup`<tr role="row"><td role="cell">${link}</td><td role="cell" class="s">${bytes}</td><td role="cell" class="d">${date}</td></tr>\n`
}

function notes({ unnamable, cut, folders, files }: View): Markup {
  const notes: Markup[] = []
  if (cut)
    notes.push(
      markup`<p class="note">This folder holds more entries than can be listed; ${grouped(folders + files)} of them are here.</p>\n`,
    )
  if (unnamable > 0)
    notes.push(
      markup`<p class="note">${unnamable === 1 ? 'One more entry has a name' : `${grouped(unnamable)} more entries have names`} that no address can hold.</p>\n`,
    )
  return markup`${notes}`
}
