// Which hooks run, in what order, and whose answer counts.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { App, type Exchange, Reply, text } from '../../src/index.ts'
import { fakeExchange } from '../support/exchange.ts'
import { type AppSpec, appOf, type Deed, expected, type LevelSpec, nameOf, type Step, type When } from './hook-model.ts'
import { eachWire } from './support.ts'

interface Case {
  readonly name: string
  readonly app?: Level
  readonly group?: Level
  readonly route?: Level
  /** What the handler does; it answers unless said. */
  readonly handler?: Deed
  readonly ran: string
  readonly status?: number
  /** The reply's content, where the application makes it. */
  readonly content?: string
  /** What is reported as failed. */
  readonly failed?: string
}

/** What the hooks of a level do, by kind; several in order. */
type Level = Readonly<Partial<Record<'around' | 'before' | 'error' | 'after', string>>>

const ALL: Level = { around: 'pass', before: 'pass', error: 'pass', after: 'pass' }

const CASES: readonly Case[] = [
  {
    name: 'where all goes well, each level is within the one before',
    app: ALL,
    group: ALL,
    route: ALL,
    ran: 'app around, app before, group1 around, group1 before, route around, route before, handler, route around again, route after, group1 around again, group1 after, app around again, app after',
    content: 'handler',
  },
  {
    name: 'hooks of a kind run in the order in which they were added',
    app: { around: 'pass pass', before: 'pass pass', after: 'pass pass' },
    ran: 'app around 1, app around 2, app before 1, app before 2, handler, app around 2 again, app around 1 again, app after 1, app after 2',
    content: 'handler',
  },
  {
    name: 'a before hook that answers stands for all that is inside of it',
    app: { before: 'pass answer pass', around: 'pass', after: 'pass' },
    route: ALL,
    ran: 'app around, app before 1, app before 2, app around again, app after',
    content: 'app before 2',
  },
  {
    name: 'a before hook of a route that answers is seen by the hooks outside',
    app: { after: 'pass' },
    group: { after: 'pass' },
    route: { before: 'answer', after: 'pass' },
    ran: 'route before, route after, group1 after, app after',
    content: 'route before',
  },
  {
    name: 'an around hook that answers goes no further',
    app: { after: 'pass' },
    group: { around: 'answer pass', before: 'pass' },
    ran: 'group1 around 1, app after',
    content: 'group1 around 1',
  },
  {
    name: 'an around hook may answer with something else',
    route: { around: 'replace' },
    ran: 'route around, handler, route around again',
    content: 'route around',
  },
  {
    name: 'an around hook may answer for what was thrown inside of it, before error hooks are asked',
    route: { around: 'catch', error: 'answer' },
    handler: 'throw',
    ran: 'route around, handler',
    content: 'route around caught handler',
  },
  {
    name: 'an around hook that goes on twice is an error, and the handler runs once',
    route: { around: 'twice' },
    ran: 'route around, handler',
    status: 500,
    failed: 'twice',
  },
  {
    name: 'an after hook may answer with something else, and the next one sees that',
    route: { after: 'answer pass' },
    app: { after: 'pass' },
    ran: 'handler, route after 1, route after 2, app after',
    content: 'route after 1',
  },
  {
    name: 'the nearest error hook answers, and nobody else is asked',
    app: { error: 'answer', after: 'pass' },
    group: { error: 'pass answer answer' },
    handler: 'throw',
    ran: 'handler, group1 error 1, group1 error 2, app after',
    content: 'group1 error 2',
  },
  {
    name: 'error hooks are asked from the route outwards',
    app: { error: 'answer' },
    group: { error: 'pass' },
    route: { error: 'pass' },
    handler: 'throw',
    ran: 'handler, route error, group1 error, app error',
    content: 'app error',
  },
  {
    name: 'after hooks inside of where it is answered do not see what was thrown',
    app: { error: 'answer', after: 'pass' },
    route: { after: 'pass' },
    handler: 'throw',
    ran: 'handler, app error, app after',
    content: 'app error',
  },
  {
    name: 'an error hook that throws is asked about by the next one',
    app: { error: 'answer' },
    route: { error: 'throw pass' },
    handler: 'throw',
    ran: 'handler, route error 1, route error 2, app error',
    content: 'app error',
  },
  {
    name: 'what an error hook throws last is what is told',
    app: { error: 'throw' },
    handler: 'throw',
    ran: 'handler, app error',
    status: 500,
    failed: 'app error',
  },
  {
    name: 'what nobody answers is answered by the server',
    app: { error: 'pass' },
    route: { error: 'pass' },
    handler: 'throw',
    ran: 'handler, route error, app error',
    status: 500,
    failed: 'handler',
  },
  {
    name: 'the after hooks of the application see the reply of the server too',
    app: { error: 'pass', after: 'pass answer' },
    handler: 'throw',
    ran: 'handler, app error, app after 1, app after 2',
    content: 'app after 2',
    failed: 'handler',
  },
  {
    name: 'those of groups and routes do not',
    group: { after: 'answer' },
    route: { after: 'answer' },
    handler: 'throw',
    ran: 'handler',
    status: 500,
    failed: 'handler',
  },
  {
    name: 'a before hook that throws is within its level',
    app: { error: 'pass', after: 'pass' },
    group: { before: 'throw', error: 'answer', after: 'pass' },
    ran: 'group1 before, group1 error, group1 after, app after',
    content: 'group1 error',
  },
  {
    name: 'an around hook that throws before it goes on is within its level',
    group: { around: 'throw', error: 'answer', after: 'pass' },
    ran: 'group1 around, group1 error, group1 after',
    content: 'group1 error',
  },
  {
    name: 'an around hook that throws after it has gone on is within its level',
    group: { around: 'throw late', error: 'answer' },
    route: { after: 'pass', error: 'answer' },
    ran: 'group1 around, handler, route after, group1 around again, group1 error',
    content: 'group1 error',
  },
  {
    name: 'an after hook that throws is for the error hooks of the level outside',
    app: { error: 'answer' },
    route: { error: 'answer', after: 'throw pass' },
    ran: 'handler, route after 1, app error',
    content: 'app error',
  },
  {
    name: 'an after hook of the application that throws is answered by the server',
    app: { error: 'answer', after: 'throw pass' },
    ran: 'handler, app after 1',
    status: 500,
    failed: 'app after 1',
  },
  {
    name: 'a refusal is thrown like an error, and error hooks may answer it',
    app: { error: 'answer' },
    handler: 'refuse',
    ran: 'handler, app error',
    content: 'app error',
  },
  {
    name: 'a refusal that nobody answers has its own status, and is no failure',
    app: { error: 'pass', after: 'pass' },
    handler: 'refuse',
    ran: 'handler, app error, app after',
    status: 418,
  },
  {
    name: 'a hook that answers with what is no reply is an error within its level',
    app: { error: 'answer' },
    route: { before: 'nonsense', error: 'pass' },
    ran: 'route before, route error, app error',
    content: 'app error',
  },
]

for (const when of ['at once', 'later', 'by a thenable'] satisfies When[]) {
  describe(`hooks that answer ${when}`, () => {
    for (const { name, handler = 'answer', ran, status = 200, content, failed, ...levels } of CASES) {
      const ranSo: string[] = []
      const spec: AppSpec = {
        levels: [levelOf(levels.app, when), levelOf(levels.group, when), levelOf(levels.route, when)],
        handler: { does: handler, when },
      }
      let path = ''
      eachWire(
        name,
        () => {
          ranSo.length = 0
          const made = appOf(spec, ranSo)
          path = made.path
          return made.app
        },
        async wire => {
          const answer = await wire.get(path)
          assert.equal(ranSo.join(', '), ran)
          assert.equal(answer.status, status)
          if (content !== undefined) assert.equal(answer.content, content)
          assert.deepEqual(
            wire.told('failed').map(({ error }) => nameOf(error)),
            failed === undefined ? [] : [failed],
          )
          assert.equal(wire.told('refused').length, handler === 'refuse' && status === 418 ? 1 : 0)
        },
        { fails: true },
      )
      test(`${name}: the model says so too`, async () => {
        assert.equal((await expected(spec)).ran.join(', '), ran)
      })
    }
  })
}

describe('whatever hooks there are', () => {
  const when = fc.constantFrom<When>('at once', 'later', 'by a thenable')
  const stepOf = (...deeds: Deed[]) => fc.record({ does: fc.constantFrom(...deeds), when })
  const kinds = (...steps: fc.Arbitrary<Step>[]) => {
    const [around, before, error, after] = steps.map(step => fc.array(step, { maxLength: 3 }))
    return fc.record({ around, before, error, after }, { requiredKeys: [] })
  }
  const level = kinds(
    stepOf('pass', 'pass', 'pass', 'answer', 'throw', 'nonsense', 'replace', 'catch', 'throw late', 'twice'),
    stepOf('pass', 'pass', 'pass', 'answer', 'throw', 'refuse', 'nonsense'),
    stepOf('pass', 'pass', 'answer', 'throw', 'nonsense'),
    stepOf('pass', 'pass', 'pass', 'answer', 'throw', 'nonsense'),
  ) as fc.Arbitrary<LevelSpec>
  const spec = fc.record({
    levels: fc.array(level, { minLength: 2, maxLength: 5 }),
    handler: stepOf('answer', 'answer', 'throw', 'refuse', 'nonsense'),
  })

  test('they run as the model says', async () => {
    await fc.assert(
      fc.asyncProperty(spec, async app => {
        const ran: string[] = []
        const made = appOf(app, ran)
        const exchange = answeringFor(fakeExchange({ target: made.path }))
        const outcome = await outcomeOf(() => made.app.handler(exchange))
        assert.deepEqual({ ran, result: outcome }, await expected(app))
      }),
      { numRuns: 2000 },
    )
  })

  test('what is all done at once is answered at once', async () => {
    const atOnce = (step: Step): Step => ({ ...step, when: 'at once' })
    await fc.assert(
      fc.property(spec, ({ levels, handler }) => {
        const sync = levels.map(one =>
          Object.fromEntries(
            Object.entries(one).map(([kind, steps]) => [
              kind,
              steps.map(atOnce).map(step => (step.does === 'catch' ? { ...step, does: 'pass' } : step)),
            ]),
          ),
        ) as LevelSpec[]
        const made = appOf({ levels: sync, handler: atOnce(handler) }, [])
        try {
          assert.ok(made.app.handler(answeringFor(fakeExchange({ target: made.path }))) instanceof Reply)
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('hooks that are added', () => {
  eachWire(
    'after the first request take effect at the next',
    () => {
      const app = new App()
      app.get('/', () => 'handler')
      app.get('/grow', () => {
        app.before(({ path }) => (path === '/' ? 'added' : undefined))
        return 'grown'
      })
      return app
    },
    async wire => {
      assert.equal((await wire.get('/')).content, 'handler')
      assert.equal((await wire.get('/grow')).content, 'grown')
      assert.equal((await wire.get('/')).content, 'added')
    },
  )

  test('after a path without a route was asked for take effect there as well', async () => {
    const app = new App()
    const status = async () => {
      try {
        return (await app.handler(fakeExchange({ target: '/nowhere' }))).status
      } catch {
        return 'refused'
      }
    }
    assert.equal(await status(), 'refused')
    app.before(() => text('found', 203))
    assert.equal(await status(), 203)
  })

  test('to a group later take effect in it, and in groups within, and nowhere else', async () => {
    const app = new App()
    // biome-ignore lint/suspicious/noExplicitAny: the type of a group is of no matter here.
    let outer: any
    app.get('/', () => 'top')
    app.group('/a', a => {
      outer = a
      a.get('/x', () => 'x')
      a.group('/b', b => b.get('/y', () => 'y'))
    })
    app.group('/c', c => c.get('/z', () => 'z'))
    const all = async () =>
      Promise.all(
        ['/', '/a/x', '/a/b/y', '/c/z'].map(async path =>
          String((await app.handler(fakeExchange({ target: path }))).body),
        ),
      )
    assert.deepEqual(await all(), ['top', 'x', 'y', 'z'])
    outer.before(() => 'hooked')
    assert.deepEqual(await all(), ['top', 'hooked', 'hooked', 'z'])
  })

  test('while a request is under way do not change what it runs through', async () => {
    const app = new App()
    const gate = Promise.withResolvers<void>()
    const ran: string[] = []
    app.before(async () => {
      ran.push('first')
      await gate.promise
    })
    app.get('/', () => 'handler')
    const under = app.handler(fakeExchange())
    app.before(() => {
      ran.push('second')
    })
    gate.resolve()
    assert.equal(String((await under).body), 'handler')
    assert.deepEqual(ran, ['first'])
    await app.handler(fakeExchange())
    assert.deepEqual(ran, ['first', 'first', 'second'])
  })

  test('with a list of options are those of the list as it was', async () => {
    const app = new App()
    const before = [() => undefined as string | undefined]
    app.get('/', { before }, () => 'handler')
    app.get('/other', { before }, () => 'other')
    before.push(() => 'pushed')
    assert.equal(String((await app.handler(fakeExchange())).body), 'handler')
    assert.equal(String((await app.handler(fakeExchange({ target: '/other' }))).body), 'other')
  })

  test('must be functions', () => {
    const app = new App()
    for (const wrong of [undefined, null, 'hook', {}, []]) {
      for (const kind of ['before', 'after', 'around', 'error'] as const)
        assert.throws(() => app[kind](wrong as never), { name: 'TypeError', message: /must be a function/ })
    }
    for (const wrong of [null, 'hook', {}, [null]]) {
      for (const kind of ['before', 'after', 'around', 'error'] as const)
        assert.throws(() => app.get(`/${kind}`, { [kind]: wrong } as never, () => ''), {
          name: 'TypeError',
          message: /must be a function/,
        })
    }
  })

  test('may be left undefined', async () => {
    const hooks = { before: undefined, after: undefined, around: undefined, error: undefined }
    const app = new App().get('/', hooks as never, () => 'handler')
    assert.equal(String((await app.handler(fakeExchange())).body), 'handler')
  })

  test('of a kind that there is not are told', () => {
    for (const wrong of ['befor', 'constructor', 'toString', 'constructor'])
      assert.throws(() => new App().get('/', { [wrong]: () => undefined } as never, () => ''), {
        name: 'TypeError',
        message: new RegExp(`no option ${wrong}`),
      })
  })

  test('as functions ahead of the handler are refused, since they would never run', () => {
    const app = new App() as unknown as Record<string, (...given: unknown[]) => unknown>
    const guard = () => 'No'
    for (const given of [
      [guard, () => 'handler'],
      [guard, guard, () => 'handler'],
      [{}, guard, () => 'handler'],
      [null, () => 'handler'],
      ['before', () => 'handler'],
    ]) {
      for (const method of ['get', 'post', 'all', 'events'])
        assert.throws(() => app[method]('/', ...given), { name: 'TypeError', message: /options, which are an object/ })
      assert.throws(() => app.on('PURGE', '/', ...given), {
        name: 'TypeError',
        message: /options, which are an object/,
      })
    }
    assert.deepEqual((app as unknown as App).routes, [])
  })
})

describe('after hooks of the application see', () => {
  const marked = () => {
    const app = new App()
    app.after((_, reply) => reply.with('X-After', reply.status))
    app.get('/found', () => 'found')
    app.get('/redirect', ({ redirect }) => redirect('/found'))
    app.get('/fails', () => {
      throw new Error('fails')
    })
    app.get('/nothing', () => undefined as never)
    app.mount('/mounted', () => text('mounted', 203))
    return app
  }
  for (const [what, method, path, status] of [
    ['a reply', 'GET', '/found', 200],
    ['a redirect', 'GET', '/redirect', 302],
    ['404', 'GET', '/nowhere', 404],
    ['405', 'POST', '/found', 405],
    ['OPTIONS', 'OPTIONS', '/found', 204],
    ['500', 'GET', '/fails', 500],
    ['what is no reply', 'GET', '/nothing', 500],
    ['HEAD', 'HEAD', '/found', 200],
    ['the reply of what is mounted', 'GET', '/mounted/x', 203],
    ['a path that is no UTF-8', 'GET', '/%ff', 400],
  ] as const)
    eachWire(
      what,
      marked,
      async wire => {
        const answer = await wire.ask(method, path)
        assert.equal(answer.status, status)
        assert.equal(answer.fields['x-after'], String(status))
      },
      { fails: true },
    )
})

describe('an around hook', () => {
  test('that goes on twice at the same time runs the handler once', async () => {
    let runs = 0
    const app = new App()
    app.around(async (_, next) => {
      const both = await Promise.allSettled([(async () => next())(), (async () => next())()])
      return both.map(({ status }) => status).join()
    })
    app.get('/', async () => {
      runs++
      return 'handler'
    })
    assert.equal(String((await app.handler(fakeExchange())).body), 'fulfilled,rejected')
    assert.equal(runs, 1)
  })

  eachWire(
    'that does not wait for what it has started does not end the program when that fails',
    () => {
      const app = new App()
      app.around((_, next) => {
        void next()
        return 'answered'
      })
      app.get('/', async () => {
        await null
        throw new Error('too late')
      })
      return app
    },
    async (wire, context) => {
      const unhandled: unknown[] = []
      const note = (reason: unknown): void => {
        unhandled.push(reason)
      }
      process.on('unhandledRejection', note)
      context.after(() => process.off('unhandledRejection', note))
      assert.equal((await wire.get('/')).content, 'answered')
      await wire.tells(({ kind }) => kind === 'failed')
      assert.deepEqual(wire.failures(), ['Error: too late'])
      await new Promise(resolve => setImmediate(resolve))
      assert.deepEqual(unhandled, [])
    },
  )

  eachWire(
    'that has dealt with what failed inside of it is not told of it again',
    () => {
      const app = new App()
      app.around(async (_, next) => {
        try {
          return await next()
        } catch {
          return 'dealt with'
        }
      })
      app.get('/', async () => {
        await null
        throw new Error('fails')
      })
      return app
    },
    async wire => {
      assert.equal((await wire.get('/')).content, 'dealt with')
      assert.equal((await wire.get('/')).content, 'dealt with')
      assert.deepEqual(wire.failures(), [])
    },
  )
})

/** The hooks of a level: `pass answer` are two of a kind. */
function levelOf(level: Level = {}, when: When): LevelSpec {
  return Object.fromEntries(
    Object.entries(level).map(([kind, deeds]) => [
      kind,
      deeds
        .replace('throw late', 'throw_late')
        .split(' ')
        .map((does): Step => ({ does: does.replace('_', ' ') as Deed, when })),
    ]),
  )
}

/** The exchange with a server that answers what is thrown, as text. */
function answeringFor(exchange: Exchange): Exchange {
  return { ...exchange, refuse: error => text(`refused ${nameOf(error)}`) }
}

async function outcomeOf(run: () => Reply | Promise<Reply>): Promise<string> {
  try {
    return `answered ${String((await run()).body)}`
  } catch (error) {
    return `threw ${nameOf(error)}`
  }
}
