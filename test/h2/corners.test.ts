// The rarer cases of a connection: who shares with whom, tunnels, priorities ahead of their streams, windows before our
// SETTINGS are known, refusals of HEAD, heads in many pieces.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { H2Sink } from '../../src/h2/index.ts'
import {
  DEFAULT_LIMITS,
  H2Connection,
  type H2Error,
  type H2Head,
  type H2Limits,
  type H2Stream,
  UsualFields,
} from '../../src/h2/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import {
  data,
  endsStream,
  type Field,
  FrameReader,
  get,
  headers,
  headersInPieces,
  ping,
  post,
  preface,
  priorityUpdate,
  rstStream,
  settings,
  settingsAck,
  windowUpdate,
} from '../support/h2-frames.ts'

const usual = new UsualFields('')
const { empty } = FieldList

/** A connection with what it was told and what it has sent. */
class Party implements H2Sink {
  readonly connection: H2Connection
  readonly streams = new Map<number, H2Stream>()
  readonly heads = new Map<number, H2Head>()
  readonly told: string[] = []
  onWritable: (stream: H2Stream) => void = () => {}
  private readonly reader = new FrameReader()

  constructor(role: 'server' | 'client' = 'server', limits: Partial<H2Limits> = {}, greeting?: Uint8Array) {
    this.connection = new H2Connection(role, { ...DEFAULT_LIMITS, ...limits }, this)
    this.receive(greeting ?? (role === 'server' ? Buffer.concat([preface, settings(), settingsAck()]) : settings()))
    this.frames()
  }

  receive(...parts: readonly Uint8Array[]): void {
    const bytes = Buffer.concat(parts)
    this.connection.receive(bytes, 0, bytes.length)
  }

  /** The frames that have been sent since, as `TYPE stream`. */
  frames(): string[] {
    const bytes = Buffer.concat(this.connection.output.take())
    this.connection.output.recycle()
    const [magic] = bytes.subarray(0, 3).toString() === 'PRI' ? [preface.length] : [0]
    return this.reader
      .push(bytes.subarray(magic))
      .map(frame => `${frame.name} ${frame.stream}${endsStream(frame) ? ' END' : ''}`)
  }

  stream(id: number): H2Stream {
    const stream = this.streams.get(id)
    assert.ok(stream !== undefined, `no stream ${id}`)
    return stream
  }

  head(stream: H2Stream, head: H2Head, ended: boolean): void {
    this.streams.set(stream.id, stream)
    this.heads.set(stream.id, head)
    this.told.push(`head ${stream.id}${ended ? ' ended' : ''}`)
  }

  content(stream: H2Stream, _bytes: Uint8Array, start: number, end: number): void {
    this.told.push(`content ${stream.id} ${end - start}`)
    this.connection.consumed(stream, end - start)
  }

  trailers(stream: H2Stream): void {
    this.told.push(`trailers ${stream.id}`)
  }

  end(stream: H2Stream): void {
    this.told.push(`end ${stream.id}`)
  }

  writable(stream: H2Stream): void {
    this.onWritable(stream)
  }

  sent(): void {}

  lost(stream: H2Stream, error: H2Error): void {
    this.told.push(`lost ${stream.id} ${error.rule}`)
  }

  refused(stream: H2Stream, error: H2Error): void {
    this.streams.set(stream.id, stream)
    this.told.push(`refused ${stream.id} ${error.rule}`)
  }

  failed(error: H2Error): void {
    this.told.push(`failed ${error.rule}`)
  }

  goingAway(): void {}
}

describe('responses that wait for a window', () => {
  const content = new Uint8Array(30_000)

  /** Streams with a response each, of which none may be sent before all are there. */
  function waiting(party: Party, ...requests: readonly (readonly Field[])[]): void {
    party.receive(settings({ INITIAL_WINDOW_SIZE: 0 }))
    requests.forEach((fields, i) => {
      party.receive(headers(2 * i + 1, fields, { endStream: true }))
      party.connection.sendWhole(party.stream(2 * i + 1), 200, empty, content, usual)
    })
    party.frames()
  }

  function order(party: Party): number[] {
    party.receive(settings({ INITIAL_WINDOW_SIZE: 65535 }))
    return party
      .frames()
      .filter(frame => frame.startsWith('DATA'))
      .map(frame => Number(frame.split(' ')[1]))
  }

  it('share where the client never speaks of priorities', () => {
    const party = new Party()
    waiting(party, get(), get())
    assert.deepEqual(order(party), [1, 3, 1, 3])
  })

  it('come one after the other where the client leaves out a priority and has one elsewhere: RFC 9218 section 4', () => {
    const party = new Party()
    waiting(party, get('/', [['priority', 'u=3']]), get())
    assert.deepEqual(order(party), [1, 1, 3, 3])
  })

  it('come one after the other where the client says that it has no other priorities: RFC 9218 section 2.1', () => {
    const party = new Party('server', {}, Buffer.concat([preface, settings([[9, 1]]), settingsAck()]))
    waiting(party, get(), get())
    assert.deepEqual(order(party), [1, 1, 3, 3])
  })

  it('share where they are incremental: RFC 9218 section 4.2', () => {
    const party = new Party()
    waiting(party, get('/', [['priority', 'i']]), get('/', [['priority', 'i']]))
    assert.deepEqual(order(party), [1, 3, 1, 3])
  })

  it('take turns in frames of 32 KB, even where the peer takes 16 MB in one', () => {
    const party = new Party()
    const large = new Uint8Array(1_000_000)
    party.receive(settings({ INITIAL_WINDOW_SIZE: 0, MAX_FRAME_SIZE: 2 ** 24 - 1 }), windowUpdate(0, 2 ** 30))
    for (const id of [1, 3]) {
      party.receive(headers(id, get(), { endStream: true }))
      party.connection.sendWhole(party.stream(id), 200, empty, large, usual)
    }
    party.frames()
    party.receive(settings({ INITIAL_WINDOW_SIZE: 2 ** 30 }))
    assert.ok(party.connection.output.size < DEFAULT_LIMITS.outputBytes + 33 * 1024)
    const frames = party.frames().filter(frame => frame.startsWith('DATA'))
    assert.deepEqual(frames, ['DATA 1', 'DATA 3', 'DATA 1', 'DATA 3', 'DATA 1', 'DATA 3', 'DATA 1', 'DATA 3'])
  })

  it('leave room for tunnels: RFC 9218 section 10.1', () => {
    const party = new Party()
    const connect: readonly Field[] = [
      [':method', 'CONNECT'],
      [':authority', 'a.example:443'],
    ]
    party.receive(
      settings({ INITIAL_WINDOW_SIZE: 0 }),
      headers(1, get('/', [['priority', 'u=3']]), { endStream: true }),
    )
    party.receive(headers(3, connect))
    party.connection.sendWhole(party.stream(1), 200, empty, content, usual)
    party.connection.sendResponse(party.stream(3), 200, empty, -1, usual)
    party.connection.sendContent(party.stream(3), content)
    party.frames()
    assert.deepEqual(order(party), [1, 3, 1, 3])
  })

  it('of both kinds take turns, even where the one kind comes in small pieces: RFC 9218 section 10', () => {
    const party = new Party()
    const whole: readonly Field[] = get('/', [['priority', 'u=3']])
    const shared: readonly Field[] = get('/', [['priority', 'u=3, i']])
    party.receive(
      settings({ INITIAL_WINDOW_SIZE: 0 }),
      headers(1, whole, { endStream: true }),
      headers(3, shared, { endStream: true }),
    )
    const piece = new Uint8Array(100)
    let pieces = 100
    party.onWritable = stream => {
      if (pieces-- > 0) while (party.connection.sendContent(stream, piece));
    }
    party.connection.sendResponse(party.stream(3), 200, empty, -1, usual)
    party.connection.sendContent(party.stream(3), piece)
    party.connection.sendWhole(party.stream(1), 200, empty, content, usual)
    party.frames()
    const turns = order(party)
    assert.deepEqual(turns.slice(0, 4).sort(), [1, 1, 3, 3])
  })
})

describe('PRIORITY_UPDATE: RFC 9218 section 7.1', () => {
  it('may come for as many streams as may be open', () => {
    const party = new Party('server', { streams: 3 })
    party.receive(headers(1, get(), { endStream: true }), priorityUpdate(3, 'u=1'), priorityUpdate(5, 'u=1'))
    party.receive(priorityUpdate(3, 'u=2'), priorityUpdate(1, 'u=2'))
    assert.deepEqual(party.told, ['head 1 ended'])
    party.receive(priorityUpdate(7, 'u=1'))
    assert.deepEqual(party.told.slice(1), ['lost 1 connection-lost', 'failed too-many-priorities'])
  })

  it('of streams that were passed over counts no longer', () => {
    const party = new Party('server', { streams: 3 })
    party.receive(priorityUpdate(1, 'u=1'), priorityUpdate(3, 'u=1'), headers(5, get(), { endStream: true }))
    party.receive(priorityUpdate(7, 'u=1'), priorityUpdate(9, 'u=1'))
    assert.deepEqual(party.told, ['head 5 ended'])
  })

  it('must not name a stream of the server', () => {
    const party = new Party()
    party.receive(priorityUpdate(2, 'u=1'))
    assert.deepEqual(party.told, ['failed priority-of-push'])
  })
})

describe('a tunnel: RFC 9113 section 8.5', () => {
  const connect: readonly Field[] = [
    [':method', 'CONNECT'],
    [':authority', 'a.example:443'],
  ]

  it('takes no more fields, whatever they are', () => {
    const party = new Party()
    party.receive(headers(1, connect))
    party.connection.sendResponse(party.stream(1), 200, empty, -1, usual)
    party.receive(data(1, 'hello'), headers(1, [['a', 'b']], { endStream: true }))
    assert.deepEqual(party.told, ['head 1', 'content 1 5', 'lost 1 fields-in-tunnel'])
  })

  it('is none where CONNECT was refused', () => {
    const party = new Party()
    party.receive(headers(1, connect))
    party.connection.sendResponse(party.stream(1), 403, empty, -1, usual)
    party.receive(headers(1, [['a', 'b']], { endStream: true }))
    assert.deepEqual(party.told, ['head 1', 'trailers 1', 'end 1'])
  })

  it('has no length in the client either: RFC 9110 section 9.3.6', () => {
    const party = new Party('client')
    const target = { scheme: '', authority: 'a.example:443', path: '' }
    const { id } = party.connection.sendRequest('CONNECT', target, empty, false)
    party.receive(
      headers(id, [
        [':status', '200'],
        ['content-length', '2'],
      ]),
      data(id, 'longer'),
    )
    party.receive(headers(id, [['a', 'b']], { endStream: true }))
    assert.deepEqual(party.told, ['head 1', 'content 1 6', 'lost 1 fields-in-tunnel'])
  })
})

describe('a client that has not acknowledged our SETTINGS', () => {
  it('may send what the protocol allows by default: RFC 9113 section 6.9.2', () => {
    const party = new Party('server', { streamWindow: 1000 }, Buffer.concat([preface, settings()]))
    party.receive(headers(1, post()), data(1, new Uint8Array(5000)))
    assert.deepEqual(party.told, ['head 1', 'content 1 5000'])
  })

  it('may not do so once it has', () => {
    const party = new Party('server', { streamWindow: 1000 })
    party.receive(headers(1, post()), data(1, new Uint8Array(5000)))
    assert.deepEqual(party.told, ['head 1', 'lost 1 stream-window-exceeded'])
  })
})

describe('HEAD that is refused with a status', () => {
  const head = (path: string, more: readonly Field[] = []) =>
    get(path, more).map(([name, value]): Field => [name, name === ':method' ? 'HEAD' : value])

  for (const [what, fields] of [
    ['for its target', head(`/${'a'.repeat(9000)}`)],
    ['for its fields', head('/', [['a', 'b'.repeat(40_000)]])],
    ['for its length', head('/', [['content-length', '2000']])],
  ] as const)
    it(`is answered without content: ${what} (RFC 9110 section 9.3.2)`, () => {
      const party = new Party('server', { contentBytes: 1000 })
      party.receive(...headersInPieces(1, fields, 16384))
      assert.match(party.told[0], /^refused 1 /)
      party.connection.sendWhole(party.stream(1), 400, empty, 'no', usual)
      assert.deepEqual(party.frames(), ['HEADERS 1 END'])
    })
})

describe('a head in pieces', () => {
  it('may have as many as the limit of its size needs', () => {
    const party = new Party('server', { headBytes: 1_000_000 })
    const fields = get(
      '/',
      Array.from({ length: 60 }, (_, i): Field => [`a${i}`, 'b'.repeat(15_000)]),
    )
    party.receive(...headersInPieces(1, fields, 16384, { endStream: true }))
    assert.deepEqual(party.told, ['head 1 ended'])
  })

  it('may have 32 behind the first one, however small they are, and no more', () => {
    for (const [count, told] of [
      [33, 'head 1 ended'],
      [34, 'failed endless-head'],
    ] as const) {
      const party = new Party()
      const block = headersInPieces(1, get('/', [['a', 'b'.repeat(1000)]]), 1_000_000)[0].length - 9
      const pieces = headersInPieces(1, get('/', [['a', 'b'.repeat(1000)]]), Math.ceil(block / count), {
        endStream: true,
      })
      assert.equal(pieces.length, count)
      party.receive(...pieces)
      assert.deepEqual(party.told, [told])
    }
  })
})

describe('what a peer does for nothing', () => {
  it('is not paid for by content that it sends in single bytes', () => {
    const party = new Party()
    party.receive(headers(1, post()))
    let frames = 0
    while (party.connection.failure === null && frames < 10_000) {
      party.receive(data(1, 'x'), priorityUpdate(1, 'u=1'))
      frames++
    }
    assert.equal(party.connection.failure?.rule, 'too-many-idle-frames')
    assert.equal(frames, 2001)
  })

  it('is paid for by content that it reads', () => {
    const party = new Party()
    party.receive(headers(1, get(), { endStream: true }))
    party.connection.sendResponse(party.stream(1), 200, empty, -1, usual)
    for (let i = 0; i < 20_000; i++) {
      party.connection.sendContent(party.stream(1), new Uint8Array(10))
      party.receive(windowUpdate(0, 10), windowUpdate(1, 10))
      if (i % 1000 === 0) party.frames()
    }
    assert.equal(party.connection.failure, null)
  })

  it('is cut off where windows are opened by single bytes: CVE-2019-9511', () => {
    const party = new Party()
    party.receive(settings({ INITIAL_WINDOW_SIZE: 0 }), headers(1, get(), { endStream: true }))
    party.connection.sendWhole(party.stream(1), 200, empty, new Uint8Array(50_000), usual)
    let frames = 0
    while (party.connection.failure === null && frames < 10_000) {
      party.receive(windowUpdate(1, 1))
      frames++
    }
    assert.equal(party.connection.failure?.rule, 'too-many-idle-frames')
    assert.equal(frames, 2001)
  })

  it('is within bounds for 10,000 requests, 100 at once, half of them cancelled', () => {
    const party = new Party()
    for (let round = 0; round < 100; round++) {
      const first = 200 * round + 1
      const ids = Array.from({ length: 100 }, (_, i) => first + 2 * i)
      for (const id of ids) party.receive(headers(id, get(), { endStream: true }))
      for (const id of ids.filter((_, i) => i % 2 === 0)) party.receive(rstStream(id), windowUpdate(0, 1))
      for (const id of ids.filter((_, i) => i % 2 === 1))
        party.connection.sendWhole(party.stream(id), 200, empty, 'hello', usual)
      party.frames()
    }
    assert.equal(party.connection.failure, null)
    assert.equal(party.connection.opened, 10_000)
  })
})

describe('a client', () => {
  it('sends nothing of a request that cannot be sent', () => {
    const party = new Party('client')
    const target = { scheme: 'http', authority: 'a', path: '/' }
    for (const [method, change] of [
      ['G T', {}],
      ['GET', { path: '/a\r\nb: c' }],
      ['GET', { path: '/\u20ac' }],
      ['GET', { authority: 'me@a' }],
      ['GET', { scheme: '' }],
    ] as const)
      assert.throws(() => party.connection.sendRequest(method, { ...target, ...change }, empty, true), TypeError)
    assert.deepEqual(party.frames(), [])
    assert.equal(party.connection.sendRequest('GET', target, empty, true).id, 1)
    assert.deepEqual(party.frames(), ['HEADERS 1 END'])
  })
})

describe('the acknowledgement of a PING', () => {
  it('counts once: those that come again are paid for', () => {
    const party = new Party()
    party.connection.ping()
    const number = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1)
    party.receive(ping(number, { ack: true }))
    assert.equal(party.connection.pingsAnswered, 1)
    let frames = 0
    while (party.connection.failure === null && frames < 10_000) {
      party.receive(ping(number, { ack: true }))
      frames++
    }
    assert.equal(party.connection.pingsAnswered, 1)
    assert.equal(party.connection.failure?.rule, 'too-many-idle-frames')
  })
})

describe('a connection that took over from HTTP/1.1', () => {
  const head: H2Head = {
    method: 'GET',
    scheme: 'http',
    authority: 'a',
    path: '/',
    protocol: undefined,
    status: 0,
    fields: empty,
    length: -1,
    expectsContinue: false,
    priority: null,
  }

  it('may be told in its first SETTINGS what HTTP2-Settings did not say: RFC 9218 section 2.1', () => {
    const party = new Party('server', {}, new Uint8Array(0))
    party.connection.upgrade(settings({ INITIAL_WINDOW_SIZE: 10 }).subarray(9), head)
    party.receive(preface, settings([[9, 1]]))
    assert.deepEqual(party.told, ['head 1 ended'])
    assert.equal(party.stream(1).sendWindow, 10)
    party.receive(settings([[9, 0]]))
    assert.deepEqual(party.told.slice(1), ['lost 1 connection-lost', 'failed invalid-no-rfc7540-priorities'])
  })
})
