// From a decoded field list to a response, interim ones too, or the rule that it breaks (RFC 9113 section 8.3.2).
import type { HpackField } from '../hpack/index.ts'
import type { RuleName } from './errors.ts'
import { FieldFacts } from './field-facts.ts'
import type { H2Head } from './head.ts'
import type { H2Limits } from './limits.ts'
import { judge, PSEUDO, ruleOf, STATUS } from './verdicts.ts'

const facts = new FieldFacts()

/**
 * Judges a response's fields. Content-Length is given as sent: whether content follows at all is known to whoever knows the
 * request (RFC 9113 section 8.1.1).
 * @param fields in the order in which they came; kept, so they must not change afterwards
 * @returns the head, or the rule that it breaks
 */
export function responseHead(fields: readonly HpackField[], _limits: H2Limits): H2Head | RuleName {
  let status = 0
  let at = 0
  for (; at < fields.length; at++) {
    const field = fields[at]
    const verdict = field.verdict === 0 ? judge(field) : field.verdict
    if (verdict < PSEUDO) break
    if (verdict !== STATUS) return notStatus(field, verdict)
    if (status !== 0) return 'repeated-pseudo-field'
    status = Number(field.value)
  }
  const rule = facts.read(fields, at)
  if (rule !== null) return rule
  if (status === 0) return 'missing-pseudo-field'
  if (facts.hasTe) return 'connection-field'
  return {
    method: '',
    scheme: '',
    authority: '',
    path: '',
    protocol: undefined,
    status,
    fields: facts.fieldsOf(fields, at),
    length: status < 200 ? -1 : facts.length,
    expectsContinue: false,
    priority: facts.priority,
  }
}

function notStatus(field: HpackField, verdict: number): RuleName {
  return field.name.startsWith(':') && field.name !== ':status' ? 'unknown-pseudo-field' : ruleOf(verdict)
}
