import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { evaluate, rangeApplies, type Verdict } from '../../src/http/conditions.ts'
import { formatDate } from '../../src/http/dates.ts'
import { FieldList } from '../../src/http/fields.ts'

const MODIFIED = Date.UTC(2026, 0, 2, 3, 4, 5)
const NOW = MODIFIED + 3_600_000
const then = formatDate(MODIFIED)
const before = formatDate(MODIFIED - 1000)
const after = formatDate(MODIFIED + 1000)

type Given = Record<string, string>

function verdict(method: string, given: Given, rest: { etag?: string | null; exists?: boolean } = {}): Verdict {
  return evaluate({
    method,
    fields: FieldList.of(given),
    etag: '"a"',
    lastModified: MODIFIED + 123,
    now: NOW,
    ...rest,
  })
}

describe('conditions', () => {
  const cases: [method: string, given: Given, Verdict][] = [
    ['GET', {}, 'proceed'],
    // If-Match: strong comparison
    ['PUT', { 'If-Match': '"a"' }, 'proceed'],
    ['PUT', { 'If-Match': '"b", "a"' }, 'proceed'],
    ['PUT', { 'If-Match': '*' }, 'proceed'],
    ['PUT', { 'If-Match': '"b"' }, 'precondition-failed'],
    ['PUT', { 'If-Match': 'W/"a"' }, 'precondition-failed'],
    ['GET', { 'If-Match': '"b"' }, 'precondition-failed'],
    ['PUT', { 'If-Match': 'a' }, 'precondition-failed'],
    ['GET', { 'If-Match': 'a' }, 'proceed'],
    // If-Unmodified-Since, unless If-Match is there
    ['PUT', { 'If-Unmodified-Since': then }, 'proceed'],
    ['PUT', { 'If-Unmodified-Since': before }, 'precondition-failed'],
    ['GET', { 'If-Unmodified-Since': before }, 'precondition-failed'],
    ['PUT', { 'If-Unmodified-Since': 'yesterday' }, 'proceed'],
    ['PUT', { 'If-Match': '"a"', 'If-Unmodified-Since': before }, 'proceed'],
    // If-None-Match: weak comparison
    ['GET', { 'If-None-Match': '"a"' }, 'not-modified'],
    ['HEAD', { 'If-None-Match': 'W/"a"' }, 'not-modified'],
    ['GET', { 'If-None-Match': '"b", "a"' }, 'not-modified'],
    ['GET', { 'If-None-Match': '*' }, 'not-modified'],
    ['PUT', { 'If-None-Match': '*' }, 'precondition-failed'],
    ['PUT', { 'If-None-Match': '"a"' }, 'precondition-failed'],
    ['GET', { 'If-None-Match': '"b"' }, 'proceed'],
    ['GET', { 'If-None-Match': 'a' }, 'proceed'],
    ['PUT', { 'If-None-Match': 'a' }, 'precondition-failed'],
    // If-Modified-Since, for GET and HEAD, unless If-None-Match is there
    ['GET', { 'If-Modified-Since': then }, 'not-modified'],
    ['HEAD', { 'If-Modified-Since': after }, 'not-modified'],
    ['GET', { 'If-Modified-Since': before }, 'proceed'],
    ['POST', { 'If-Modified-Since': then }, 'proceed'],
    ['GET', { 'If-Modified-Since': 'never' }, 'proceed'],
    ['GET', { 'If-Modified-Since': `${then}, ${then}` }, 'proceed'],
    ['GET', { 'If-None-Match': '"b"', 'If-Modified-Since': then }, 'proceed'],
    ['GET', { 'If-None-Match': '"a"', 'If-Modified-Since': before }, 'not-modified'],
    // Precedence: what fails first decides
    ['GET', { 'If-Match': '"b"', 'If-None-Match': '"a"' }, 'precondition-failed'],
    ['GET', { 'If-Match': '"a"', 'If-None-Match': '"a"' }, 'not-modified'],
    ['GET', { 'If-Unmodified-Since': before, 'If-None-Match': '"a"' }, 'precondition-failed'],
    // Methods to which conditions mean nothing
    ['OPTIONS', { 'If-Match': '"b"' }, 'proceed'],
    ['TRACE', { 'If-None-Match': '*' }, 'proceed'],
    ['CONNECT', { 'If-Match': '"b"' }, 'proceed'],
  ]
  for (const [method, given, expected] of cases)
    it(`${method} ${JSON.stringify(given)}: ${expected}`, () => assert.equal(verdict(method, given), expected))

  it('compare a weak tag of the representation weakly only', () => {
    assert.equal(verdict('GET', { 'If-None-Match': '"a"' }, { etag: 'W/"a"' }), 'not-modified')
    assert.equal(verdict('PUT', { 'If-Match': 'W/"a"' }, { etag: 'W/"a"' }), 'precondition-failed')
  })

  it('know of what does not exist', () => {
    assert.equal(verdict('PUT', { 'If-None-Match': '*' }, { exists: false }), 'proceed')
    assert.equal(verdict('PUT', { 'If-Match': '*' }, { exists: false }), 'precondition-failed')
    assert.equal(verdict('PUT', { 'If-Unmodified-Since': before }, { exists: false }), 'proceed')
  })

  it('match no list where there is no tag', () => {
    assert.equal(verdict('PUT', { 'If-Match': '"a"' }, { etag: null }), 'precondition-failed')
    assert.equal(verdict('GET', { 'If-None-Match': '"a"' }, { etag: null }), 'proceed')
    assert.equal(verdict('GET', { 'If-None-Match': '*' }, { etag: null }), 'not-modified')
  })

  it('ignore dates where the modification time is unknown', () => {
    const fields = FieldList.of({ 'If-Modified-Since': after, 'If-Unmodified-Since': before })
    assert.equal(evaluate({ method: 'GET', fields, etag: null, lastModified: null, now: NOW }), 'proceed')
  })
})

describe('If-Range', () => {
  const applies = (value: string | null, etag: string | null = '"a"', now = NOW) =>
    rangeApplies({
      fields: value === null ? FieldList.empty : FieldList.of({ 'If-Range': value }),
      etag,
      lastModified: MODIFIED + 123,
      now,
    })

  it('that is not there lets ranges through', () => assert.equal(applies(null), true))

  it('compares tags strongly', () => {
    assert.equal(applies('"a"'), true)
    assert.equal(applies('"b"'), false)
    assert.equal(applies('W/"a"'), false)
    assert.equal(applies('W/"a"', 'W/"a"'), false)
    assert.equal(applies('"a"', 'W/"a"'), false)
    assert.equal(applies('"a"', null), false)
    assert.equal(applies('*'), false)
  })

  it('takes a date only if it is exactly the modification date', () => {
    assert.equal(applies(then), true)
    assert.equal(applies(before), false)
    assert.equal(applies(after), false)
    assert.equal(applies('no date'), false)
  })

  it('takes no date while its second is not over', () => {
    assert.equal(applies(then, '"a"', MODIFIED + 999), false)
    assert.equal(applies(then, '"a"', MODIFIED + 1000), true)
  })
})
