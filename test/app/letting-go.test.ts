// A reply that is not sent because a hook answers with another lets go of what it holds; one that lives on does not.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type AfterHook,
  App,
  type AroundHook,
  type Body,
  Content,
  type Context,
  FieldList,
  Reply,
  text,
} from '../../src/index.ts'
import { fakeExchange } from '../support/exchange.ts'
import { ALSO_WITHOUT, eachWire } from './support.ts'

/** Content that counts how often it is let go of. */
class Held implements Body {
  readonly length = undefined
  cancelled = 0
  private left = 2

  pull(): Uint8Array | null {
    return this.left-- > 0 ? new Uint8Array([0x61]) : null
  }

  cancel(): void {
    this.cancelled++
  }
}

const replyOf = (body: Body) => new Reply(200, FieldList.empty, body)
const wrapping = (reply: Reply) => reply.withBody({ ...(reply.body as Held), pull: () => null, cancel() {} })

interface Case {
  readonly after?: AfterHook<Context>
  readonly around?: AroundHook<Context>
  readonly cancelled: number
}

const CASES: Readonly<Record<string, Case>> = {
  'text in its place': { after: () => 'other', cancelled: 1 },
  'text in its place, later': { after: async () => 'other', cancelled: 1 },
  'a reply in its place': { after: () => text('other'), cancelled: 1 },
  'a reply in its place, later': { after: async () => text('other'), cancelled: 1 },
  'a reply without content in its place': { after: () => new Reply(204), cancelled: 1 },
  'bytes in its place': { after: () => new Uint8Array(3), cancelled: 1 },
  'nothing in its place': { after: () => undefined, cancelled: 0 },
  'the same with another field': { after: (_, reply) => reply.with('X-A', '1'), cancelled: 0 },
  'the same, later': { after: async (_, reply) => reply.with('X-A', '1'), cancelled: 0 },
  'content around it': { after: (_, reply) => wrapping(reply), cancelled: 0 },
  'what came of going on': { around: (_, next) => next(), cancelled: 0 },
  'what came of going on, with a field': {
    around: async (_, next) => (await next()).with('X-A', '1'),
    cancelled: 0,
  },
  'text after going on': {
    around: async (_, next) => {
      await next()
      return 'other'
    },
    cancelled: 1,
  },
  'text at once after going on': {
    around: (_, next) => {
      void next()
      return 'other'
    },
    cancelled: 1,
  },
  'content around what came of going on': { around: async (_, next) => wrapping(await next()), cancelled: 0 },
}

for (const when of ['at once', 'later'] as const)
  describe(`content of a reply that is there ${when} is let go of, or kept, where a hook answers with`, () => {
    for (const [name, { cancelled, ...hooks }] of Object.entries(CASES))
      for (const level of ['application', 'route'] as const)
        test(`${name} (${level})`, async () => {
          const held = new Held()
          const app = new App()
          const handler = when === 'at once' ? () => replyOf(held) : async () => replyOf(held)
          if (level === 'route') app.get('/', hooks, handler)
          else {
            app.get('/', handler)
            if (hooks.after !== undefined) app.after(hooks.after)
            if (hooks.around !== undefined) app.around(hooks.around)
          }
          await app.handler(fakeExchange())
          await new Promise(resolve => setImmediate(resolve))
          assert.equal(held.cancelled, cancelled)
        })
  })

for (const [name, content] of Object.entries({
  nothing: null,
  text: 'text',
  bytes: new Uint8Array(3),
  'content that is there': new Content(new Uint8Array(3)),
}))
  test(`a reply of ${name} holds nothing`, async () => {
    const app = new App().get('/', { after: () => 'other' }, () => new Reply(200, FieldList.empty, content))
    assert.equal(String((await app.handler(fakeExchange())).body), 'other')
  })

describe('an around hook that has answered already', () => {
  test('has what comes then let go of', async () => {
    const held = new Held()
    const gate = Promise.withResolvers<void>()
    const app = new App()
    app.around((_, next) => {
      void next()
      return 'timed out'
    })
    app.get('/', async () => {
      await gate.promise
      return replyOf(held)
    })
    assert.equal(String((await app.handler(fakeExchange())).body), 'timed out')
    assert.equal(held.cancelled, 0)
    gate.resolve()
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(held.cancelled, 1)
  })

  test('has what fails then reported, and nothing that fails before', async () => {
    const reported: unknown[] = []
    const exchange = {
      ...fakeExchange(),
      waitUntil: (work: PromiseLike<unknown>) => {
        work.then(undefined, error => reported.push(error))
      },
    }
    const late = new App()
      .around((_, next) => {
        void next()
        return 'answered'
      })
      .get('/', async () => {
        await null
        throw new Error('late')
      })
    await late.handler(exchange)
    await new Promise(resolve => setImmediate(resolve))
    assert.deepEqual(reported.map(String), ['Error: late'])
    const caught = new App()
      .around(async (_, next) => {
        try {
          return await next()
        } catch {
          return 'caught'
        }
      })
      .get('/', async () => {
        await null
        throw new Error('caught')
      })
    assert.equal(String((await caught.handler(exchange)).body), 'caught')
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(reported.length, 1)
  })
})

eachWire(
  'a stream that an after hook replaces is let go of before the reply goes out',
  () => {
    const helds: Held[] = []
    return new App()
      .after((context, reply) => (context.path === '/replaced' ? text('other') : reply))
      .get('/replaced', () => {
        helds.push(new Held())
        return replyOf(helds.at(-1) as Held)
      })
      .get('/counts', () => helds.map(({ cancelled }) => cancelled).join())
  },
  async wire => {
    assert.equal((await wire.get('/replaced')).content, 'other')
    assert.equal((await wire.get('/replaced')).content, 'other')
    assert.equal((await wire.get('/counts')).content, '1,1')
  },
  { wires: ALSO_WITHOUT },
)
