// A list of entity tags of any bytes is refused or read as tags that can be written again.
import assert from 'node:assert/strict'
import { formatEntityTag, parseEntityTag, parseEntityTags } from '../../src/http/etags.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

export default {
  name: 'etags',
  seeds: ['"a", W/"b"', '*', ', "a,b" ,', 'W/""'].map(bytesOf),
  run(bytes: Uint8Array): void {
    const tags = parseEntityTags(latin1(bytes))
    if (tags === null || tags === '*') return
    assert(tags.length > 0)
    for (const tag of tags) assert.deepEqual(parseEntityTag(formatEntityTag(tag)), tag)
  },
}
