// Which fields make a request, a response or trailers (RFC 9113 section 8, RFC 8441), judged as plainly as can be.
import { normaliseAuthority, parseAuthority } from '../../src/http/authority.ts'
import type { ReferenceField } from './hpack-reference.ts'

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const METHOD = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i
const VALUE = /^$|^[!-~\x80-\xff]([\t -~\x80-\xff]*[!-~\x80-\xff])?$/
const OF_CONNECTIONS = /^(connection|proxy-connection|keep-alive|transfer-encoding|upgrade)$/
const NOT_IN_TRAILERS =
  /^(host|content-length|expect|te|trailer|authorization|proxy-authorization|cookie|set-cookie|content-encoding|content-type|content-range)$/

/** The fields as a program sees them: cookies are one (section 8.2.3), and a length is said once. */
export function shown(fields: readonly ReferenceField[]): string {
  const usual = fields.filter(({ name }) => !name.startsWith(':'))
  const cookies = usual.filter(({ name }) => name === 'cookie').map(({ value }) => value)
  const once = usual.filter(
    ({ name }, i) =>
      (name !== 'cookie' && name !== 'content-length') || usual.findIndex(field => field.name === name) === i,
  )
  return JSON.stringify(once.map(({ name, value }) => [name, name === 'cookie' ? cookies.join('; ') : value]))
}

/** RFC 9113 sections 8.2 and 8.3, RFC 8441 section 4. */
export function isRequest(fields: readonly ReferenceField[]): boolean {
  const pseudo = pseudoFields(fields, [':method', ':scheme', ':authority', ':path', ':protocol'])
  if (pseudo === null) return false
  const [method, scheme, authority, path, protocol] = pseudo
  const hosts = fields.filter(({ name }) => name === 'host').map(({ value }) => value)
  if (method === undefined || !METHOD.test(method)) return false
  if (hosts.length > 1 || !hosts.every(host => parseAuthority(host) !== null)) return false
  if (authority !== undefined && parseAuthority(authority) === null) return false
  if (protocol !== undefined && (method !== 'CONNECT' || !METHOD.test(protocol.replace('/', '')))) return false
  if (method === 'CONNECT') {
    const length = fields.find(({ name }) => name === 'content-length')?.value
    if (Number(length ?? 0) > 0) return false
    if (protocol === undefined) {
      const port = authority === undefined ? null : (parseAuthority(authority)?.port ?? null)
      if (scheme !== undefined || path !== undefined || port === null || port === 0) return false
      return hosts.length === 0 || authority === hosts[0] || authority?.toLowerCase() === hosts[0].toLowerCase()
    }
  }
  if (scheme === undefined || path === undefined || !/^[a-z][a-z0-9+.-]*$/i.test(scheme)) return false
  const isTarget = /^\/[!-"$-~]*$/.test(path) || (path === '*' && method === 'OPTIONS')
  if (!isTarget) return false
  const web = /^https?$/i.exec(scheme)?.[0].toLowerCase() as 'http' | 'https' | undefined
  if (authority === undefined) return web === undefined || (hosts.length > 0 && hosts[0] !== '')
  if (hosts.length === 0 || hosts[0] === '' || hosts[0] === authority) return true
  if (web === undefined) return hosts[0].toLowerCase() === authority.toLowerCase()
  return normaliseAuthority(hosts[0], web) === normaliseAuthority(authority, web)
}

/** The status, or null for what is no response. */
export function isResponse(fields: readonly ReferenceField[]): number | null {
  const pseudo = pseudoFields(fields, [':status'])
  const status = pseudo?.[0] ?? ''
  if (!/^[1-5]\d\d$/.test(status) || status === '101' || fields.some(({ name }) => name === 'te')) return null
  return Number(status)
}

/** The values of the pseudo-fields; null where any field is not as it should be. */
function pseudoFields(fields: readonly ReferenceField[], names: readonly string[]): (string | undefined)[] | null {
  const first = fields.findIndex(({ name }) => !name.startsWith(':'))
  const pseudo = first === -1 ? fields : fields.slice(0, first)
  const usual = first === -1 ? [] : fields.slice(first)
  if (!pseudo.every(({ name }) => names.includes(name))) return null
  if (new Set(pseudo.map(({ name }) => name)).size < pseudo.length) return null
  if (!usual.every(({ name, value }) => isUsual(name, value))) return null
  const lengths = new Set(usual.filter(({ name }) => name === 'content-length').map(({ value }) => Number(value)))
  if (lengths.size > 1) return null
  return names.map(wanted => pseudo.find(({ name }) => name === wanted)?.value)
}

function isUsual(name: string, value: string): boolean {
  if (!TOKEN.test(name) || !VALUE.test(value) || OF_CONNECTIONS.test(name)) return false
  if (name === 'te') return /^(trailers)?$/i.test(value)
  return name !== 'content-length' || /^\d+$/.test(value)
}

/** RFC 9110 section 6.5.1. */
export function isTrailers(fields: readonly ReferenceField[]): boolean {
  return fields.every(({ name, value }) => isUsual(name, value) && !NOT_IN_TRAILERS.test(name))
}
