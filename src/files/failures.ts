// Why a file is not served: the refusals of this room, and which of the system's errors asks for which status.
import { Refused } from '../exchange/index.ts'
import { FieldList } from '../http/fields.ts'
import type { PathFault } from '../http/paths.ts'

/** What a file or folder takes. */
export const ALLOW = FieldList.of({ Allow: 'GET, HEAD, OPTIONS' })

// Said over and over with nothing that differs, so each is made once: an error's stack costs more than a look-up.
export const notFound = refused(404, 'not-found', 'There is no file at this path')
export const leavesRoot = refused(404, 'leaves-root', 'A symbolic link on this path leads out of the document root')
export const hiddenName = refused(404, 'hidden-name', 'A name on this path is hidden: it starts with a dot')
export const specialFile = refused(404, 'special-file', 'This path names a FIFO, a device or a socket, not a file')
export const withheldFile = refused(404, 'withheld', 'This file is the server’s own and never served')
export const noListing = refused(403, 'no-listing', 'This folder has no index file, and folders are not listed')
export const methodNotAllowed = new Refused({
  status: 405,
  rule: 'method-not-allowed',
  section: 'RFC 9110 section 15.5.6',
  detail: 'A file takes GET, HEAD and OPTIONS only',
  fields: ALLOW,
})
export const preconditionFailed = new Refused({
  status: 412,
  rule: 'precondition-failed',
  section: 'RFC 9110 section 13.1',
  detail: 'The file is not in the state that If-Match or If-Unmodified-Since asks for',
})

export function badPath(fault: PathFault): Refused {
  return new Refused({
    status: fault === 'windows-name' ? 404 : 400,
    rule: `path-${fault}`,
    section: 'RFC 3986 section 3.3',
    detail: PATH_FAULTS[fault],
  })
}

export function unsatisfiableRange(contentRange: string): Refused {
  return new Refused({
    status: 416,
    rule: 'range-not-satisfiable',
    section: 'RFC 9110 section 15.5.17',
    detail: 'No range that was asked for lies within the file',
    fields: FieldList.of({ 'Content-Range': contentRange }),
  })
}

export function keepsChanging(): Refused {
  return new Refused({
    status: 503,
    rule: 'file-keeps-changing',
    detail: 'The file was changed each time it was read',
    fields: RETRY_SOON,
  })
}

/** The refusal that an error of the file system asks for; errors of other kinds are handed back as they are. */
export function refusalOf(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code
  if (error instanceof Refused || typeof code !== 'string') return error
  if (MISSING.has(code)) return notFound
  if (FORBIDDEN.has(code)) return systemRefusal(403, 'not-readable', 'The server may not read this file', error)
  if (BUSY.has(code))
    return systemRefusal(503, 'out-of-descriptors', `The server cannot open a file now: ${code}`, error, RETRY_SOON)
  return systemRefusal(500, 'file-system-error', `The file system answered ${code}`, error)
}

/** A file that was changed while it was sent: what the client has is a mix, and must not be completed. */
export class FileChanged extends Error {
  override name = 'FileChanged'
}

export function changedWhileSent(path: string): FileChanged {
  return new FileChanged(`The file ${path} was changed while it was sent; the connection is cut`)
}

export function shortenedWhileSent(path: string): FileChanged {
  return new FileChanged(`The file ${path} was shortened while it was sent; the connection is cut`)
}

const RETRY_SOON = FieldList.of({ 'Retry-After': 1 })
const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EINVAL', 'ENXIO', 'ENODEV', 'EILSEQ'])
const FORBIDDEN = new Set(['EACCES', 'EPERM'])
const BUSY = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'EWOULDBLOCK', 'EBUSY', 'ENOMEM'])

const PATH_FAULTS: Readonly<Record<PathFault, string>> = {
  'not-absolute': 'A path must start with a slash',
  'invalid-character': 'A path must be ASCII; other characters are sent as percent-encoded UTF-8',
  'invalid-escape': 'A percent sign in a path must be followed by two hexadecimal digits',
  'invalid-utf8': 'The escapes in a path must be UTF-8 once they are decoded',
  'control-character': 'A path must not name control characters',
  separator: 'A name on a path must hold neither an encoded slash nor a backslash',
  'encoded-dots': 'The names . and .. must not be hidden in escapes',
  climbs: 'A path must not climb above the root',
  'windows-name': 'A name on this path means something else to Windows',
}

function refused(status: number, rule: string, detail: string): Refused {
  return new Refused({ status, rule, detail })
}

function systemRefusal(status: number, rule: string, detail: string, cause: unknown, fields?: FieldList): Refused {
  return new Refused({ status, rule, detail, cause, ...(fields && { fields }) })
}
