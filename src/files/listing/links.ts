// The links of a listing that lead to the listing itself: other orders, other pages, the folders above.
import { type Markup, markup, nothing, visible } from '../pages/index.ts'
import type { Column, Order } from './order.ts'

/** The query for an order and page; what is usual is left out. */
export function queryFor({ column, direction }: Order, page = 1, format = ''): string {
  const parts: [string, string][] = []
  if (column !== 'name' || direction !== 'asc') parts.push(['sort', column], ['order', direction])
  if (page > 1) parts.push(['page', String(page)])
  if (format !== '') parts.push(['format', format])
  // A link that is only `?` would keep nothing of the query, which is what is meant here.
  return `?${new URLSearchParams(parts)}`
}

/** The order that a click on a column's name asks for: the other way around where it is in force. The newest and the largest are what people look for. */
export function orderAfterClick(column: Column, { column: current, direction }: Order): Order {
  if (column === current) return { column, direction: direction === 'asc' ? 'desc' : 'asc' }
  return { column, direction: column === 'name' ? 'asc' : 'desc' }
}

/** The way from the document root to the folder, each step a link. In one line, also in a text browser. */
export function breadcrumbs(path: string): Markup {
  const names = path.split('/').filter(name => name !== '')
  const steps = ['', ...names].map((name, depth) => {
    const up = names.length - depth
    const label = depth === 0 ? markup`Root` : markup`<bdi>${visible(name)}</bdi>`
    const slash = depth === 0 ? nothing : markup` <span class="slash">/</span> `
    return up === 0
      ? markup`${slash}<a href="./" aria-current="page">${label}</a>`
      : markup`${slash}<a href="${'../'.repeat(up)}">${label}</a>`
  })
  return markup`<nav class="crumbs" aria-label="Breadcrumb">${steps}</nav>`
}

/** Links to the other pages; nothing where there is one page alone. */
export function pager(page: number, pages: number, order: Order): Markup {
  if (pages < 2) return nothing
  const link = (to: number, label: string, rel: string) =>
    to < 1 || to > pages || to === page
      ? markup`<span aria-disabled="true">${label}</span> `
      : markup`<a href="${queryFor(order, to)}"${rel === '' ? nothing : markup` rel="${rel}"`}>${label}</a> `
  return markup`<nav class="pager" aria-label="Pages">${link(1, 'First', '')}${link(page - 1, 'Previous', 'prev')}<span class="at">Page ${page} of ${pages}</span> ${link(page + 1, 'Next', 'next')}${link(pages, 'Last', '')}</nav>`
}
