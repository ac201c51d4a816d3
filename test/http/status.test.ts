import assert from 'node:assert/strict'
import { STATUS_CODES } from 'node:http'
import { describe, it } from 'node:test'
import { IDEMPOTENT, KNOWN, SAFE } from '../../src/http/methods.ts'
import { hasNoContent, REASONS, statusText } from '../../src/http/status.ts'

describe('statuses', () => {
  it('have the phrases of the registry', () => {
    // Where node:http has another phrase, the registry changed since (RFC 9110), or withdrew it.
    const changed = ['413', '418', '422', '509']
    for (const [status, reason] of Object.entries(STATUS_CODES))
      if (!changed.includes(status)) assert.equal(statusText(Number(status)), reason)
    assert.equal(statusText(413), 'Content Too Large')
    assert.equal(statusText(422), 'Unprocessable Content')
  })

  it('that are not registered have none', () => {
    for (const status of [0, 99, 299, 306, 418, 430, 509, 599, 600, 1000, Number.NaN])
      assert.equal(statusText(status), '')
  })

  it('have phrases that can be sent', () => {
    for (const reason of Object.values(REASONS)) assert.match(reason, /^[A-Za-z -]+$/)
  })

  it('of 1xx, 204 and 304 come without content', () => {
    for (const status of [100, 103, 199, 204, 304]) assert.equal(hasNoContent(status), true)
    for (const status of [200, 205, 206, 301, 404, 500]) assert.equal(hasNoContent(status), false)
  })
})

describe('methods', () => {
  it('that are safe are idempotent, and those are known', () => {
    assert.deepEqual([...SAFE], ['GET', 'HEAD', 'OPTIONS', 'TRACE'])
    assert.deepEqual([...IDEMPOTENT], [...SAFE, 'PUT', 'DELETE'])
    assert.deepEqual([...KNOWN], [...IDEMPOTENT, 'POST', 'CONNECT', 'PATCH'])
  })
})
