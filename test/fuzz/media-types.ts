// A media type of any bytes is refused or written and read as the same.
import assert from 'node:assert/strict'
import { formatMediaType, parseMediaType } from '../../src/http/media-types.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

export default {
  name: 'media-types',
  seeds: ['text/html; charset="utf-8"', 'multipart/form-data; boundary="a;b,\\"c\\\\"', 'a/b;;c=d;'].map(bytesOf),
  run(bytes: Uint8Array): void {
    const media = parseMediaType(latin1(bytes))
    if (media !== null) assert.deepEqual(parseMediaType(formatMediaType(media)), media)
  },
}
