import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CorsOptions, decideCors } from '../../src/http/cors.ts'
import { FieldList } from '../../src/http/fields.ts'

const open: CorsOptions = { origins: '*', methods: ['GET', 'HEAD'], headers: ['X-A'], credentials: false, maxAge: 600 }
const closed: CorsOptions = {
  origins: ['https://a.example', 'https://b.example'],
  methods: ['GET', 'PUT'],
  headers: '*',
  expose: ['ETag', 'X-B'],
  credentials: true,
  maxAge: 0,
}

function decide(options: CorsOptions, method: string, fields: Record<string, string>): Record<string, string> {
  const decision = decideCors(options, method, FieldList.of(fields))
  return { preflight: String(decision.preflight), ...Object.fromEntries(decision.fields) }
}

const asked = { 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'x-a,authorization' }

describe('CORS', () => {
  it('lets every origin read, without Vary, where all are let in', () => {
    const expected = { preflight: 'false', 'Access-Control-Allow-Origin': '*' }
    assert.deepEqual(decide(open, 'GET', { Origin: 'https://x.example' }), expected)
    assert.deepEqual(decide(open, 'GET', {}), expected)
  })

  it('lets a named origin read, and says that the reply varies', () => {
    assert.deepEqual(decide(closed, 'GET', { Origin: 'https://a.example' }), {
      preflight: 'false',
      Vary: 'Origin',
      'Access-Control-Allow-Origin': 'https://a.example',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': 'ETag, X-B',
    })
  })

  for (const origin of [
    'https://c.example',
    'http://a.example',
    'https://a.example:444',
    'https://a.example.evil',
    'null',
    '',
  ])
    it(`lets "${origin}" not read, but says that the reply varies`, () =>
      assert.deepEqual(decide(closed, 'GET', { Origin: origin }), { preflight: 'false', Vary: 'Origin' }))

  it('says that the reply varies where no origin is sent', () => {
    assert.deepEqual(decide(closed, 'GET', {}), { preflight: 'false', Vary: 'Origin' })
  })

  it('answers a preflight', () => {
    assert.deepEqual(decide(open, 'OPTIONS', { Origin: 'https://x.example', ...asked }), {
      preflight: 'true',
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': 'GET, HEAD',
      'Access-Control-Allow-Headers': 'X-A',
      'Access-Control-Max-Age': '600',
    })
  })

  it('answers a preflight with the fields asked for, where all are allowed', () => {
    const decision = decideCors(closed, 'OPTIONS', FieldList.of({ Origin: 'https://b.example', ...asked }))
    assert.equal(decision.preflight, true)
    assert.deepEqual(decision.fields.all('vary'), ['Origin', 'Access-Control-Request-Headers'])
    assert.equal(decision.fields.get('access-control-allow-origin'), 'https://b.example')
    assert.equal(decision.fields.get('access-control-allow-credentials'), 'true')
    assert.equal(decision.fields.get('access-control-allow-methods'), 'GET, PUT')
    assert.equal(decision.fields.get('access-control-allow-headers'), 'x-a, authorization')
    assert.equal(decision.fields.get('access-control-max-age'), '0')
  })

  it('sends no field names back that are none', () => {
    const fields = { Origin: 'https://a.example', ...asked, 'Access-Control-Request-Headers': 'a b, <x>, ok' }
    assert.equal(decide(closed, 'OPTIONS', fields)['Access-Control-Allow-Headers'], 'ok')
  })

  it('answers a preflight of an origin that is not let in without letting it in', () => {
    assert.deepEqual(decide(closed, 'OPTIONS', { Origin: 'https://c.example', ...asked }), {
      preflight: 'true',
      Vary: 'Origin',
    })
  })

  it('takes no other OPTIONS for a preflight', () => {
    assert.equal(decide(open, 'OPTIONS', { Origin: 'https://x.example' }).preflight, 'false')
    assert.equal(decide(open, 'OPTIONS', asked).preflight, 'false')
    assert.equal(decide(open, 'GET', { Origin: 'https://x.example', ...asked }).preflight, 'false')
  })

  it('adds the same list to every reply that does not depend on the request', () => {
    const fields = () => decideCors(open, 'GET', FieldList.empty).fields
    assert.equal(fields(), fields())
  })
})
