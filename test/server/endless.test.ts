// Replies that never end by themselves, when the server does: they end in order, at once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, type Exchange, Reply, Tunnel, text } from '../../src/exchange/index.ts'
import { onEachWire } from './one-request.ts'
import { get, World } from './support.ts'

/** Endless content that can be told to conclude, or not. */
class Endless implements Body {
  readonly length = undefined
  readonly endless = true
  readonly conclude?: () => void
  readonly told: string[] = []
  private owed: string[] = []
  private over = false
  private next: ((chunk: Uint8Array | null) => void) | null = null

  constructor(concludes: boolean) {
    if (concludes)
      this.conclude = () => {
        this.told.push('concluded')
        this.owed.push('last words')
        this.over = true
        this.settle()
      }
  }

  pull(): Promise<Uint8Array | null> {
    return new Promise(resolve => {
      this.next = resolve
      this.settle()
    })
  }

  cancel(): void {
    this.told.push('cancelled')
    this.over = true
  }

  give(content: string): void {
    this.owed.push(content)
    this.settle()
  }

  private settle(): void {
    if (this.next === null || (this.owed.length === 0 && !this.over)) return
    const { next } = this
    this.next = null
    const chunk = this.owed.shift()
    next(chunk === undefined ? null : Buffer.from(chunk))
  }
}

onEachWire('a drain ends them in order, with what they still owe, and does not wait for its deadline', async ask => {
  for (const concludes of [true, false]) {
    const body = new Endless(concludes)
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
    body.give('event ')
    await world.settle()
    const { signal } = seen
    const draining = world.connections.drain(1_000_000)
    assert.ok(signal.aborted)
    assert.match(String(signal.reason), /server ends/i)
    await world.settle()
    assert.equal(request.outcome, 'complete')
    assert.equal(request.content, concludes ? 'event last words' : 'event ')
    assert.deepEqual(body.told, [concludes ? 'concluded' : 'cancelled'])
    request.leave()
    await world.settle()
    assert.deepEqual(await draining, { finished: 1, cut: [] })
    assert.deepEqual(
      world.told('exchange').map(({ complete }) => complete),
      [true],
    )
    await world.closeAndCheck()
  }
})

onEachWire('others may still end by themselves', async ask => {
  let give: (chunk: Uint8Array | null) => void = () => {}
  const world = new World(
    () =>
      new Reply(200, undefined, {
        length: undefined,
        pull: () =>
          new Promise(resolve => {
            give = resolve
          }),
        cancel: () => assert.fail('it was cancelled'),
      }),
  )
  const request = ask(world)
  await world.settle()
  const draining = world.connections.drain(1_000_000)
  await world.settle()
  assert.equal(request.outcome, 'open')
  give(Buffer.from('done'))
  await world.settle()
  give(null)
  await world.settle()
  assert.equal(request.content, 'done')
  assert.equal(request.outcome, 'complete')
  request.leave()
  await world.settle()
  assert.equal((await draining).finished, 1)
  await world.closeAndCheck()
})

onEachWire('one that a handler answers with during the drain ends as soon as it has begun', async ask => {
  const body = new Endless(true)
  let answer: (reply: Reply) => void = () => {}
  const world = new World(
    () =>
      new Promise<Reply>(resolve => {
        answer = resolve
      }),
  )
  const request = ask(world)
  await world.settle()
  const draining = world.connections.drain(1_000_000)
  await world.settle()
  assert.equal(request.outcome, 'open')
  answer(new Reply(200, undefined, body))
  await world.settle()
  assert.equal(request.content, 'last words')
  assert.equal(request.outcome, 'complete')
  request.leave()
  await world.settle()
  assert.deepEqual(await draining, { finished: 1, cut: [] })
  await world.closeAndCheck()
})

onEachWire('a client that does not read is waited for until the deadline, and named', async ask => {
  let cancelled = 0
  const body: Body = { length: undefined, endless: true, pull: () => new Uint8Array(50_000), cancel: () => cancelled++ }
  const world = new World(() => new Reply(200, undefined, body))
  const request = ask(world, '/events')
  request.stopReading()
  await world.settle()
  const draining = world.connections.drain(2000)
  await world.pass(2500)
  const { cut, finished } = await draining
  assert.equal(finished, 0)
  assert.equal(cut.length, 1)
  assert.equal(cancelled, 1)
  await world.settle()
  await world.closeAndCheck()
})

onEachWire('one whose conclusion fails is cut, and reported', async ask => {
  const body = new Endless(true)
  Object.assign(body, {
    conclude() {
      throw new Error('cannot conclude')
    },
  })
  const world = new World(() => new Reply(200, undefined, body))
  const request = ask(world)
  await world.settle()
  const draining = world.connections.drain(2000)
  await world.settle()
  assert.equal(request.outcome, 'broken')
  assert.match(String(world.told('failed')[0].error), /cannot conclude/)
  request.leave()
  await world.pass(2500)
  await draining
  await world.closeAndCheck()
})

test('a tunnel is not ended by a drain, whatever its content says', async () => {
  const body = new Endless(true)
  const world = new World(() => new Reply(200, undefined, new Tunnel(() => body)))
  const visitor = world.connect().send('CONNECT far:443 HTTP/1.1\r\nHost: far:443\r\n\r\n')
  await world.settle()
  const draining = world.connections.drain(1000)
  await world.settle()
  assert.ok(!visitor.ended)
  assert.deepEqual(body.told, [])
  await world.pass(1500)
  assert.equal((await draining).cut.length, 1)
  await world.closeAndCheck()
})

test('requests behind one on its connection are not begun by a drain', async () => {
  const asked: string[] = []
  const world = new World(({ path }) => {
    asked.push(path)
    return path === '/events' ? new Reply(200, undefined, new Endless(true)) : text('other')
  })
  const visitor = world.connect().send(get('/events') + get('/other'))
  await world.settle()
  const draining = world.connections.drain(1_000_000)
  await world.settle()
  assert.ok(visitor.text.endsWith('0\r\n\r\n'))
  assert.ok(visitor.ended)
  assert.deepEqual(asked, ['/events'])
  visitor.client.finish()
  await world.settle()
  await draining
  await world.closeAndCheck()
})
