// What an application costs above a bare handler, without a wire: `node bench/micro/app.ts`. Prints nanoseconds of
// processor time for a request, the best and the median of the rounds; the cases take turns, each with an application of its own, and the paths differ, so that no
// case is better known to the compiler than it would be in a server.
import { App } from '../../src/app/index.ts'
import { type Exchange, type Handler, Reply, text } from '../../src/exchange/index.ts'
import { median } from '../figures.ts'
import { Asked } from './asked.ts'

const ROUNDS = 15
/** Of each case in a round, in milliseconds, and how many requests there are between two looks at the clock. */
const TIME = 50
const REQUESTS = 2000
const NAMES = Array.from({ length: 64 }, (_, i) => `name-${i}`)

interface Case {
  readonly handler: Handler
  readonly paths: readonly string[]
}

const static_ = ['/about']
const greetings = NAMES.map(name => `/hello/${name}`)
const greet = ({ params }: { params: { readonly name: string } }) => `Hello, ${params.name}`

const CASES: Readonly<Record<string, Case>> = {
  'a bare handler that cuts the path': {
    handler: ({ path }) => text(`Hello, ${path.slice(7)}`),
    paths: greetings,
  },
  'a static route': { handler: new App().get('/about', () => 'About').handler, paths: static_ },
  'a static route, answered with a reply': {
    handler: new App().get('/about', () => text('About')).handler,
    paths: static_,
  },
  'one parameter': { handler: new App().get('/hello/:name', greet).handler, paths: greetings },
  'two parameters, one of them a number': {
    handler: new App().get('/users/:name/posts/:id<int>', ({ params }) => `${params.name} ${params.id}`).handler,
    paths: NAMES.map((name, i) => `/users/${name}/posts/${i}`),
  },
  'one parameter among 1,000 routes': { handler: amongMany(1000).handler, paths: greetings },
  'one parameter among 10,000 routes': { handler: amongMany(10_000).handler, paths: greetings },
  'one parameter, three hooks': { handler: withHooks().handler, paths: greetings },
  'one parameter, a field set for the reply': {
    handler: new App().get('/hello/:name', ({ params, set }) => {
      set('X-Name', params.name)
      return `Hello, ${params.name}`
    }).handler,
    paths: greetings,
  },
  'one parameter, an async handler': {
    handler: new App().get('/hello/:name', async ({ params }) => `Hello, ${params.name}`).handler,
    paths: greetings,
  },
  'no route: 404': { handler: new App().get('/about', () => 'About').handler, paths: greetings },
}

const times = Object.values(CASES).map((): number[] => [])
for (let round = 0; round < ROUNDS; round++) {
  let at = 0
  for (const each of Object.values(CASES)) times[at++]!.push(await nanoseconds(each))
}
console.log('  best  median')
for (const [at, what] of Object.keys(CASES).entries()) {
  // The first rounds warm up.
  const counted = times[at]!.slice(3)
  console.log(`${column(Math.min(...counted))}  ${column(median(counted))}  ${what}`)
}

function amongMany(count: number): App {
  const app = new App()
  for (let i = 0; i < count; i++) {
    const part = `/api/part-${Math.floor(i / 20)}/item-${i}`
    app.get(i % 2 === 0 ? part : `${part}/:id`, () => 'No')
    if (i === count >> 1) app.get('/hello/:name', greet)
  }
  return app
}

function withHooks(): App {
  const seen = { before: 0, after: 0, around: 0 }
  const app = new App().get('/hello/:name', greet)
  app.before(() => {
    seen.before++
  })
  app.after((_context, { status }) => {
    if (status < 300) seen.after++
  })
  app.around((_context, next) => {
    seen.around++
    return next()
  })
  return app
}

async function nanoseconds({ handler, paths }: Case): Promise<number> {
  const before = process.cpuUsage()
  for (let done = REQUESTS; ; done += REQUESTS) {
    for (let i = 0; i < REQUESTS; i++) {
      const reply = answered(handler, new Asked(paths[i % paths.length]!))
      const settled = reply instanceof Reply ? reply : await reply
      if (typeof settled.body !== 'string') throw new Error('The reply has another body')
    }
    const { user, system } = process.cpuUsage(before)
    if (user + system > TIME * 1000) return ((user + system) * 1000) / done
  }
}

/** As the server does: what is thrown is answered by the exchange. */
function answered(handler: Handler, exchange: Exchange): Reply | Promise<Reply> {
  try {
    return handler(exchange)
  } catch (error) {
    return exchange.refuse(error)
  }
}

function column(value: number): string {
  return value.toFixed(0).padStart(6)
}
