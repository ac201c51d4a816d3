// The look that all pages of the server share: colours, type, and the mark, which is one copper wire bent into a W.
// The welcome site's style sheet starts with the same TOKENS; a test compares them.
import { type Markup, trusted } from './markup.ts'

/** Colours and typefaces. Every pair of text and ground has a contrast of at least 4.5 (WCAG 2.2, 1.4.3). */
export const TOKENS = `:root {
  color-scheme: light dark;
  --paper: #fbf9f6;
  --raised: #ffffff;
  --ink: #221d19;
  --muted: #6b6158;
  --line: #e4dcd3;
  --copper: #9b4a1c;
  --wire: #b8683a;
  --glow: #f6ebe2;
  --sans: -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, system-ui, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14110f;
    --raised: #1c1815;
    --ink: #ece5dd;
    --muted: #a5998c;
    --line: #332c26;
    --copper: #e8a06b;
    --wire: #c9774a;
    --glow: #2a1f18;
  }
}
`

/** What every built-in page starts from. */
export const BASE = `${TOKENS}*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--paper); color: var(--ink); font: 1rem/1.55 var(--sans); }
a { color: var(--copper); text-underline-offset: .2em; text-decoration-thickness: 1px; text-decoration-color: color-mix(in srgb, currentColor 45%, transparent); }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--copper); outline-offset: 3px; border-radius: 3px; }
h1 { margin: 0; font-size: clamp(1.5rem, 1.2rem + 1.6vw, 2.1rem); line-height: 1.2; font-weight: 600; letter-spacing: -.02em; overflow-wrap: anywhere; }
.wire { display: flex; align-items: flex-start; padding-top: 1.5rem; color: var(--wire); }
.wire::before, .wire::after { content: ""; height: 1.5px; margin-top: 4.25px; background: currentColor; }
.wire::before { flex: 0 0 max(1.25rem, (100% - var(--measure)) / 2); background: linear-gradient(to left, currentColor, transparent); }
.wire::after { flex: 1 1 0; background: linear-gradient(to right, currentColor, var(--line) 70%); }
.wire svg { flex: none; display: block; width: 40px; height: 24px; }
main, footer { width: 100%; max-width: calc(var(--measure) + 2.5rem); margin: 0 auto; padding: 0 1.25rem; }
main { flex: 1; }
footer { padding-block: 2.5rem 2rem; color: var(--muted); font-size: .8125rem; }
@media (forced-colors: active) { .wire::before, .wire::after { background: CanvasText; } }
@media print { .wire, footer { display: none; } }
`

const WIRE = 'M0 5C6 5 6 20 11 20S16 9.5 20 9.5S24 20 29 20S34 5 40 5'

/** The mark with the wire that runs through it from one edge of the page to the other: the top of every page. */
export const WIRE_HEADER: Markup = trusted(
  `<div class="wire" aria-hidden="true"><svg viewBox="0 0 40 24" fill="none" stroke="currentColor" stroke-width="1.5"><path d="${WIRE}"/></svg></div>`,
)

/** The mark as an icon, inside the page, so that a folder without an icon of its own does not cost a request that fails. */
export const ICON_LINK: Markup = trusted(
  `<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#221d19"/>' +
      '<path d="M3 9C8 9 7.5 23.5 11.5 23.5S14 13 16 13S16.5 23.5 20.5 23.5S24 9 29 9" fill="none" stroke="#e8a06b" stroke-width="2.6"/></svg>',
  )}">`,
)
