import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Exchange, Reply, text } from '../../src/exchange/index.ts'
import { redirectToHttps, refusePlain } from '../../src/server/plain.ts'
import { fakeExchange } from '../support/exchange.ts'

const asking = (authority: string, target: string): Exchange => ({ ...fakeExchange({ target }), authority })

describe('a plain request is led to https', () => {
  const there = (port: number | null) => redirectToHttps(() => text('served'), port === null ? null : () => port)
  for (const [port, authority, target, location] of [
    [443, 'a.example', '/x?y', 'https://a.example/x?y'],
    [443, 'a.example:80', '/', 'https://a.example/'],
    [8443, 'a.example:8080', '/', 'https://a.example:8443/'],
    [443, '[::1]:80', '/', 'https://[::1]/'],
    [443, 'a.example', '*', 'https://a.example/'],
    [null, 'a.example:8443', '/x', 'https://a.example:8443/x'],
  ] as const) {
    test(`from ${authority} to port ${port ?? 'it came to'}`, async () => {
      const reply = await there(port)(asking(authority, target))
      assert.equal(reply.status, 308)
      assert.equal(reply.fields.get('Location'), location)
    })
  }

  test('but not without a host, nor where there is no https', async () => {
    assert.equal((await there(443)(asking('', '/'))).status, 400)
    assert.equal(
      (
        await redirectToHttps(
          () => text('served'),
          () => null,
        )(asking('a', '/'))
      ).body,
      'served',
    )
  })
})

test('a plain request is told that the port speaks HTTPS', async () => {
  const reply = await refusePlain(asking('a', '/'))
  assert.ok(reply instanceof Reply)
  assert.equal(reply.status, 400)
  assert.match(String(reply.body), /HTTPS/)
})
