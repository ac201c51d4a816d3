import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createLog, type LogOptions, wantsColour } from '../../src/observe/index.ts'
import { exchangeEvent, Lines, type Told } from './support.ts'

process.env.TZ = 'Europe/Vienna'
const DATE = Date.UTC(2026, 10, 20, 18, 5, 9)

function logOf(options: Partial<LogOptions> = {}) {
  const stdout = new Lines()
  const stderr = new Lines()
  const log = createLog({
    level: 'INFO',
    format: 'text',
    access: true,
    colour: false,
    file: null,
    stdout,
    stderr,
    date: () => DATE,
    ...options,
  })
  return { log, stdout, stderr }
}

function accessLine(format: LogOptions['format'], told: Told = {}): string {
  const { log, stdout, stderr } = logOf({ format })
  log.report(exchangeEvent(told))
  log.flush()
  return stdout.written + stderr.written
}

describe('the Common Log Format', () => {
  test('is as Apache writes it', () => {
    assert.equal(
      accessLine('common', { target: '/a?b=c', sent: 2326 }),
      '192.0.2.1 - - [20/Nov/2026:19:05:09 +0100] "GET /a?b=c HTTP/1.1" 200 2326\n',
    )
  })

  test('has a dash for no content and 499 for a client that left before the reply', () => {
    assert.match(accessLine('common', { status: 304, sent: 0 }), /" 304 -\n$/)
    assert.match(accessLine('common', { status: 0, sent: 0 }), /" 499 -\n$/)
  })

  test('names the user, and keeps spaces from posing as the next part', () => {
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    assert.match(accessLine('common', { fields: basic('frank:secret') }), /^192\.0\.2\.1 - frank \[/)
    assert.match(accessLine('common', { fields: basic('a b:c') }), /^192\.0\.2\.1 - a\\x20b \[/)
    assert.match(accessLine('common', { fields: { authorization: 'Bearer x' } }), /^192\.0\.2\.1 - - \[/)
  })

  test('the password is in no format', () => {
    const fields = { authorization: `Basic ${Buffer.from('frank:secret').toString('base64')}` }
    for (const format of ['text', 'common', 'combined', 'json'] as const)
      assert.doesNotMatch(accessLine(format, { fields }), /secret|ZnJhbms/)
  })
})

describe('the Combined Log Format', () => {
  test('adds Referer and User-Agent', () => {
    const fields = { referer: 'http://www.example.com/start.html', 'user-agent': 'Mozilla/4.08 [en] (Win98; I ;Nav)' }
    assert.match(
      accessLine('combined', { fields }),
      / 200 5 "http:\/\/www\.example\.com\/start\.html" "Mozilla\/4\.08 \[en\] \(Win98; I ;Nav\)"\n$/,
    )
    assert.match(accessLine('combined'), / 200 5 "-" "-"\n$/)
  })

  test('escapes quotes, backslashes, controls and bytes beyond ASCII as Apache does', () => {
    assert.match(accessLine('combined', { fields: { 'user-agent': 'a"b\\c\td\u00e9' } }), / "a\\"b\\\\c\\td\\xe9"\n$/)
  })
})

describe('JSON', () => {
  test('is one object a line, with the facts', () => {
    const line = accessLine('json', { target: '/x', fields: { 'user-agent': 'curl' } })
    const value = JSON.parse(line)
    assert.equal(value.time, '2026-11-20T18:05:09.000Z')
    assert.equal(value.target, '/x')
    assert.equal(value.status, 200)
    assert.equal(value.userAgent, 'curl')
    assert.equal(value.duration, 1.25)
  })

  test('carries a refusal’s rule, section and offset', () => {
    const { log, stdout } = logOf({ format: 'json' })
    log.report({
      kind: 'refused',
      refusal: {
        status: 400,
        rule: 'bare-lf',
        section: 'RFC 9112 section 2.2',
        detail: 'No.',
        offset: 14,
        excerpt: 'a\\nb',
      },
      exchange: null,
      address: '192.0.2.1',
      connection: 3,
    })
    log.flush()
    const { rule, section, offset, excerpt, status } = JSON.parse(stdout.written)
    assert.deepEqual([rule, section, offset, excerpt, status], ['bare-lf', 'RFC 9112 section 2.2', 14, 'a\\nb', 400])
  })
})

describe('text', () => {
  test('is a line a request', () => {
    assert.equal(
      accessLine('text', { target: '/a', sent: 2326 }),
      '2026-11-20 19:05:09 INFO    192.0.2.1 GET /a 200 2.3 KB 1.3 ms\n'.replace('1.3 ms', `${(1.25).toFixed(1)} ms`),
    )
    assert.match(accessLine('text', { complete: false }), /\(cut off\)\n$/)
  })

  test('explains a refusal', () => {
    const { log, stderr } = logOf()
    log.report({
      kind: 'refused',
      refusal: {
        status: 400,
        rule: 'bare-lf',
        section: 'RFC 9112 section 2.2',
        detail: 'Lines end with CR LF.',
        offset: 14,
      },
      exchange: null,
      address: '192.0.2.1',
      connection: 3,
    })
    log.flush()
    assert.match(
      stderr.written,
      /INFO {4}Refused from 192\.0\.2\.1 with 400 \(bare-lf, RFC 9112 section 2\.2\) at byte 14\. Lines end with CR LF\.\n$/,
    )
  })

  test('names the error code that a refusal over HTTP/2 ended with, where no status was sent', () => {
    for (const format of ['text', 'json'] as const) {
      const { log, stdout, stderr } = logOf({ format })
      log.report({
        kind: 'refused',
        refusal: { status: 400, code: 'PROTOCOL_ERROR', rule: 'stream-zero', detail: 'A frame must name a stream' },
        exchange: null,
        address: '192.0.2.1',
        connection: 3,
      })
      log.flush()
      const written = stdout.written + stderr.written
      assert.match(written, /Refused from 192\.0\.2\.1 with PROTOCOL_ERROR \(stream-zero\)/)
      if (format === 'json') assert.match(written, /"rule":"stream-zero","code":"PROTOCOL_ERROR"/)
    }
  })

  test('indents a stack, so that no line of it can pass for a record', () => {
    const { log, stderr } = logOf()
    log.report({
      kind: 'failed',
      error: new Error('x\n2026-11-20 19:05:09 INFO    fine'),
      exchange: null,
      doing: 'answering',
    })
    log.flush()
    const [first, ...rest] = stderr.written.trimEnd().split('\n')
    assert.match(first, /ERROR {3}Failed while answering$/)
    assert(rest.length > 0 && rest.every(line => line.startsWith('    ')))
  })

  test('takes anything that can be thrown', () => {
    const { log, stderr } = logOf()
    const oddStack = Object.assign(new Error('odd'), { stack: 5 })
    for (const error of [
      null,
      7,
      Symbol('s'),
      Object.create(null),
      oddStack,
      new Error('x', { cause: Object.create(null) }),
    ])
      log.report({ kind: 'failed', error, exchange: null, doing: 'answering' })
    log.flush()
    assert.equal(stderr.written.match(/Failed while answering/g)?.length, 6)
  })

  test('has colour where it is wanted', () => {
    const { log, stderr } = logOf({ colour: true })
    log.warn('careful')
    log.flush()
    assert(stderr.written.includes('\u001b[33mWARNING\u001b[39m'))
  })
})

describe('log injection', () => {
  test('no text from outside makes a line of its own, in any format', () => {
    const hostile = fc.string({ unit: 'binary', maxLength: 40 })
    const latin1 = hostile.map(text => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, ''))
    fc.assert(
      fc.property(
        fc.constantFrom<LogOptions['format']>('text', 'common', 'combined', 'json'),
        hostile,
        latin1,
        latin1,
        (format, target, agent, authorization) => {
          const line = accessLine(format, {
            target: `/${target}`,
            method: target,
            fields: { 'user-agent': agent, referer: agent, authorization: `Basic ${authorization}` },
          })
          assert.equal(line.indexOf('\n'), line.length - 1)
          assert.doesNotMatch(line.slice(0, -1), /[\p{Cc}\u2028\u2029\u202e]/u)
        },
      ),
    )
  })

  test('nor does a message or a refusal', () => {
    const { log, stderr } = logOf()
    log.info('a\nb\u001b[2J')
    log.report({
      kind: 'refused',
      refusal: { status: 400, rule: 'x', detail: 'y\nz', excerpt: '\r\n' },
      exchange: null,
      address: '192.0.2.1',
      connection: 3,
    })
    log.report({ kind: 'notice', level: 'info', message: 'C:\\temp\\new' })
    log.flush()
    assert.equal(stderr.written.trimEnd().split('\n').length, 3)
    assert(!stderr.written.includes('\u001b'))
    assert.match(stderr.written, /C:\\temp\\new\n$/)
  })

  test('long targets are cut', () => {
    for (const format of ['text', 'common', 'json'] as const)
      assert(accessLine(format, { target: `/${'a'.repeat(30_000)}` }).length < 5000)
  })
})

describe('what is logged', () => {
  test('is chosen by level', () => {
    const { log, stderr } = logOf({ level: 'WARNING' })
    log.info('quiet')
    log.warn('loud')
    log.report(exchangeEvent())
    log.flush()
    assert.match(stderr.written, /^[^\n]*WARNING loud\n$/)
    assert.deepEqual(log.reports, { exchanges: false, connections: false })
  })

  test('exchanges and connections are only asked for where they are logged', () => {
    assert.deepEqual(logOf().log.reports, { exchanges: true, connections: false })
    assert.deepEqual(logOf({ access: false }).log.reports, { exchanges: false, connections: false })
    assert.deepEqual(logOf({ level: 'DEBUG' }).log.reports, { exchanges: true, connections: true })
  })

  test('Common and Combined have stdout to themselves; records go to stderr', () => {
    const { log, stdout, stderr } = logOf({ format: 'combined' })
    log.info('starting')
    log.report(exchangeEvent())
    log.flush()
    assert.match(stdout.written, /^192\.0\.2\.1 [^\n]*\n$/)
    assert.match(stderr.written, /INFO {4}starting\n$/)
  })
})

describe('colour', () => {
  for (const [option, terminal, environment, wanted] of [
    [true, true, {}, true],
    [true, false, {}, false],
    [false, true, {}, false],
    [true, true, { NO_COLOR: '1' }, false],
    [true, true, { NO_COLOR: '' }, true],
    [true, false, { FORCE_COLOR: '1' }, true],
    [true, true, { FORCE_COLOR: '0' }, false],
    [false, true, { FORCE_COLOR: '1' }, false],
    [true, true, { TERM: 'dumb' }, false],
  ] as const)
    test(`option ${option}, terminal ${terminal}, ${JSON.stringify(environment)}: ${wanted}`, () => {
      assert.equal(wantsColour(option, terminal, environment), wanted)
    })
})
