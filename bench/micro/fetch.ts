// What an application with `fetch` costs beside a bare handler, without a wire: `node bench/micro/fetch.ts`. Prints microseconds of
// processor time for a request, the best of five rounds. The last lines are what the platform's own classes would cost.
import { H3 } from 'h3'
import { Hono } from 'hono'
import { AutoRouter, type IRequest } from 'itty-router'
import { fetchHandler } from '../../src/app/fetch/index.ts'
import { type Handler, type Reply, text } from '../../src/exchange/index.ts'
import { fakeExchange } from '../../test/support/exchange.ts'

const ROUNDS = 5
const REQUESTS = 50_000

const PlatformResponse = globalThis.Response
const PlatformRequest = globalThis.Request

const exchange = fakeExchange({
  target: '/hello/world',
  fields: { Host: 'localhost', 'User-Agent': 'wrk', Accept: '*/*', 'Accept-Language': 'en' },
})

const hono = new Hono()
hono.get('/hello/:name', context => context.text(`Hello, ${context.req.param('name')}`))
hono.get('/json/:name', context => context.json({ hello: context.req.param('name') }))

const decorated = new Hono()
decorated.use(async (context, next) => {
  await next()
  context.header('X-Served-By', 'wirewright')
})
decorated.get('/hello/:name', context => context.text(`Hello, ${context.req.param('name')}`))

const h3 = new H3().get('/hello/:name', event => `Hello, ${event.context.params?.name}`)
const itty = AutoRouter().get('/hello/:name', (request: IRequest) => `Hello, ${request.params.name}`)

const CASES: Readonly<Record<string, Handler>> = {
  'a bare handler': () => text('Hello, world'),
  'fetch: text': fetchHandler({ fetch: () => new Response('Hello, world') }),
  'fetch: text, URL looked at': fetchHandler({
    fetch: ({ url }) => new Response(url.endsWith('world') ? 'Hello' : ''),
  }),
  'fetch: text, a field read': fetchHandler({
    fetch: ({ headers }) => new Response(headers.get('accept-language') ?? ''),
  }),
  'fetch: text with two fields': fetchHandler({
    fetch: () => new Response('Hello', { headers: { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' } }),
  }),
  'fetch: JSON': fetchHandler({ fetch: () => Response.json({ hello: 'world' }) }),
  Hono: fetchHandler(hono),
  'Hono: JSON': withTarget('/json/world', fetchHandler(hono)),
  'Hono with a middleware that sets a field': fetchHandler(decorated),
  h3: fetchHandler(h3),
  'itty-router': fetchHandler(itty),
  "the platform's Response, not read": fetchHandler({ fetch: () => new PlatformResponse('Hello, world') }),
  "the platform's Request and Response": ({ target }) => {
    new PlatformRequest(`http://localhost${target}`, { headers: [...exchange.fields] as [string, string][] })
    new PlatformResponse('Hello, world')
    return text('')
  },
}

for (const [what, handler] of Object.entries(CASES)) {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) best = Math.min(best, await microseconds(handler))
  console.log(`${best.toFixed(2).padStart(7)} µs  ${what}`)
}

async function microseconds(handler: Handler): Promise<number> {
  const start = process.cpuUsage()
  for (let i = 0; i < REQUESTS; i++) {
    const answer = handler(exchange)
    const reply: Reply = answer instanceof Promise ? await answer : answer
    if (reply.status !== 200) throw new Error(`The answer was ${reply.status}`)
    if (typeof reply.body === 'object' && reply.body !== null && 'pull' in reply.body) await reply.body.pull()
  }
  const { user, system } = process.cpuUsage(start)
  return (user + system) / REQUESTS
}

function withTarget(target: string, handler: Handler): Handler {
  const other = fakeExchange({ target })
  return () => handler(other)
}
