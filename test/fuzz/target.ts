// A target of any bytes is refused or has a path that starts with a slash, with nothing lost of path and query.
import assert from 'node:assert/strict'
import { isValidAuthority } from '../../src/http/authority.ts'
import { parseTarget } from '../../src/http/target.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

export default {
  name: 'target',
  seeds: ['/where?q=now', 'http://www.example.org:8001/a?b', 'www.example.com:80', '*', 'HTTP://a'].map(bytesOf),
  run(bytes: Uint8Array): void {
    const text = latin1(bytes)
    for (const method of ['GET', 'OPTIONS', 'CONNECT']) {
      const target = parseTarget(method, text)
      if (target === null) continue
      assert.equal(method === 'CONNECT', target.form === 'authority')
      assert(target.path === '*' || target.path === '' || target.path.startsWith('/'))
      assert(!target.path.includes('?'))
      assert(target.authority === '' || isValidAuthority(target.authority))
      if (target.form === 'origin') assert(text === target.path || text === `${target.path}?${target.query}`)
    }
  },
}
