// What programs and drivers do with a connection while it tells them something, what it holds, and how it ends.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  DEFAULT_LIMITS,
  MessageBudget,
  RULES,
  WebSocketConnection,
  type WebSocketError,
  type WebSocketLimits,
  type WebSocketSink,
} from '../../src/websocket/index.ts'

const KEY = 0x37fa213d
const KB = 1024

/** A server's connection with what it was told, and a client's that makes its frames. */
class Pair implements WebSocketSink {
  readonly connection: WebSocketConnection
  readonly client = new WebSocketConnection('client', DEFAULT_LIMITS, null, () => KEY)
  readonly told: string[] = []
  /** Is called with each thing told. */
  during: (what: string) => void = () => {}

  constructor(limits: Partial<WebSocketLimits> = {}) {
    this.connection = new WebSocketConnection('server', { ...DEFAULT_LIMITS, ...limits })
  }

  give(bytes: Uint8Array): number {
    const copy = bytes.slice()
    return this.connection.receive(copy, this, 0, copy.length)
  }

  /** What the client sends for this. */
  frames(send: (client: WebSocketConnection) => void): Buffer {
    send(this.client)
    return drain(this.client)
  }

  get sent(): string {
    return drain(this.connection).toString('hex')
  }

  message(text: boolean, bytes: Uint8Array, start: number, end: number, owned: boolean): void {
    const shown = end - start > 20 ? `${end - start} bytes` : Buffer.from(bytes.subarray(start, end)).toString()
    this.tell(`${text ? 'text' : 'binary'} ${shown}${owned ? ' owned' : ''}`)
  }

  pong(bytes: Uint8Array, start: number, end: number): void {
    this.tell(`pong ${Buffer.from(bytes.subarray(start, end))}`)
  }

  closing(code: number, reason: string): void {
    this.tell(`closing ${code} ${reason}`)
  }

  failed({ rule, offset, blame, scope }: WebSocketError): void {
    assert.deepEqual({ blame, scope }, { blame: 'remote', scope: 'connection' })
    this.tell(`failed ${rule} at ${offset}`)
  }

  private tell(what: string): void {
    this.told.push(what)
    this.during(what)
  }
}

function drain({ output }: WebSocketConnection): Buffer {
  const bytes = Buffer.concat(output.take())
  output.recycle()
  return bytes
}

const texts =
  (...all: string[]) =>
  (client: WebSocketConnection) => {
    for (const one of all) client.sendText(one)
  }

describe('A connection', () => {
  test('that is closed by the first message of a read still tells the others', () => {
    const pair = new Pair()
    pair.during = what => {
      if (what === 'text a') pair.connection.close(1000, 'enough')
      else pair.connection.sendText('nobody gets this')
    }
    pair.give(pair.frames(texts('a', 'b')))
    assert.deepEqual(pair.told, ['text a', 'text b'])
    assert.equal(pair.sent, '880803e8656e6f756768')
    pair.give(pair.frames(client => client.close(1000)))
    assert.deepEqual(pair.told.slice(2), ['closing 1000 '])
    assert.equal(pair.sent, '')
  })

  test('sends what is sent inside each call, before what comes of the next frame', () => {
    const pair = new Pair()
    pair.during = what => {
      if (what.startsWith('text')) pair.connection.ping(Buffer.from('?'))
      if (what.startsWith('pong')) pair.connection.sendText('!')
    }
    const bytes = pair.frames(client => {
      client.sendText('a')
      client.ping(Buffer.from('b'))
    })
    pair.give(Buffer.concat([bytes, Buffer.from('8a8100000000', 'hex'), Buffer.from('c')]))
    assert.deepEqual(pair.told, ['text a', 'pong c'])
    assert.equal(pair.sent, `8901${'3f'}8a0162${'8101'}21`)
  })

  test('that was paused before it was given anything takes nothing, and everything afterwards', () => {
    const pair = new Pair()
    const bytes = pair.frames(texts('a', 'b'))
    pair.connection.pause()
    assert.equal(pair.give(bytes), 0)
    pair.connection.resume()
    assert.equal(pair.give(bytes), bytes.length)
    assert.deepEqual(pair.told, ['text a', 'text b'])
  })

  test('that is paused in the middle of a frame takes nothing of the rest', () => {
    for (const cut of [1, 4, 7]) {
      const pair = new Pair()
      const bytes = pair.frames(texts('abc'))
      pair.give(bytes.subarray(0, cut))
      pair.connection.pause()
      assert.equal(pair.give(bytes.subarray(cut)), 0)
      assert.deepEqual(pair.told, [])
      pair.connection.resume()
      assert.equal(pair.give(bytes.subarray(cut)), bytes.length - cut)
      assert.match(pair.told[0], /^text abc/)
    }
  })

  test('that is paused and resumed within one call goes on', () => {
    const pair = new Pair()
    pair.during = () => {
      pair.connection.pause()
      pair.connection.resume()
    }
    const bytes = pair.frames(texts('a', 'b'))
    assert.equal(pair.give(bytes), bytes.length)
    assert.deepEqual(pair.told, ['text a', 'text b'])
  })

  test('takes everything after it has failed, tells nothing of it, and sends nothing', () => {
    const pair = new Pair()
    const bad = Buffer.from('8100', 'hex')
    const good = pair.frames(texts('a'))
    assert.equal(pair.give(Buffer.concat([good, bad, good])), 2 * good.length + 2)
    assert.equal(pair.give(good), good.length)
    pair.connection.pause()
    assert.equal(pair.give(good), good.length)
    pair.connection.sendText('late')
    pair.connection.ping(new Uint8Array(0))
    pair.connection.close(1000)
    pair.connection.end(pair)
    assert.deepEqual(pair.told, ['text a', 'failed mask-missing at 7'])
    assert.equal(pair.sent, `880e03ea${Buffer.from('mask-missing').toString('hex')}`)
  })

  test('that fails behind its own close frame sends no second one', () => {
    const pair = new Pair()
    pair.connection.close(1001)
    pair.give(Buffer.from('8100', 'hex'))
    assert.deepEqual(pair.told, ['failed mask-missing at 0'])
    assert.equal(pair.sent, '880203e9')
  })

  test('that fails inside a call of the sink is told once', () => {
    const pair = new Pair()
    pair.during = what => {
      if (what === 'text a') pair.connection.letGo()
    }
    pair.give(pair.frames(texts('a', 'b')))
    assert.deepEqual(pair.told, ['text a'])
  })

  test('counts offsets over all reads', () => {
    const pair = new Pair()
    const good = pair.frames(texts('abc'))
    for (const byte of good) pair.give(Uint8Array.of(byte))
    pair.give(
      Buffer.concat([good, pair.frames(client => client.sendMessage(true, Uint8Array.of(0x61, 0xff), 0, 2, false))]),
    )
    assert.equal(pair.told.at(-1), `failed invalid-utf8 at ${2 * good.length + 7}`)
  })
})

describe('A role', () => {
  test('has what makes keys if it is the client, and not if it is the server', () => {
    assert.throws(() => new WebSocketConnection('client', DEFAULT_LIMITS), /RFC 6455 section 5.1/)
    assert.throws(() => new WebSocketConnection('server', DEFAULT_LIMITS, null, () => KEY), /RFC 6455 section 5.1/)
  })
})

describe('The end of the peer', () => {
  const ended = (prepare: (pair: Pair) => void): Pair => {
    const pair = new Pair()
    prepare(pair)
    pair.connection.end(pair)
    return pair
  }

  test('between messages is told as 1006, and is the end both ways', () => {
    const pair = ended(each => each.give(each.frames(texts('a'))))
    assert.deepEqual(pair.told, ['text a', 'closing 1006 '])
    pair.connection.sendText('late')
    pair.connection.end(pair)
    assert.equal(pair.sent, '')
    assert.equal(pair.told.length, 2)
  })

  for (const [where, cut] of [
    ['a head', 1],
    ['a key', 4],
    ['a payload', 8],
  ] as const)
    test(`within ${where} is a broken rule that is not answered`, () => {
      const pair = ended(each => each.give(each.frames(texts('abcdef')).subarray(0, cut)))
      assert.deepEqual(pair.told, [`failed incomplete-message at ${cut}`])
      assert.equal(pair.sent, '')
      assert.equal(pair.connection.heldBytes, 0)
    })

  test('between the fragments of a message is a broken rule', () => {
    const pair = ended(each => each.give(Buffer.from('01800000000089800000' + '0000', 'hex')))
    assert.deepEqual(pair.told, ['failed incomplete-message at 12'])
  })

  test('behind its close frame says nothing new', () => {
    const pair = ended(each => each.give(each.frames(client => client.close(3000, 'bye'))))
    assert.deepEqual(pair.told, ['closing 3000 bye'])
    assert.equal(RULES['incomplete-message'].code, 1006)
  })
})

describe('Pings that come while the output waits', () => {
  const pings = (pair: Pair, ...all: string[]) =>
    pair.give(
      pair.frames(client => {
        for (const one of all) client.ping(Buffer.from(one))
      }),
    )

  test('are answered by the latest, once it does not wait any more', () => {
    const pair = new Pair()
    pair.connection.outputWaits = true
    pings(pair, 'a', 'bb')
    pings(pair, 'ccc', 'd')
    pair.connection.outputWaits = true
    assert.equal(pair.connection.output.size, 0)
    pair.connection.outputWaits = false
    assert.equal(pair.sent, '8a0164')
    pings(pair, 'e', 'f')
    assert.equal(pair.sent, '8a01658a0166')
  })

  test('are answered before our close frame', () => {
    const pair = new Pair()
    pair.connection.outputWaits = true
    pings(pair, 'a')
    pair.connection.close(1000)
    assert.equal(pair.sent, '8a0161880203e8')
    pair.connection.outputWaits = false
    assert.equal(pair.sent, '')
  })

  test('are not answered once the peer has ended', () => {
    const pair = new Pair()
    pair.connection.outputWaits = true
    pings(pair, 'a')
    pair.connection.end(pair)
    pair.connection.outputWaits = false
    assert.equal(pair.sent, '')
  })
})

describe('An incomplete message', () => {
  /** The head of a masked binary frame that announces so much, and the begin of its payload. */
  const begin = (length: number, come: number, first = 0x82): Buffer => {
    const head = Buffer.alloc(14)
    head[0] = first
    head[1] = 0x80 | 127
    head.writeBigUInt64BE(BigInt(length), 2)
    return Buffer.concat([head, Buffer.alloc(come)])
  }

  test('holds no more than four times what has come, whatever its head announces', () => {
    const before = process.memoryUsage().arrayBuffers
    const pairs = Array.from({ length: 20 }, () => new Pair({ messageBytes: 2 ** 40 }))
    for (const pair of pairs) pair.give(begin(2 ** 39, 32 * KB))
    assert.ok(process.memoryUsage().arrayBuffers - before < 20 * 5 * 32 * KB + 8 * KB * KB)
    assert.equal(pairs[0].connection.heldBytes, 32 * KB)
  })

  test('has a length of its own in the end', () => {
    const pair = new Pair()
    let length = 0
    pair.message = (_text, bytes, start, end, owned) => {
      assert.ok(owned && start === 0)
      length = bytes.length
      assert.equal(end, bytes.length)
    }
    const bytes = begin(300 * KB, 300 * KB)
    for (let at = 0; at < bytes.length; at += 60 * KB) pair.give(bytes.subarray(at, at + 60 * KB))
    assert.equal(length, 300 * KB)
  })

  test('asks the budget for what is beyond 64 KB, and gives it back when it is told', () => {
    const budget = new MessageBudget(400 * KB)
    const pair = new Pair({ budget })
    pair.give(begin(300 * KB, 60 * KB))
    assert.ok(budget.left < 400 * KB)
    pair.give(Buffer.alloc(240 * KB))
    assert.deepEqual(pair.told, [`binary ${300 * KB} bytes owned`])
    assert.equal(budget.left, 400 * KB)
  })

  test('that does not fit into the budget ends its connection, and others go on', () => {
    const budget = new MessageBudget(200 * KB)
    const [first, second] = [new Pair({ budget }), new Pair({ budget })]
    first.give(begin(250 * KB, 100 * KB))
    second.give(begin(250 * KB, 100 * KB))
    assert.deepEqual(second.told, ['failed no-message-memory at 0'])
    assert.match(second.sent, /^881303f5/)
    first.give(Buffer.alloc(150 * KB))
    assert.deepEqual(first.told, [`binary ${250 * KB} bytes owned`])
    assert.equal(budget.left, 200 * KB)
  })

  for (const [how, end] of [
    ['breaks a rule', (pair: Pair) => pair.give(Buffer.from('f100', 'hex'))],
    ['ends', (pair: Pair) => pair.connection.end(pair)],
    ['is gone', (pair: Pair) => pair.connection.letGo()],
    ['closes', (pair: Pair) => pair.give(Buffer.from('888000000000', 'hex'))],
  ] as const)
    test(`gives back what it has taken where the peer ${how}`, () => {
      const budget = new MessageBudget(KB * KB)
      const pair = new Pair({ budget })
      pair.give(begin(200 * KB, 200 * KB, 0x02))
      assert.ok(budget.left < KB * KB)
      end(pair)
      assert.equal(budget.left, KB * KB)
      assert.equal(pair.connection.heldBytes, 0)
    })

  test('may have as many empty fragments as the limit says, and an empty end', () => {
    const fragments = (count: number) =>
      Buffer.from(`018000000000${'008000000000'.repeat(count - 1)}808000000000`, 'hex')
    const pair = new Pair({ emptyFragments: 3 })
    pair.give(fragments(3))
    pair.give(fragments(4))
    assert.deepEqual(pair.told, ['text  owned', 'failed too-many-fragments at 42'])
  })

  test('that announces more than can be counted exactly is too large, whatever the limit is', () => {
    for (const messageBytes of [Number.POSITIVE_INFINITY, 2 ** 60]) {
      const pair = new Pair({ messageBytes })
      pair.give(begin(2 ** 55, 10))
      assert.deepEqual(pair.told, ['failed message-too-large at 0'])
    }
  })

  test('of many small fragments is copied a bounded number of times', () => {
    const pair = new Pair()
    const fragment = Buffer.from('00820000000061' + '61', 'hex')
    pair.give(Buffer.from('01800000000000', 'hex').subarray(0, 6))
    const sizes = new Set<ArrayBufferLike>()
    for (let i = 0; i < 20_000; i++) {
      pair.give(fragment)
      sizes.add((pair.connection as unknown as { message: { bytes: Uint8Array } }).message.bytes.buffer)
    }
    assert.ok(sizes.size < 20, `${sizes.size} buffers`)
    pair.give(Buffer.from('808000000000', 'hex'))
    assert.deepEqual(pair.told, ['text 40000 bytes owned'])
  })
})
