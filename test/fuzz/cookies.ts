// Cookies of any bytes: no name is empty or has a separator, and what could be set comes back as it was.
import assert from 'node:assert/strict'
import { CookieError, parseCookies, setCookie } from '../../src/http/cookies.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

export default {
  name: 'cookies',
  seeds: ['SID=31d4d96e407aad42; lang=en-US', 'a="b c"; a=2;;=3; d', '__Host-a=1'].map(bytesOf),
  run(bytes: Uint8Array): void {
    for (const [name, value] of parseCookies(latin1(bytes))) {
      assert(name !== '' && !/[=;]/.test(name) && !value.includes(';'))
      try {
        const text = setCookie(name, value, { path: '/', secure: true })
        assert.doesNotMatch(text, /\p{Cc}/u)
        assert.equal(parseCookies(text).get(name), value)
      } catch (error) {
        if (!(error instanceof CookieError)) throw error
      }
    }
  },
}
