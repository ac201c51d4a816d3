// Content as text and as JSON: what is refused is what the runtime refuses, and the place that is told is one.
import assert from 'node:assert/strict'
import { firstFault } from '../../src/app/json-fault.ts'
import { decodedText } from '../../src/app/text-content.ts'
import { Refused } from '../../src/exchange/index.ts'
import { bytesOf } from '../support/latin1.ts'

export default {
  name: 'json-content',
  seeds: [
    '{"a":[1,-2.5e+3,true,null,"\\u00fc\\n"]}',
    '[1,]',
    '{"a" 1}',
    '01',
    '1.',
    '"\\x"',
    '\xc3\xbc',
    '\xed\xa0\x80',
    '[[[{}',
    '"a\nb"',
  ].map(bytesOf),
  run(bytes: Uint8Array): void {
    const text = textOf(bytes)
    if (text === null) return
    const fault = firstFault(text)
    assert.equal(fault === null, isJson(text))
    if (fault === null) return
    assert(fault.at >= 0 && fault.at <= text.length)
    // Up to there it could have become JSON: what is behind it makes no difference.
    assert.deepEqual(firstFault(text.slice(0, fault.at + 1))?.at, fault.at)
  },
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return decodedText(bytes, '')
  } catch (error) {
    assert(error instanceof Refused)
    const offset = error.refusal.offset ?? -1
    assert(offset >= 0 && offset <= bytes.length)
    // What is before it is text, but for a character that is cut short there.
    const before = new TextDecoder().decode(bytes.subarray(0, offset), { stream: true })
    assert.equal(
      before.includes('\ufffd'),
      new TextDecoder('latin1').decode(bytes.subarray(0, offset)).includes('\xef\xbf\xbd'),
    )
    return null
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
