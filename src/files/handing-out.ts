// One file of the folder as the reply of a program that has named it: what `FilesHandler.send` answers with.
import type { Exchange, Reply } from '../exchange/index.ts'
import { attachment } from '../http/content-disposition.ts'
import { FieldList, type Fields, type FieldsGiven } from '../http/fields.ts'
import { type DecodedPath, decodePath, encodeSegment } from '../http/paths.ts'
import { notFound } from './failures.ts'
import { overlaid } from './overlaid.ts'

/** How one file is sent. */
export interface SendOptions {
  /** Offers the file to be kept (RFC 6266): under its own name, or under another one. */
  readonly download?: boolean | string
  /** Sent along; they take the place of the file's own fields of the same names. */
  readonly fields?: FieldsGiven
}

/**
 * The names along a path that a program gives, decoded. Parts of it may come from a client, so what leads out of the folder, or
 * names no file, is no file.
 * @throws Refused with 404
 */
export function namedPath(path: string, windows: boolean): DecodedPath {
  const names = path.replace(/^\//, '').split('/')
  if (names.some(name => name === '' || name === '.' || name === '..')) throw notFound
  const decoded = decodePath(`/${names.map(encodeSegment).join('/')}`, windows)
  if (typeof decoded === 'string') throw notFound
  return decoded
}

/** What the options make of the file's reply. */
export function handedOut(reply: Reply, fields: FieldList): Reply {
  if (fields.flat.length === 0) return reply
  // A 304 tells nothing of content that is not sent (RFC 9110 section 15.4.5).
  return reply.withFields(overlaid(reply.fields, reply.status === 304 ? withoutContentFields(fields) : fields))
}

/** @param name the file's own */
export function fieldsToSend({ download = false, fields = {} }: SendOptions, name: string): FieldList {
  const given = FieldList.of(fields)
  if (download === false) return given
  return given.with('Content-Disposition', attachment(download === true ? name : download))
}

/** Conditions and ranges are about GET (RFC 9110 sections 13 and 14.2): a file in answer to POST is a result, and is sent whole. */
export function asPlainGet(exchange: Exchange): Exchange {
  return new Proxy(exchange, {
    get(target, name) {
      if (name === 'method') return 'GET'
      if (name === 'fields') return onlyCodings(target.fields)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function onlyCodings(fields: Fields): FieldList {
  const accepted = fields.get('accept-encoding')
  return accepted === undefined ? FieldList.empty : FieldList.of({ 'Accept-Encoding': accepted })
}

function withoutContentFields(fields: FieldList): FieldList {
  return FieldList.of([...fields].filter(([name]) => !/^content-|^last-modified$/i.test(name)))
}
