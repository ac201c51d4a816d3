// The static table (RFC 7541 Appendix A). Its fields are shared by everyone.
import { TableField } from './table-field.ts'

const FIELDS: readonly (readonly [name: string, ...values: readonly string[]])[] = [
  [':authority', ''],
  [':method', 'GET', 'POST'],
  [':path', '/', '/index.html'],
  [':scheme', 'http', 'https'],
  [':status', '200', '204', '206', '304', '400', '404', '500'],
  ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'],
  ['accept-language', ''],
  ['accept-ranges', ''],
  ['accept', ''],
  ['access-control-allow-origin', ''],
  ['age', ''],
  ['allow', ''],
  ['authorization', ''],
  ['cache-control', ''],
  ['content-disposition', ''],
  ['content-encoding', ''],
  ['content-language', ''],
  ['content-length', ''],
  ['content-location', ''],
  ['content-range', ''],
  ['content-type', ''],
  ['cookie', ''],
  ['date', ''],
  ['etag', ''],
  ['expect', ''],
  ['expires', ''],
  ['from', ''],
  ['host', ''],
  ['if-match', ''],
  ['if-modified-since', ''],
  ['if-none-match', ''],
  ['if-range', ''],
  ['if-unmodified-since', ''],
  ['last-modified', ''],
  ['link', ''],
  ['location', ''],
  ['max-forwards', ''],
  ['proxy-authenticate', ''],
  ['proxy-authorization', ''],
  ['range', ''],
  ['referer', ''],
  ['refresh', ''],
  ['retry-after', ''],
  ['server', ''],
  ['set-cookie', ''],
  ['strict-transport-security', ''],
  ['transfer-encoding', ''],
  ['user-agent', ''],
  ['vary', ''],
  ['via', ''],
  ['www-authenticate', ''],
]

/** By index, which starts at 1: what stands at 0 is never looked at. */
export const STATIC_TABLE: readonly TableField[] = [['', ''], ...FIELDS].flatMap(([name, ...values]) =>
  values.map(value => new TableField(name, value, false)),
)

/** The index of the last static field. Those of the dynamic table follow it (RFC 7541 section 2.3.3). */
export const LAST_STATIC = STATIC_TABLE.length - 1

/** The index of the first field of each name; others of the same name follow it. */
export const STATIC_NAMES: ReadonlyMap<string, number> = new Map(
  FIELDS.map(([name]) => [name, STATIC_TABLE.findIndex(field => field.name === name)]),
)
