// What can be served and mounted: applications of our own and others', handlers, hosts. Compiled, never run.
import { H3 } from 'h3'
import { Hono } from 'hono'
import { AutoRouter, Router } from 'itty-router'
import { App, files, type Handler, type Mountable, type Server, serve, text } from '../../src/index.ts'
import { same } from './same.ts'

const app = new App({ state: () => ({ user: '' }), connection: () => ({ count: 0 }) })
const hono = new Hono<{ Variables: { user: string } }>()
const h3 = new H3()
const itty = AutoRouter()
const bare = { fetch: (request: Request) => new Response(request.url) }
const handler: Handler = ({ path }) => text(path)

export async function served(): Promise<void> {
  const server = await serve(app, { port: 0 })
  same<typeof server, Server>()
  await serve(handler)
  await serve(({ path, fields }) => text(`${path} ${fields.get('host')}`), { port: 0 })
  await serve(async ({ method }) => text(method))
  await serve(files('./public'))
  await serve(bare)
  await serve(hono)
  await serve(h3)
  await serve(itty)
  await serve(Router())
  await serve({ fetch: () => Promise.resolve(new Response()) })
  await serve([
    { names: ['one.example'], handler: app },
    { names: ['*.two.example'], handler: hono },
    { names: ['three.example'], handler },
  ])
  const some: Mountable = app
  await serve(some)
  await using ended = server
  same<typeof ended, Server>()
}

export async function notServed(): Promise<void> {
  // @ts-expect-error: a bare handler answers with a Reply
  await serve(() => 'text')
  // @ts-expect-error: json(…) makes one of an object
  await serve(() => ({ a: 1 }))
  // @ts-expect-error: a handler is given an exchange, not a context
  await serve(({ params }) => text(params.id))
  // @ts-expect-error: `fetch` gives a Response
  await serve({ fetch: () => 'text' })
  // @ts-expect-error: nothing here answers requests
  await serve({ port: 8080 })
  // @ts-expect-error: a folder is served by files(…)
  await serve('./public')
  // @ts-expect-error: a port is a number
  await serve(app, { port: '8080' })
  // @ts-expect-error: there is no such option
  await serve(app, { prot: 8080 })
  // @ts-expect-error: a host has a handler
  await serve([{ names: ['one.example'] }])
}

new App()
  .mount('/app', app)
  .mount('/hono', hono)
  .mount('/h3', h3)
  .mount('/itty', itty)
  .mount('/bare', bare)
  .mount('/handler', handler)
  .mount('/', files('./public'))
  // @ts-expect-error: a path comes first
  .mount(app)

// @ts-expect-error: a folder is mounted by files(…)
app.mount('/', './public')

export const asked: Promise<Response> = app.request('/todos?done=1', { method: 'POST', body: '{}' })
// @ts-expect-error: a request is a path, a URL or a Request
app.request({ path: '/' })
