// An authority of any bytes is refused, or has one normal form that stays what it is; addresses are judged as node:net does.
import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { formatAddress, parseAddress } from '../../src/http/addresses.ts'
import { isValidAuthority, normaliseAuthority } from '../../src/http/authority.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

export default {
  name: 'authority',
  seeds: ['Example.org:8080', '[2001:db8::1]:443', '[v1.a:b]', 'b%C3%BCcher.example', '::ffff:1.2.3.4'].map(bytesOf),
  run(bytes: Uint8Array): void {
    const text = latin1(bytes)
    const normal = normaliseAuthority(text, 'http')
    assert.equal(normal !== null, isValidAuthority(text))
    if (normal !== null) {
      assert.match(normal, /^[!-~]+$/)
      assert.doesNotMatch(normal, /[@/?#\\]/)
      assert.equal(normaliseAuthority(normal, 'http'), normal)
    }
    const address = parseAddress(text)
    if (!text.includes('%')) assert.equal(address !== null, isIP(text) !== 0)
    if (address !== null) assert.deepEqual(parseAddress(formatAddress(address)), address)
  },
}
