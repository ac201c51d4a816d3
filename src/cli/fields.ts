// The fields that every reply of a folder carries, made once at the start: security, and CORS where everyone may read.
import type { Config } from '../config/index.ts'
import { FieldList } from '../http/fields.ts'

/** Reply fields that scripts of other sites may read besides the ones they always may. */
export const READABLE = ['Accept-Ranges', 'Content-Range', 'ETag'] as const

/**
 * What is safe for any site: pages keep working, and are not sniffed, framed by strangers, or told about in full to
 * them. A Content-Security-Policy would break ordinary pages, so it is left to header rules.
 */
const SECURITY = FieldList.of({
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
})

/** What lets the scripts of any site read replies. Where only some may, it depends on the request and is up to `cors.ts`. */
const OPEN_TO_SCRIPTS = FieldList.of({
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': READABLE.join(', '),
})

export function fieldsOfAll(config: Config): FieldList {
  const isOpen = config.enable_cors && config.cors_allow_origin.includes('*')
  return isOpen ? securityFields(config).concat(OPEN_TO_SCRIPTS) : securityFields(config)
}

function securityFields(config: Config): FieldList {
  const fields = config.enable_security_headers ? SECURITY : FieldList.empty
  // Over plain connections the field must not be sent (RFC 6797 section 7.2).
  return config.enable_ssl && config.hsts_max_age > 0
    ? fields.with('Strict-Transport-Security', `max-age=${config.hsts_max_age}`)
    : fields
}

/** The Server field (RFC 9110 section 10.2.4): the product with its version, unless the name has one in it; empty for none. */
export function serverField({ server_name: name, server_version: version }: Config): string {
  if (name === null || name === '') return ''
  return version === null || version === '' || name.includes('/') ? name : `${name}/${version}`
}
