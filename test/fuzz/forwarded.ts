// Whatever a client says of itself, a trusted proxy's own word about it stands.
import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { isValidAuthority } from '../../src/http/authority.ts'
import { FieldList } from '../../src/http/fields.ts'
import { clientOf, trustList } from '../../src/http/forwarded.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

const trust = trustList(['10.0.0.0/8', 'loopback'])

export default {
  name: 'forwarded',
  seeds: [
    'for=192.0.2.43;proto=https, for="[2001:db8::1]:47"',
    'for="evil',
    '192.0.2.1, 10.0.0.2',
    'for=_x;host="a:1"',
  ].map(bytesOf),
  run(bytes: Uint8Array): void {
    const said = latin1(bytes).replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
    for (const name of ['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto']) {
      const client = clientOf({ ...PEER, fields: FieldList.of([[name, said]]) })
      assert(isIP(client.address) !== 0 && isValidAuthority(client.host))
    }
    const truth = { Forwarded: `${said}, for=192.0.2.1`, 'X-Forwarded-For': `${said}, 192.0.2.1` }
    for (const [name, value] of Object.entries(truth))
      assert.equal(clientOf({ ...PEER, fields: FieldList.of([[name, value]]) }).address, '192.0.2.1')
  },
}

const PEER = { peerAddress: '10.0.0.1', scheme: 'http', host: 'inner', trust } as const
