// Of any bytes, nothing comes out that ends a line or moves a cursor, and no secret of a head.
import assert from 'node:assert/strict'
import { quoteBytes, quoteText } from '../../src/bytes/quote.ts'
import { excerpt, redactTarget } from '../../src/http/secrets.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

const SECRET = 'S3CR3T'

export default {
  name: 'quote',
  seeds: ['GET /?token=a HTTP/1.1\r\nHost: a\r\n', '\r\nCookie: a=b\r\n c', '\x1b[31m\\n', 'a=b&key=c;d'].map(bytesOf),
  run(bytes: Uint8Array): void {
    const text = latin1(bytes)
    assert.match(quoteBytes(bytes), /^[ -~]*…?$/)
    assert.doesNotMatch(quoteText(text), /\p{Cc}/u)
    assert.match(excerpt(bytes, 0, 0), /^[ -~]*$/)
    if (text.includes(SECRET)) return
    for (const head of [`${text}\r\nCookie: ${SECRET}`, `${text}\r\nAuthorization: Basic ${SECRET}\r\n${SECRET}`])
      assert(!excerpt(bytesOf(head), 0, 0).includes(SECRET))
    if (!/[?&; ]/.test(text)) assert(!redactTarget(`/?${text}&token=${SECRET}&a=b`).includes(SECRET))
  },
}
