// A password for the whole folder (`--auth user:password`), as Basic authentication (RFC 7617).
import { createHash, timingSafeEqual } from 'node:crypto'
import { type Handler, type Refusal, Refused } from '../exchange/index.ts'
import { challenge, parseBasic } from '../http/auth.ts'
import { FieldList } from '../http/fields.ts'

/** Asks for the name and password, which are given as `user:password`, before the handler sees a request. */
export function withPassword(handler: Handler, expected: string): Handler {
  const right = digest(expected)
  return exchange => {
    const given = parseBasic(exchange.fields.get('authorization'))
    // Digests have one length, so comparing them tells nothing about how much of the password was right, nor how long it is.
    if (given === null || !timingSafeEqual(digest(`${given.user}:${given.password}`), right))
      throw new Refused(given === null ? NO_PASSWORD : WRONG_PASSWORD)
    return handler(exchange)
  }
}

const CHALLENGE = FieldList.of({ 'WWW-Authenticate': challenge('Basic', { realm: 'Wirewright', charset: 'UTF-8' }) })

const NO_PASSWORD: Refusal = {
  status: 401,
  rule: 'password-required',
  section: 'RFC 9110 section 15.5.2',
  detail: 'This folder is only shown to those who know its name and password',
  fields: CHALLENGE,
}

const WRONG_PASSWORD: Refusal = { ...NO_PASSWORD, rule: 'wrong-password', detail: 'The name or the password is wrong' }

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
