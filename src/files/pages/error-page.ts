// The page for a refusal where the document root has none of its own.
import type { Explanation } from './explanation.ts'
import { BASE } from './look.ts'
import { type Markup, markup, nothing } from './markup.ts'

export const ERROR_STYLE = `${BASE}:root { --measure: 44rem; }
.wire::after { background: linear-gradient(to right, currentColor, currentColor 12rem, transparent 12rem, transparent 14rem, var(--line) 14rem); }
main { display: flex; flex-direction: column; padding-block: clamp(3rem, 14vh, 9rem) 2rem; }
.status { margin: 0 0 .75rem; font: 500 .875rem/1 var(--mono); letter-spacing: .08em; color: var(--copper); }
h1 { font-size: clamp(2rem, 1.4rem + 3vw, 3.25rem); line-height: 1.1; letter-spacing: -.03em; }
.sentence { margin: 1rem 0 0; max-width: 34rem; font-size: 1.125rem; color: var(--muted); }
.home { margin: 2rem 0 0; }
.why { margin-top: 3.5rem; border-top: 1px solid var(--line); padding-top: 1.5rem; }
.why h2 { margin: 0 0 .5rem; font-size: 1rem; font-weight: 600; }
.why h2 + p { margin: 0 0 1.5rem; }
dl { margin: 0; display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .5rem 1.5rem; font-size: .9375rem; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font-family: var(--mono); font-size: .875rem; }
pre { margin: 0; padding: .75rem 1rem; background: var(--raised); border: 1px solid var(--line); border-left: 2px solid var(--wire); border-radius: 3px; overflow-x: auto; line-height: 1.5; }
pre.excerpt { white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 1.5rem 0 0; }
figcaption { margin-bottom: .4rem; font-size: .9375rem; color: var(--muted); }
.note { margin: 1.5rem 0 0; font-size: .8125rem; color: var(--muted); }
@media (max-width: 30rem) { dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: .75rem; } }
`

export interface ErrorPage {
  readonly status: number
  readonly title: string
  readonly sentence: string
  readonly explanation: Explanation | null
}

/** What stands in the page's `main`. */
export function errorMain({ status, title, sentence, explanation }: ErrorPage): Markup {
  const home =
    status === 404 || status === 410 || status === 403
      ? markup`<p class="home"><a href="/">Go to the front page</a></p>\n`
      : nothing
  return markup`<p class="status">${status}</p>
<h1>${title}</h1>
<p class="sentence">${sentence}</p>
${home}${explanation === null ? nothing : why(explanation)}`
}

function why(explanation: Explanation): Markup {
  const { rule, detail, section, sectionUrl, offset, excerpt, request, stack } = explanation
  return markup`<section class="why" aria-labelledby="why">
<h2 id="why">Why</h2>
<p>${detail}</p>
<dl>
${row('Rule', markup`<code>${rule}</code>`)}${section === undefined ? nothing : row('Standard', sectionUrl === undefined ? markup`${section}` : markup`<a href="${sectionUrl}" rel="noreferrer">${section}</a>`)}${request === undefined ? nothing : row('Request', markup`<code>${request}</code>`)}${offset === undefined ? nothing : row('Offset', markup`byte ${offset}`)}</dl>
${excerpt === undefined ? nothing : block('The bytes around it', 'excerpt', excerpt)}${stack === undefined ? nothing : block('What was thrown', 'stack', stack)}<p class="note">This explanation is shown in development mode only.</p>
</section>`
}

function row(name: string, value: Markup): Markup {
  return markup`<dt>${name}</dt><dd>${value}</dd>\n`
}

/** A block that can be scrolled must be reachable with the keyboard. */
function block(caption: string, kind: string, text: string): Markup {
  return markup`<figure><figcaption>${caption}</figcaption><pre class="${kind}" tabindex="0" aria-label="${caption}">${text}</pre></figure>\n`
}
