import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { challenge, parseBasic } from '../../src/http/auth.ts'

const base64 = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('base64')

describe('Basic credentials', () => {
  const accepted: [value: string, user: string, password: string][] = [
    ['Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==', 'Aladdin', 'open sesame'],
    ['basic dGVzdDoxMjPCow==', 'test', '123£'],
    [`BASIC   ${base64('a:b:c')} `, 'a', 'b:c'],
    [`Basic ${base64(':')}`, '', ''],
  ]
  for (const [value, user, password] of accepted)
    it(`"${value}" are read`, () => assert.deepEqual(parseBasic(value), { user, password }))

  const refused = [
    ...[undefined, '', 'Basic', 'Basic ', 'Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==', 'BasicQWxhZGRpbjpvcGVu', 'Basic QQ'],
    ...[
      'Basic ====',
      'Basic Q=Q=',
      'Basic QWxh ZGRp',
      'Basic QWxhZGRpbg=',
      'Basic QWxh-_==',
      `Basic ${base64('no colon')}`,
    ],
    ...[`Basic ${base64('a\x00:b')}`, `Basic ${base64('a:b\n')}`, `Basic ${base64('é:b', 'latin1')}`],
  ]
  for (const value of refused) it(`"${value}" are none`, () => assert.equal(parseBasic(value), null))

  it('read back as they were written', () => {
    const text = fc.string({ unit: 'grapheme' }).filter(text => !/\p{Cc}/u.test(text))
    fc.assert(
      fc.property(text, text, (user, password) => {
        if (user.includes(':')) return
        assert.deepEqual(parseBasic(`Basic ${base64(`${user}:${password}`)}`), { user, password })
      }),
    )
  })
})

describe('challenges', () => {
  it('are written with quoted values', () => {
    assert.equal(challenge('Basic', { realm: 'a "b"', charset: 'UTF-8' }), 'Basic realm="a \\"b\\"", charset="UTF-8"')
    assert.equal(challenge('Negotiate', {}), 'Negotiate')
  })

  it('that cannot be sent are an error', () => {
    assert.throws(() => challenge('Ba sic', {}), TypeError)
    assert.throws(() => challenge('Basic', { 'a b': 'c' }), TypeError)
    assert.throws(() => challenge('Basic', { realm: 'a\r\nb' }), TypeError)
  })
})
