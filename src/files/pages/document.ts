// A whole HTML document: the frame around what a page has to say, and the fields that go with it. Nothing in it comes
// from elsewhere, and the policy it is sent with forbids everything but its own style sheet, named by its hash.
import { FieldList } from '../../http/fields.ts'
import { ICON_LINK, WIRE_HEADER } from './look.ts'
import { type Markup, markup, nothing, trusted } from './markup.ts'

export interface Document {
  readonly title: string
  /** The style sheet: a constant of the program, since its hash is kept. */
  readonly style: string
  readonly main: Markup
  /** Shown at the foot; empty for none. */
  readonly serverName: string
}

/** The document as HTML. */
export function documentHtml({ title, style, main, serverName }: Document): string {
  const foot = serverName === '' ? nothing : markup`<footer>${serverName}</footer>`
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${ICON_LINK}
<style>${trusted(style)}</style>
</head>
<body>
${WIRE_HEADER}
<main>
${main}
</main>
${foot}
</body>
</html>
`.html
}

/** The fields for a document with this style sheet. */
export function documentFields(style: string): FieldList {
  let fields = fieldsOf.get(style)
  if (fields === undefined) {
    fields = htmlFields(
      `default-src 'none'; style-src ${hashSource(style)}; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'`,
    )
    fieldsOf.set(style, fields)
  }
  return fields
}

/** The fields for an HTML page that is sent under the given policy. */
export function htmlFields(policy: string): FieldList {
  return FieldList.of({
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
  })
}

/** The source expression that allows one inline style or script (Content Security Policy Level 3, section 2.3.1). */
export function hashSource(content: string): string {
  // Loaded with the first page: it takes longer than all the rest of a server's start.
  const { hash } = process.getBuiltinModule('node:crypto')
  return `'sha256-${hash('sha256', content, 'base64')}'`
}

/** Grows by one for each style sheet of the program, not with requests. */
const fieldsOf = new Map<string, FieldList>()
