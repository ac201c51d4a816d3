import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  bodyOf,
  bytes,
  collect,
  html,
  json,
  plainRefusals,
  Reply,
  redirect,
  Tunnel,
  text,
} from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'

describe('a reply', () => {
  it('has one Content-Type: the one that was given, if any', () => {
    const own = FieldList.of({ 'content-type': 'text/css', A: 'b' })
    for (const reply of [text('x', 200, own), html('x', 200, own), json('x', 200, own)]) {
      assert.deepEqual(reply.fields.all('Content-Type'), ['text/css'])
      assert.equal(reply.fields.get('A'), 'b')
    }
    assert.deepEqual(text('x', 200, FieldList.of({ A: 'b' })).fields.all('Content-Type'), ['text/plain; charset=utf-8'])
  })

  it('has a status from 200 to 599, or 101 with a tunnel', () => {
    const tunnel = new Tunnel(incoming => incoming)
    for (const status of [200, 599]) assert.equal(new Reply(status).status, status)
    assert.equal(new Reply(101, FieldList.empty, tunnel).status, 101)
    for (const status of [0, 99, 100, 101, 199, 600, 999, 200.5, Number.NaN])
      assert.throws(() => new Reply(status), /from 200 to 599/)
  })

  it('is not made of what JSON cannot say', () => {
    for (const value of [undefined, () => 1, Symbol('s')]) assert.throws(() => json(value), /JSON has no word for/)
    assert.equal(json(null).body, 'null')
  })

  it('is made of text, bytes and pages of the right type alone', () => {
    for (const make of [text, html, bytes] as ((content: never) => Reply)[])
      for (const content of [undefined, null, 5, {}, []])
        assert.throws(() => make(content as never), /takes a (string|Uint8Array), not .*; json\(…\) sends any value/)
    assert.throws(() => bytes('text' as never), /takes a Uint8Array, not a value of type string/)
    assert.throws(() => text(new Uint8Array(1) as never), /takes a string, not a value of type object/)
  })

  it('has trailers as a function gives them, or as they are', () => {
    let sum = 0
    const later = text('x').withTrailers(() => ({ 'X-Sum': sum }))
    sum = 7
    assert.equal(later.trailers?.().get('x-sum'), '7')
    assert.equal(text('x').withTrailers({ 'X-Sum': 1 }).trailers?.().get('x-sum'), '1')
    assert.throws(() => text('x').withTrailers({ 'X-Sum': 'a\r\nb' }), /U\+000D/)
    assert.throws(
      () =>
        text('x')
          .withTrailers(() => ({ 'X-Sum': 'a\nb' }))
          .trailers?.(),
      /U\+000A/,
    )
  })

  it('that redirects has a location that ends no line', () => {
    assert.equal(redirect('/there', 303).fields.get('Location'), '/there')
    assert.throws(() => redirect('/there\r\nSet-Cookie: a=b'), /U\+000D/)
  })
})

describe('a body of chunks', () => {
  it('may be told to stop though its source fails at that', async () => {
    const failing = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false as const, value: new Uint8Array(9) }),
        return: () => {
          throw new Error('no')
        },
      }),
    }
    const body = bodyOf(failing)
    await body.pull()
    body.cancel('enough')
    await assert.rejects(collect(bodyOf(failing), 8), /larger than 8 bytes/)
  })
})

describe('a plain refusal', () => {
  const refusal = { status: 500, rule: 'r', detail: 'It failed', cause: Object.create(null) }

  it('explains itself in development alone, whatever was thrown', () => {
    assert.equal(plainRefusals(false)(refusal, null).body, '500 Internal Server Error\n')
    assert.match(String(plainRefusals(true)(refusal, null).body), /^500 Internal Server Error\nIt failed\.\nRule: r\n/)
  })
})
