// Pages for people: what the error pages, the listing and live reload share.
export { documentFields, documentHtml, hashSource, htmlFields } from './document.ts'
export { type ErrorPagesOptions, errorPages } from './error-pages.ts'
export { BASE, ICON_LINK, TOKENS } from './look.ts'
export { escaped, Markup, markup, nothing, trusted, visible } from './markup.ts'
