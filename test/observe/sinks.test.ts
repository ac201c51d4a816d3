import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { FileSink, type FileSinkOptions } from '../../src/observe/file-sink.ts'
import { createLog } from '../../src/observe/index.ts'
import { MOST_WAITING } from '../../src/observe/sink.ts'
import { StreamSink } from '../../src/observe/stream-sink.ts'
import { Lines } from './support.ts'

let folder: string
let now: number
let timers: { at: number; call: () => void }[]
let complaints: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wirewright-log-'))
  now = Date.now()
  timers = []
  complaints = []
})

afterEach(() => rmSync(folder, { recursive: true }))

function sinkOf(options: Partial<FileSinkOptions> = {}): FileSink {
  return new FileSink({
    path: join(folder, 'server.log'),
    maxSize: 0,
    maxAge: 0,
    keep: 3,
    date: () => now,
    after: (milliseconds, call) => void timers.push({ at: now + milliseconds, call }),
    complain: message => void complaints.push(message),
    ...options,
  })
}

function pass(milliseconds: number): void {
  now += milliseconds
  for (const timer of timers.filter(({ at }) => at <= now)) {
    timers.splice(timers.indexOf(timer), 1)
    timer.call()
  }
}

const read = (name = 'server.log') => readFileSync(join(folder, name), 'utf8')

describe('a log file', () => {
  test('is refused where its folder cannot be made', () => {
    assert.throws(() => sinkOf({ path: '/proc/none/such/server.log' }), /ENOENT|EACCES|EPERM/)
    writeFileSync(join(folder, 'file'), '')
    assert.throws(() => sinkOf({ path: join(folder, 'file', 'deeper', 'server.log') }), /ENOTDIR/)
  })

  test('is appended to, in a folder that is made', () => {
    const path = join(folder, 'a', 'b', 'x.log')
    for (const line of ['one\n', 'two\n']) {
      const sink = sinkOf({ path })
      sink.write(line)
      sink.close()
    }
    assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n')
  })

  test('is written a moment later, or at once when much has gathered', () => {
    const sink = sinkOf()
    sink.write('one\n')
    assert.equal(read(), '')
    pass(100)
    assert.equal(read(), 'one\n')
    sink.write(`${'x'.repeat(70_000)}\n`)
    assert.equal(read().length, 70_005)
    sink.close()
  })

  test('is put aside by size, and a number is kept', () => {
    const sink = sinkOf({ maxSize: 10, keep: 2 })
    for (const line of ['first..\n', 'second.\n', 'third..\n', 'fourth.\n']) {
      sink.write(line)
      sink.flush()
    }
    sink.close()
    assert.deepEqual(readdirSync(folder).sort(), ['server.log', 'server.log.1', 'server.log.2'])
    assert.equal(read(), 'fourth.\n')
    assert.equal(read('server.log.1'), 'third..\n')
    assert.equal(read('server.log.2'), 'second.\n')
  })

  test('is put aside by age', () => {
    const sink = sinkOf({ maxAge: 60_000 })
    sink.write('old\n')
    sink.flush()
    now += 61_000
    sink.write('new\n')
    sink.close()
    assert.equal(read(), 'new\n')
    assert.equal(read('server.log.1'), 'old\n')
  })

  test('none put aside is kept where none is asked for', () => {
    const sink = sinkOf({ maxSize: 5, keep: 0 })
    sink.write('one.\n')
    sink.flush()
    sink.write('two.\n')
    sink.close()
    assert.deepEqual(readdirSync(folder), ['server.log'])
    assert.equal(read(), 'two.\n')
  })

  test('that was moved away is opened anew when asked', () => {
    const sink = sinkOf()
    sink.write('one\n')
    sink.flush()
    renameSync(join(folder, 'server.log'), join(folder, 'moved.log'))
    sink.reopen()
    sink.write('two\n')
    sink.close()
    assert.equal(read('moved.log'), 'one\n')
    assert.equal(read(), 'two\n')
  })

  test('that cannot be put aside grows on, with one complaint a minute', () => {
    mkdirSync(join(folder, 'server.log.1'))
    writeFileSync(join(folder, 'server.log.1', 'x'), '')
    const sink = sinkOf({ maxSize: 5, keep: 1 })
    for (const line of ['one.\n', 'two.\n', 'thr.\n']) {
      sink.write(line)
      sink.flush()
    }
    sink.close()
    assert.equal(read(), 'one.\ntwo.\nthr.\n')
    assert.equal(complaints.length, 1)
    assert.match(complaints[0], /cannot be put aside and grows on/)
  })

  test('one that cannot be opened at the start is an error', () => {
    assert.throws(() => sinkOf({ path: folder }), /EISDIR/)
  })
})

describe('a full disk', () => {
  function failing() {
    const state = { full: true, room: 0 }
    const sink = sinkOf({
      writeBytes(descriptor, bytes, from) {
        if (!state.full) return writeSync(descriptor, bytes, from)
        if (state.room === 0) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
        const took = writeSync(descriptor, bytes, from, state.room)
        state.room -= took
        return took
      },
    })
    return { sink, state }
  }

  test('is complained of once, and nothing is lost when there is room again', () => {
    const { sink, state } = failing()
    for (let i = 0; i < 5; i++) {
      sink.write(`line ${i}\n`)
      pass(1000)
    }
    assert.equal(complaints.length, 1)
    assert.match(complaints[0], /cannot be written: the disk is full\. The server goes on\./)
    state.full = false
    pass(1000)
    sink.close()
    assert.equal(read(), 'line 0\nline 1\nline 2\nline 3\nline 4\n')
  })

  test('half a line that went through is completed, not repeated', () => {
    const { sink, state } = failing()
    state.room = 3
    sink.write('abcdef\n')
    sink.flush()
    assert.equal(read(), 'abc')
    state.full = false
    sink.write('ghi\n')
    pass(1000)
    sink.close()
    assert.equal(read(), 'abcdef\nghi\n')
  })

  test('does not let lines pile up: what is lost is counted', () => {
    const { sink, state } = failing()
    const line = `${'x'.repeat(65_535)}\n`
    const lines = MOST_WAITING / line.length + 40
    for (let i = 0; i < lines; i++) sink.write(line)
    state.full = false
    pass(1000)
    pass(1000)
    sink.close()
    const written = read()
    assert(written.length <= MOST_WAITING + 2 * line.length)
    const kept = written.split('x\n').length - 1
    const lost = Number(/^(\d+) lines of the log were lost/m.exec(written)?.[1])
    assert.equal(kept + lost, lines)
  })
})

describe('a stream', () => {
  test('gets the lines of a turn in one write', async () => {
    const stream = new Lines()
    const writes: string[] = []
    stream.write = text => writes.push(text) > 0
    const sink = new StreamSink(stream)
    sink.write('one\n')
    sink.write('two\n')
    await new Promise(resolve => setImmediate(resolve))
    assert.deepEqual(writes, ['one\ntwo\n'])
  })

  test('that nobody reads any more is let be', () => {
    const stream = new Lines()
    const sink = new StreamSink(stream)
    stream.break(Object.assign(new Error('EPIPE'), { code: 'EPIPE' }))
    sink.write('one\n')
    sink.flush()
    assert.equal(stream.written, '')
  })

  test('that stalls loses lines, and says how many', () => {
    const stream = new Lines()
    const sink = new StreamSink(stream)
    stream.writableLength = MOST_WAITING
    sink.write('one\ntwo\n')
    stream.writableLength = 0
    sink.write('three\n')
    sink.flush()
    assert.equal(stream.written, '2 lines of the log were lost here: they could not be written\nthree\n')
  })
})

describe('a log with a file', () => {
  test('has everything in the file, and warnings on stderr too', () => {
    const stderr = new Lines()
    const log = createLog({
      level: 'INFO',
      format: 'text',
      access: true,
      colour: true,
      file: { path: join(folder, 'logs', 'x.log'), maxSize: 0, maxAge: 0, keep: 1 },
      stdout: new Lines(),
      stderr,
      date: () => now,
      after: () => {},
    })
    log.info('calm')
    log.warn('careful')
    log.flush()
    const written = readFileSync(join(folder, 'logs', 'x.log'), 'utf8')
    assert.match(written, /calm\n.*careful\n$/)
    assert(!written.includes('\u001b'))
    assert.doesNotMatch(stderr.written, /calm/)
    assert.match(stderr.written, /careful/)
    assert(existsSync(join(folder, 'logs')))
    log.close()
  })
})
