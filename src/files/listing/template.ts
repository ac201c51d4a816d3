// Templates: a page of one's own around a listing. Text with placeholders in double braces; what they are replaced with
// is escaped already. A placeholder is `{{name}}`; what stands between `{{#entries}}` and `{{/entries}}` is repeated for
// each entry. `docs/listing.md` lists them for users; PAGE and ENTRY below are the whole truth.
import { readFileSync, statSync } from 'node:fs'
import type { FieldList } from '../../http/fields.ts'
import { escaped, hashSource, htmlFields, ICON_LINK, trusted, visible } from '../pages/index.ts'
import { kindOf } from './kinds.ts'
import { breadcrumbs, pager } from './links.ts'
import { countLine, headline, listingTable } from './page.ts'
import type { Entry } from './scan.ts'
import { LISTING_STYLE } from './style.ts'
import type { View } from './view.ts'
import { humanDate, humanSize, isoDate } from './wording.ts'

/** A template that cannot be used; the message says which file, which line and what would be right. */
export class TemplateError extends Error {
  override name = 'TemplateError'
}

/** Placeholders for the page. */
const PAGE: Readonly<Record<string, (view: View) => string>> = {
  title: view => escaped(headline(view)),
  path: ({ wholePath }) => escaped(visible(wholePath)),
  count: view => escaped(countLine(view)),
  breadcrumbs: ({ path }) => breadcrumbs(path).html,
  table: view => listingTable(view).html,
  pages: ({ page, pages, order }) => pager(page, pages, order).html,
  style: () => trusted(`<style>${LISTING_STYLE}</style>`).html,
  icon: () => ICON_LINK.html,
}

/** Placeholders for an entry, between `{{#entries}}` and `{{/entries}}`. */
const ENTRY: Readonly<Record<string, (entry: Entry) => string>> = {
  name: ({ name }) => escaped(visible(name)),
  href: ({ href }) => escaped(href ?? ''),
  kind: ({ name, folder }) => (folder ? 'folder' : kindOf(name)),
  size: ({ size }) => (size === null ? '' : humanSize(size)),
  bytes: ({ size }) => (size === null ? '' : String(size)),
  modified: ({ modified }) => (modified === null ? '' : humanDate(modified)),
  datetime: ({ modified }) => (modified === null ? '' : isoDate(modified)),
}

export interface Template {
  readonly fields: FieldList
  render(view: View): string
}

type Piece<T> = string | ((value: T) => string)

/** Larger templates are refused: it is read at once, while others wait. */
const LARGEST_TEMPLATE = 1 << 20

/** A template in a file, read again when it has changed. */
export class TemplateFile {
  private readonly path: string
  private version = ''
  private template: Template | undefined

  /** @throws TemplateError where the file cannot be read or is not right */
  constructor(path: string) {
    this.path = path
    this.current()
  }

  /** @throws TemplateError where the file has become unusable */
  current(): Template {
    try {
      const { size, mtimeMs, ctimeMs, ino } = statSync(this.path)
      const version = [ino, size, mtimeMs, ctimeMs].join(' ')
      if (this.template === undefined || version !== this.version) {
        if (size > LARGEST_TEMPLATE) throw tooLarge(this.path, size)
        this.template = compile(readFileSync(this.path, 'utf8'), this.path)
        this.version = version
      }
      return this.template
    } catch (error) {
      if (error instanceof TemplateError) throw error
      throw unreadable(this.path, error)
    }
  }
}

/** @throws TemplateError where a placeholder is unknown, out of place, or not closed */
export function compile(source: string, path: string): Template {
  // A browser makes every line end LF before it hashes an inline style.
  const text = source.replace(/\r\n?/g, '\n')
  const elements = [...text.matchAll(INLINE)]
  for (const element of elements) {
    if (element.groups?.content.includes('{{')) throw placeholderInCode(path, lineOf(text, element.index), element[1])
  }
  const pieces = pageOf(text, path)
  const fields = htmlFields(policyFor(elements))
  return { fields, render: view => pieces.map(piece => (typeof piece === 'string' ? piece : piece(view))).join('') }
}

const INLINE = /<(style|script)\b[^>]*>(?<content>.*?)<\/\1\s*>/gis

/** Own styles and scripts work, because the template is the operator's; what a file's name could bring in does not. */
function policyFor(elements: readonly RegExpExecArray[]): string {
  const hashes = (kind: string) =>
    elements
      .filter(element => element[1].toLowerCase() === kind && element.groups?.content !== '')
      .map(element => ` ${hashSource(element.groups?.content ?? '')}`)
      .join('')
  const styles = `${hashes('style')} ${hashSource(LISTING_STYLE)}`
  return `default-src 'self'; style-src 'self'${styles}; script-src 'self'${hashes('script')}; img-src 'self' data:; base-uri 'none'; frame-ancestors 'self'`
}

function pageOf(text: string, path: string): Piece<View>[] {
  const pieces: Piece<View>[] = []
  let at = 0
  for (let open = text.indexOf(OPEN); open !== -1; open = text.indexOf(OPEN, at)) {
    const close = text.indexOf(CLOSE, open)
    if (close === -1) throw notClosed(path, lineOf(text, open))
    pieces.push(...piecesOf(text, at, open, PAGE, path))
    const entry = piecesOf(text, open + OPEN.length, close, ENTRY, path)
    pieces.push(({ entries }) =>
      entries.map(one => entry.map(piece => (typeof piece === 'string' ? piece : piece(one))).join('')).join(''),
    )
    at = close + CLOSE.length
  }
  pieces.push(...piecesOf(text, at, text.length, PAGE, path))
  return pieces
}

const OPEN = '{{#entries}}'
const CLOSE = '{{/entries}}'

function piecesOf<T>(
  text: string,
  from: number,
  to: number,
  known: Readonly<Record<string, (value: T) => string>>,
  path: string,
): Piece<T>[] {
  const pieces: Piece<T>[] = []
  let at = from
  for (const found of text.slice(from, to).matchAll(/\{\{(.*?)\}\}/g)) {
    const start = from + found.index
    const name = found[1].trim()
    if (!Object.hasOwn(known, name)) throw unknownPlaceholder(path, lineOf(text, start), name, Object.keys(known))
    pieces.push(text.slice(at, start), known[name])
    at = start + found[0].length
  }
  pieces.push(text.slice(at, to))
  return pieces
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length
}

function unknownPlaceholder(path: string, line: number, name: string, known: readonly string[]): TemplateError {
  const list = known.map(one => `{{${one}}}`).join(', ')
  return new TemplateError(
    `${path}, line ${line}: {{${name.slice(0, 40)}}} is no placeholder that can stand here; these can: ${list}`,
  )
}

function notClosed(path: string, line: number): TemplateError {
  return new TemplateError(`${path}, line ${line}: ${OPEN} needs ${CLOSE} after it`)
}

function placeholderInCode(path: string, line: number, element: string): TemplateError {
  return new TemplateError(
    `${path}, line ${line}: no placeholder can stand inside <${element.toLowerCase()}>, where escaping for HTML does not protect`,
  )
}

function tooLarge(path: string, size: number): TemplateError {
  return new TemplateError(`${path} has ${size} bytes; a template may have ${LARGEST_TEMPLATE}`)
}

function unreadable(path: string, cause: unknown): TemplateError {
  return new TemplateError(
    `The listing's template ${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
    { cause },
  )
}
