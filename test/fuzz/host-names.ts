// The configured name of a host: refused, or of one spelling that stays what it is, and that finds the requests for it.
import assert from 'node:assert/strict'
import { hostName, requestedHost, showName } from '../../src/server/host-names.ts'
import { HostTable } from '../../src/server/host-table.ts'

export default {
  name: 'host-names',
  seeds: [
    'A.example.',
    '*.b.example:8443',
    '*',
    '[2001:db8::1]:443',
    '::1',
    'bücher.example',
    '192.0.2.1',
    'a_b.c',
  ].map(text => new TextEncoder().encode(text)),
  run(bytes: Uint8Array): readonly string[] {
    const text = new TextDecoder().decode(bytes)
    let name: ReturnType<typeof hostName>
    try {
      name = hostName(text)
    } catch (error) {
      assert.ok(error instanceof TypeError, String(error))
      return ['refused']
    }
    assert.match(name.name, /^[a-z0-9_.*:[\]-]+$/)
    assert.deepEqual(hostName(showName(name)), name)
    const asked = name.name.replace(/^\*\./, 'any.').replace(/^\*$/, 'any')
    for (const spelling of [asked, asked.toUpperCase(), /[\]\d]$/.test(asked) ? asked : `${asked}.`]) {
      const host = requestedHost(name.port === null ? spelling : `${spelling}:${name.port}`)
      assert.ok(host !== null, spelling)
      assert.equal(new HostTable([[name, 'found']]).find(host.name, host.port ?? 80), 'found', spelling)
    }
    return [name.name.startsWith('*') ? 'wild' : 'exact', name.port === null ? 'any port' : 'port']
  },
}
