// `exchange.cut`: whoever answers gives up, and the client sees that its reply is not whole, over either wire.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, type Exchange, Reply, text } from '../../src/exchange/index.ts'
import { onEachWire } from './one-request.ts'
import { get, World } from './support.ts'

/** Content that comes when the test says so. */
class Given implements Body {
  readonly length = undefined
  cancelled: unknown = undefined
  private next: ((chunk: Uint8Array | null) => void) | null = null

  pull(): Promise<Uint8Array | null> {
    return new Promise(resolve => {
      this.next = resolve
    })
  }

  cancel(reason: unknown): void {
    this.cancelled = reason
  }

  give(content: string | null): void {
    this.next?.(content === null ? null : Buffer.from(content))
  }
}

const reason = new Error('given up')

onEachWire('before the reply: nothing of it is sent, and what comes later is let go', async ask => {
  let answer: (reply: Reply) => void = () => {}
  let seen!: Exchange
  const world = new World(
    exchange => {
      seen = exchange
      return new Promise<Reply>(resolve => {
        answer = resolve
      })
    },
    { reportExchanges: true },
  )
  const request = ask(world)
  await world.settle()
  const { signal } = seen
  seen.cut(reason)
  assert.ok(signal.aborted, 'at once')
  assert.equal(signal.reason, reason)
  const late = new Given()
  answer(new Reply(200, undefined, late))
  await world.settle()
  assert.equal(request.status, 0)
  assert.equal(request.outcome, 'broken')
  assert.notEqual(late.cancelled, undefined)
  assert.deepEqual(
    world.told('exchange').map(({ status, complete }) => [status, complete]),
    [[0, false]],
  )
  assert.deepEqual(world.told('failed'), [])
  await world.closeAndCheck()
})

onEachWire('while the handler is asked: its reply is not sent', async ask => {
  const body = new Given()
  const world = new World(exchange => {
    exchange.cut(reason)
    return new Reply(200, undefined, body)
  })
  const request = ask(world)
  await world.settle()
  assert.equal(request.status, 0)
  assert.equal(request.outcome, 'broken')
  assert.notEqual(body.cancelled, undefined)
  await world.closeAndCheck()
})

onEachWire('in the middle of the reply: it is never completed, and let go at once', async ask => {
  const body = new Given()
  let seen!: Exchange
  const world = new World(
    exchange => {
      seen = exchange
      return new Reply(200, undefined, body)
    },
    { reportExchanges: true },
  )
  const request = ask(world)
  await world.settle()
  body.give('half of it')
  await world.settle()
  assert.equal(request.content, 'half of it')
  assert.equal(request.outcome, 'open')
  seen.cut(reason)
  assert.equal(body.cancelled, reason, 'at once')
  body.give(null)
  await world.settle()
  assert.equal(request.outcome, 'broken')
  assert.deepEqual(
    world.told('exchange').map(({ status, sent, complete }) => [status, sent, complete]),
    [[200, 10, false]],
  )
  await world.closeAndCheck()
})

onEachWire('to a client that does not read: what waits for it is let go at once', async ask => {
  let seen!: Exchange
  const world = new World(exchange => {
    seen = exchange
    return new Reply(200, undefined, { length: undefined, pull: () => new Uint8Array(50_000), cancel() {} })
  })
  const request = ask(world)
  request.stopReading()
  await world.settle()
  const { output, waiting } = world.connections.ledger
  assert.ok(output + waiting >= 50_000)
  seen.cut(reason)
  if (seen.version !== '2') assert.equal(world.connections.ledger.output, 0)
  assert.equal(world.connections.ledger.waiting, 0)
  request.readOn()
  await world.settle()
  assert.equal(request.outcome, 'broken')
  await world.closeAndCheck()
})

onEachWire('while content is pulled: what the pull gives is not sent', async ask => {
  for (const later of [false, true]) {
    let seen!: Exchange
    const world = new World(exchange => {
      seen = exchange
      const body: Body = {
        length: undefined,
        pull() {
          seen.cut(reason)
          return later ? Promise.resolve(Buffer.from('late')) : Buffer.from('late')
        },
        cancel() {},
      }
      return new Reply(200, undefined, body)
    })
    const request = ask(world)
    await world.settle()
    assert.equal(request.content, '')
    assert.equal(request.outcome, 'broken')
    assert.deepEqual(world.told('failed'), [])
    await world.closeAndCheck()
  }
})

onEachWire('after the reply: nothing happens', async ask => {
  let seen!: Exchange
  const world = new World(exchange => {
    seen = exchange
    return text('whole')
  })
  const request = ask(world)
  await world.settle()
  seen.cut(reason)
  await world.settle()
  assert.equal(request.content, 'whole')
  assert.equal(request.outcome, 'complete')
  assert.equal(world.connections.ledger.connections, 1)
  await world.closeAndCheck()
})

onEachWire('twice: as once', async ask => {
  const body = new Given()
  let cancels = 0
  body.cancel = () => {
    cancels++
  }
  let seen!: Exchange
  const world = new World(
    exchange => {
      seen = exchange
      return new Reply(200, undefined, body)
    },
    { reportExchanges: true },
  )
  const request = ask(world)
  await world.settle()
  seen.cut(reason)
  seen.cut(new Error('again'))
  await world.settle()
  seen.cut(new Error('and again'))
  assert.equal(request.outcome, 'broken')
  assert.equal(cancels, 1)
  assert.equal(seen.signal.reason, reason)
  assert.equal(world.told('exchange').length, 1)
  await world.closeAndCheck()
})

test('requests behind it on the connection are not begun over HTTP/1.1', async () => {
  const asked: string[] = []
  const world = new World(exchange => {
    asked.push(exchange.path)
    exchange.cut(reason)
    return text('')
  })
  const visitor = world.connect().send(get('/first') + get('/second'))
  await world.settle()
  assert.deepEqual(asked, ['/first'])
  assert.equal(visitor.text, '')
  assert.match(String(visitor.recorder.error), /ECONNRESET/, 'a reset, which nobody takes for an end')
  await world.closeAndCheck()
})

test('streams beside it go on over HTTP/2', async () => {
  const exchanges: Exchange[] = []
  const world = new World(
    exchange =>
      new Promise<Reply>(resolve => {
        exchanges.push(exchange)
        if (exchange.path === '/other') setImmediate(() => resolve(text('other')))
      }),
  )
  const { client } = world.connectHttp2()
  const cut = client.request('/cut')
  const other = client.request('/other')
  await world.settle()
  exchanges[0].cut(reason)
  await world.settle()
  assert.equal(client.answer(cut).reset, 'INTERNAL_ERROR')
  assert.equal(client.text(other), 'other')
  assert.ok(!client.isOver)
  await world.closeAndCheck()
})
