// What kind of content a file has, by its name.
import { mimes } from 'mrmime'

/**
 * The media type of a file, with the charset where it is text: the web is written in UTF-8.
 * @param overrides types by extension (without the dot) or by whole name, in lower case
 */
export function mediaTypeOf(name: string, overrides: ReadonlyMap<string, string>): string {
  const lower = name.toLowerCase()
  const dot = lower.lastIndexOf('.')
  const extension = dot === -1 ? '' : lower.slice(dot + 1)
  const chosen = overrides.get(lower) ?? overrides.get(extension)
  if (chosen !== undefined) return chosen
  const known = dot === -1 ? undefined : (OUR_OWN.get(extension) ?? inTable(extension))
  if (known === undefined) return 'application/octet-stream'
  return known.startsWith('text/') ? `${known}; charset=utf-8` : known
}

/** Whether content of this type may well be smaller when compressed; what is unknown may be. */
export function isCompressible(mediaType: string): boolean {
  return !PACKED.test(mediaType)
}

export function isHtml(mediaType: string): boolean {
  return /^(?:text\/html|application\/xhtml\+xml)\b/.test(mediaType)
}

/** Only what the table itself holds: a file may be called `notes.constructor`. */
function inTable(extension: string): string | undefined {
  return Object.hasOwn(mimes, extension) ? mimes[extension] : undefined
}

/** Where the table of the library lacks a type, or has one that a charset would break: XML names its own. */
const OUR_OWN = new Map([
  ['ico', 'image/x-icon'],
  ['xml', 'application/xml'],
  ['zst', 'application/zstd'],
  ['br', 'application/octet-stream'],
])

const PACKED =
  /^(?:image\/(?!svg|bmp|x-icon|vnd\.microsoft)|audio\/(?!midi)|video\/|font\/woff|application\/(?:zip|gzip|zstd|x-7z|x-bzip|x-rar|vnd\.rar|java-archive|epub|vnd\.openxml))/
