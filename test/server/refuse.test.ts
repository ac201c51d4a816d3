// exchange.refuse: the server's own reply to what went wrong, for a handler that wants to change it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ContentTooLarge, type Exchange, type Handler, Refused, type Reply, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import type { SettingsOptions } from '../../src/server/index.ts'
import { get as h2Get } from '../support/h2-frames.ts'
import { get, World } from './support.ts'

interface Seen {
  readonly status: number
  readonly content: string
  readonly fields: ReadonlyMap<string, string>
}

/** The same over both wires, each with a world of its own. */
function onBothWires(
  name: string,
  handler: Handler,
  run: (ask: (path?: string) => Promise<Seen>, world: World) => Promise<void>,
  options: SettingsOptions = {},
): void {
  for (const wire of ['HTTP/1.1', 'HTTP/2'] as const)
    test(`${name} (${wire})`, async () => {
      const world = new World(handler, options)
      await run(wire === 'HTTP/1.1' ? askerOver1(world) : askerOver2(world), world)
      await world.closeAndCheck()
    })
}

function askerOver1(world: World): (path?: string) => Promise<Seen> {
  const visitor = world.connect()
  let seen = 0
  return async (path = '/') => {
    visitor.send(get(path))
    await world.settle()
    const [head, content = ''] = visitor.text.slice(seen).split('\r\n\r\n')
    seen = visitor.text.length
    const [line, ...fields] = head.split('\r\n')
    return {
      status: Number(line.split(' ')[1]),
      content,
      fields: new Map(fields.map(field => [field.split(': ')[0].toLowerCase(), field.split(': ')[1]])),
    }
  }
}

function askerOver2(world: World): (path?: string) => Promise<Seen> {
  const { client } = world.connectHttp2()
  return async (path = '/') => {
    await world.settle()
    const stream = client.request(h2Get(path))
    await world.settle()
    const { status, fields } = client.answer(stream)
    return { status, content: client.text(stream), fields: new Map(fields.map(([name, value]) => [name, value])) }
  }
}

const SHOUTED = (exchange: Exchange, error: unknown): Reply => exchange.refuse(error).with('X-Changed', 'yes')

describe('exchange.refuse', () => {
  onBothWires(
    'gives the reply to a failure, and reports it with its exchange',
    exchange => SHOUTED(exchange, new Error('The reason')),
    async (ask, world) => {
      for (let time = 1; time <= 3; time++) {
        const { status, content, fields } = await ask('/path')
        assert.deepEqual([status, content, fields.get('x-changed')], [500, '500 Internal Server Error\n', 'yes'])
        assert.equal(world.told('failed').length, time)
      }
      const [{ error, exchange, doing }] = world.told('failed')
      assert.deepEqual(
        [(error as Error).message, exchange?.path, doing],
        ['The reason', '/path', 'answering a request'],
      )
      assert.deepEqual(world.rules, [])
    },
  )

  onBothWires(
    'gives the reply to a refusal as it says, and reports it as one',
    exchange =>
      SHOUTED(
        exchange,
        new Refused({ status: 429, rule: 'too-many', detail: 'Slowly', fields: FieldList.of({ 'Retry-After': 3 }) }),
      ),
    async (ask, world) => {
      const { status, fields } = await ask()
      assert.deepEqual([status, fields.get('retry-after'), fields.get('x-changed')], [429, '3', 'yes'])
      assert.deepEqual(world.rules, ['too-many'])
      assert.deepEqual(world.told('failed'), [])
      assert.equal(world.told('refused')[0].exchange?.path, '/')
    },
  )

  onBothWires(
    'takes content that is too large for what it is',
    exchange => SHOUTED(exchange, new ContentTooLarge('too large')),
    async (ask, world) => {
      assert.equal((await ask()).status, 413)
      assert.deepEqual(world.rules, ['content-too-large'])
    },
  )

  onBothWires(
    'makes the page that the server was given',
    exchange => SHOUTED(exchange, new Error('fails')),
    async ask => {
      const { status, content } = await ask('/wanted')
      assert.deepEqual([status, content], [500, 'A page about handler-failed for /wanted'])
    },
    { refuse: ({ rule, status }, exchange) => text(`A page about ${rule} for ${exchange?.path}`, status) },
  )

  onBothWires(
    'has a bare reply where that page fails, and reports both',
    exchange => SHOUTED(exchange, new Error('fails')),
    async (ask, world) => {
      assert.equal((await ask()).status, 500)
      assert.deepEqual(
        world.told('failed').map(({ doing }) => doing),
        ['answering a request', 'making the page of a refusal'],
      )
    },
    {
      refuse: () => {
        throw new Error('no page')
      },
    },
  )

  onBothWires(
    'tells clients the reason in development',
    exchange => exchange.refuse(new Error('The reason')),
    async ask => {
      assert.match((await ask()).content, /The reason/)
    },
    { development: true },
  )

  onBothWires(
    'never throws, whatever it is given',
    exchange => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      for (const error of [undefined, null, 0, '', Symbol('x'), {}, () => {}, proxy, Object.create(null)])
        assert.equal(exchange.refuse(error).status, 500)
      return text('fine')
    },
    async (ask, world) => {
      assert.equal((await ask()).content, 'fine')
      assert.equal(world.told('failed').length, 9)
    },
  )

  onBothWires(
    'leaves the exchange to be answered in any way',
    exchange => {
      exchange.refuse(new Error('reported alone'))
      return text('answered all the same', 202)
    },
    async (ask, world) => {
      const { status, content } = await ask()
      assert.deepEqual([status, content], [202, 'answered all the same'])
      assert.equal(world.told('failed').length, 1)
    },
  )

  test('does not report what fails because the client has gone', async () => {
    let kept: Exchange | null = null
    const world = new World(exchange => {
      kept = exchange
      return new Promise(() => {})
    })
    const visitor = world.connect().send(get())
    await world.settle()
    visitor.client.reset()
    await world.settle()
    assert.ok(kept !== null)
    assert.equal((kept as Exchange).refuse(new Error('gone')).status, 500)
    assert.deepEqual(world.told('failed'), [])
    await world.closeAndCheck()
  })
})

describe('a bare handler that answers with', () => {
  for (const [name, value] of Object.entries({
    'an object': {},
    'an object without a prototype': Object.create(null),
    'an object that will not say what it is': {
      get constructor(): never {
        throw new Error('asked')
      },
    },
    'a symbol': Symbol('x'),
    'a function': () => {},
    nothing: undefined,
  }))
    for (const when of ['at once', 'later'] as const)
      onBothWires(
        `${name} ${when} has failed, and the server goes on`,
        exchange => {
          if (exchange.path === '/alive') return text('alive')
          return (when === 'later' ? Promise.resolve(value) : value) as Reply
        },
        async (ask, world) => {
          assert.equal((await ask()).status, 500)
          assert.match(String((world.told('failed')[0].error as Error).message), /A handler must answer with a Reply/)
          assert.equal((await ask('/alive')).content, 'alive')
        },
      )
})
