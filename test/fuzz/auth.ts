// Credentials of any bytes are refused, or have a user without a colon and no control characters.
import assert from 'node:assert/strict'
import { parseBasic } from '../../src/http/auth.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

export default {
  name: 'auth',
  seeds: ['Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==', 'basic dGVzdDoxMjPCow==', 'Basic Og=='].map(bytesOf),
  run(bytes: Uint8Array): void {
    const credentials = parseBasic(latin1(bytes))
    if (credentials === null) return
    assert(!credentials.user.includes(':'))
    for (const char of credentials.user + credentials.password) assert(char >= ' ' && char !== '\x7f')
  },
}
