// The listing's own style, on top of what all pages share.
import { BASE } from '../pages/index.ts'
import { ICON_STYLE } from './kinds.ts'

export const LISTING_STYLE = `${BASE}:root { --measure: 60rem; }
main { padding-top: 1.75rem; }
.quiet { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.title { margin: 0 0 .35rem; font-size: .9375rem; color: var(--muted); }
.crumbs { font-size: clamp(1.25rem, 1.1rem + .9vw, 1.625rem); line-height: 1.4; letter-spacing: -.015em; overflow-wrap: anywhere; }
.crumbs .slash { color: var(--line); font-weight: 300; margin: 0 .05em; }
.crumbs a { text-decoration: none; border-radius: 3px; color: var(--muted); }
.crumbs a:hover { color: var(--copper); }
.crumbs [aria-current] { color: var(--ink); font-weight: 600; }
.count { margin: .25rem 0 1.5rem; color: var(--muted); font-size: .9375rem; }
.note { margin: 1rem 0 0; color: var(--muted); font-size: .875rem; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; font-variant-numeric: tabular-nums; }
col.s { width: 6.5rem; }
col.d { width: 10.5rem; }
th { padding: .5rem .75rem; text-align: left; font-size: .8125rem; font-weight: 500; color: var(--muted); border-bottom: 1px solid var(--line); position: sticky; top: 0; background: var(--paper); z-index: 1; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
th a { color: inherit; text-decoration: none; }
th a:hover { color: var(--copper); }
th[aria-sort] a { color: var(--ink); }
th .arrow { color: var(--copper); }
th .utc { font-weight: 400; opacity: .85; }
td { padding: 0 .75rem; border-bottom: 1px solid var(--line); color: var(--muted); font-size: .875rem; white-space: nowrap; }
td:first-child { font-size: .9688rem; white-space: normal; }
tbody tr:hover { background: linear-gradient(to right, transparent, var(--glow) 2rem, var(--glow) calc(100% - 2rem), transparent); }
th.s, td.s, th.d, td.d { text-align: right; }
.e { display: flex; gap: .75rem; align-items: center; padding: .5rem 0; color: var(--ink); text-decoration: none; overflow-wrap: anywhere; min-height: 2.5rem; line-height: 1.35; }
.e > * { min-width: 0; }
a.e:hover { color: var(--copper); text-decoration: underline; text-decoration-thickness: 1px; }
.e::before { content: ""; flex: none; width: 1.125rem; height: 1.125rem; background: var(--muted); -webkit-mask: var(--icon) center / contain no-repeat; mask: var(--icon) center / contain no-repeat; }
.e.folder::before, .e.up::before, a.e:hover::before { background: var(--wire); }
.e.folder { font-weight: 500; }
span.e { color: var(--muted); }
.pager { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; margin: 1.25rem 0 0; font-size: .9375rem; }
.pager [aria-disabled] { color: var(--muted); opacity: .6; }
.pager .at { color: var(--muted); }
.empty { padding: 3.5rem 0; text-align: center; color: var(--muted); border-block: 1px solid var(--line); }
@media (max-width: 40rem) {
  table, tbody, thead { display: block; }
  colgroup { display: none; }
  thead tr { display: flex; gap: 1.25rem; border-bottom: 1px solid var(--line); }
  th { border: 0; padding: .5rem 0; position: static; }
  tbody tr { display: grid; grid-template-columns: 1fr auto; padding: .35rem 0 .5rem; border-bottom: 1px solid var(--line); }
  td { border: 0; padding: 0; font-size: .8125rem; line-height: 1.3; }
  td:first-child { grid-column: 1 / -1; }
  td.s { order: 3; }
  td.d { padding-left: 1.875rem; text-align: left; }
  td.s:empty, td.d:empty { display: none; }
  .e { min-height: 2rem; padding: .25rem 0 .2rem; }
}
@media (forced-colors: active) { .e::before { background: LinkText; } }
@media print { .e::before { display: none; } .pager { display: none; } }
${ICON_STYLE}
`
