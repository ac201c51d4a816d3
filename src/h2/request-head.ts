// From a decoded field list to a request that can be answered, or the rule that it breaks (RFC 9113 section 8, RFC 8441).
// Fields are judged one by one in verdicts.ts; here it is judged what they are together.

import type { HpackField } from '../hpack/index.ts'
import { normaliseAuthority } from '../http/authority.ts'
import type { Fields } from '../http/fields.ts'
import type { RuleName } from './errors.ts'
import { FieldFacts, outOfPlace } from './field-facts.ts'
import type { H2Head } from './head.ts'
import type { H2Limits } from './limits.ts'
import { ReceivedFields } from './received-fields.ts'
import {
  ASTERISK_PATH,
  AUTHORITY,
  AUTHORITY_WITH_PORT,
  BROKEN,
  HTTP,
  HTTPS,
  judge,
  METHOD,
  METHOD_CONNECT,
  METHOD_OPTIONS,
  NOT_IN_TRAILERS,
  OTHER_SCHEME,
  PATH,
  PROTOCOL,
  PSEUDO,
  ruleOf,
  TE,
} from './verdicts.ts'

const facts = new FieldFacts()

/**
 * Judges a request's fields.
 * @param fields in the order in which they came; kept, so they must not change afterwards
 * @returns the head, or the rule that it breaks
 */
export function requestHead(fields: readonly HpackField[], limits: H2Limits): H2Head | RuleName {
  let methodKind = 0
  let pathKind = 0
  let authorityKind = 0
  let method = ''
  let scheme = ''
  let path = ''
  let authority = ''
  let protocol: string | undefined
  let at = 0
  for (; at < fields.length; at++) {
    const field = fields[at]
    const verdict = field.verdict === 0 ? judge(field) : field.verdict
    if (verdict < PSEUDO) break
    switch (verdict) {
      case METHOD:
      case METHOD_OPTIONS:
      case METHOD_CONNECT:
        if (methodKind !== 0) return 'repeated-pseudo-field'
        methodKind = verdict
        method = field.value
        break
      case HTTP:
      case HTTPS:
      case OTHER_SCHEME:
        if (scheme !== '') return 'repeated-pseudo-field'
        scheme = verdict === HTTPS ? 'https' : verdict === HTTP ? 'http' : field.value
        break
      case PATH:
      case ASTERISK_PATH:
        if (pathKind !== 0) return 'repeated-pseudo-field'
        pathKind = verdict
        path = field.value
        break
      case AUTHORITY:
      case AUTHORITY_WITH_PORT:
        if (authorityKind !== 0) return 'repeated-pseudo-field'
        authorityKind = verdict
        authority = field.value
        break
      case PROTOCOL:
        if (protocol !== undefined) return 'repeated-pseudo-field'
        protocol = field.value
        break
      default:
        return verdict < BROKEN ? 'unknown-pseudo-field' : ruleOf(verdict)
    }
  }
  const rule = facts.read(fields, at)
  if (rule !== null) return rule

  if (facts.hostInvalid) return 'invalid-authority'
  if (methodKind === 0) return 'missing-pseudo-field'
  if (methodKind === METHOD_CONNECT && protocol === undefined) {
    if (scheme !== '' || pathKind !== 0) return 'invalid-connect'
    if (authorityKind === 0) return 'missing-pseudo-field'
    if (authorityKind !== AUTHORITY_WITH_PORT) return 'invalid-connect'
    path = authority
  } else {
    if (protocol !== undefined && methodKind !== METHOD_CONNECT) return 'invalid-connect'
    if (scheme === '' || pathKind === 0) return 'missing-pseudo-field'
    if (pathKind === ASTERISK_PATH && methodKind !== METHOD_OPTIONS) return 'invalid-path'
    if (path.length > limits.targetBytes) return 'target-too-long'
  }
  if (authorityKind === 0) {
    authority = facts.host
    if (authority === '' && isWeb(scheme)) return 'missing-authority'
  } else if (facts.host !== '' && facts.host !== authority && !agree(authority, facts.host, scheme)) {
    return 'invalid-authority'
  }

  let { length } = facts
  if (methodKind === METHOD_CONNECT) {
    // What follows is the tunnel's, not content (RFC 9110 section 9.3.6): a length can only mislead.
    if (length > 0) return 'invalid-connect'
    length = -1
  }
  if (length > limits.contentBytes) return 'content-too-large'
  return {
    method,
    scheme,
    authority,
    path,
    protocol,
    status: 0,
    fields: facts.fieldsOf(fields, at),
    length,
    expectsContinue: facts.expectsContinue && length !== 0 && methodKind !== METHOD_CONNECT,
    priority: facts.priority,
  }
}

/** Judges the fields of a trailer section (RFC 9113 section 8.1), in either role. Returns them, or the rule that they break. */
export function trailerFields(fields: readonly HpackField[]): Fields | RuleName {
  for (const field of fields) {
    const verdict = field.verdict === 0 ? judge(field) : field.verdict
    if (verdict >= PSEUDO) return outOfPlace(field, verdict)
    if (verdict >= NOT_IN_TRAILERS && verdict <= TE) return 'forbidden-trailer'
  }
  return new ReceivedFields(fields)
}

function isWeb(scheme: string): scheme is 'http' | 'https' {
  return scheme === 'http' || scheme === 'https'
}

/** Whether two authorities that are spelt differently are the same (RFC 9113 section 8.3.1). */
function agree(authority: string, host: string, scheme: string): boolean {
  if (isWeb(scheme)) return normaliseAuthority(authority, scheme) === normaliseAuthority(host, scheme)
  return authority.toLowerCase() === host.toLowerCase()
}
