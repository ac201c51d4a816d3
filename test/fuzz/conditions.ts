// Conditions of any bytes give one of the three verdicts, and what the client has is not sent again.
import assert from 'node:assert/strict'
import { evaluate, rangeApplies } from '../../src/http/conditions.ts'
import { FieldList } from '../../src/http/fields.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

const NOW = Date.UTC(2026, 10, 20)
const validators = { etag: '"a"', lastModified: NOW - 5000, now: NOW }

export default {
  name: 'conditions',
  seeds: ['"a"', 'W/"a", "b"', '*', 'Thu, 19 Nov 2026 23:59:55 GMT'].map(bytesOf),
  run(bytes: Uint8Array): void {
    const value = latin1(bytes).replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
    for (const name of ['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since', 'If-Range']) {
      const fields = FieldList.of([[name, value]])
      for (const method of ['GET', 'PUT'])
        assert(['proceed', 'not-modified', 'precondition-failed'].includes(evaluate({ method, fields, ...validators })))
      assert.notEqual(evaluate({ method: 'PUT', fields, ...validators }), 'not-modified')
      if (name !== 'If-Range') assert.equal(rangeApplies({ fields, ...validators }), true)
    }
  },
}
