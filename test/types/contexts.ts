// What handlers and hooks are given: parameters, state and the connection's own values, inferred. Compiled, never run.
import { App, type Client, type Connection, type Fields, Reply } from '../../src/index.ts'
import { same } from './same.ts'

interface User {
  readonly name: string
}

const app = new App({
  state: () => ({ user: null as User | null, started: 0 }),
  connection: () => ({ requests: 0 }),
})

// --- Values of the application's own ---

app.get('/state', ({ state, connection }) => {
  same<typeof state, { user: User | null; started: number }>()
  same<typeof connection, Connection<{ requests: number }>>()
  connection.state.requests += 1
  state.user = { name: 'Ada' }
  // @ts-expect-error: a user has a name
  state.user = { age: 36 }
  // @ts-expect-error: nobody said that there is such a value
  state.session = 1
  // @ts-expect-error: the values change, not what holds them
  connection.state = { requests: 0 }
  return 'ok'
})

app.before(({ state }) => same<typeof state.user, User | null>())
app.group('/deep', deep =>
  deep.group('/er', deeper => deeper.after(({ state }) => same<typeof state.started, number>())),
)
app.events('/ticks', async function* ({ state }) {
  same<typeof state.started, number>()
  yield String(state.started)
})

new App().get('/', ({ state, connection }) => {
  // @ts-expect-error: this application keeps no values
  state.user
  // @ts-expect-error
  connection.state.requests
  return ''
})

// @ts-expect-error: what makes the values of a request takes nothing, and must give an object
new App({ state: () => 7 })
// @ts-expect-error: values are made, one for each request
new App({ state: { user: null } })
// @ts-expect-error: there is no such option
new App({ states: () => ({}) })

// --- Parameters ---

app.get('/users/:id<int>/:tab?', ({ params }) => {
  same<typeof params.id, number>()
  same<typeof params.tab, string | undefined>()
  // @ts-expect-error: the path names no such parameter
  params.name
  // @ts-expect-error: what the client sent stays as it is
  params.id = 8
  return ''
})
app.on(['GET', 'PUT'], '/files/*rest', ({ params }) => {
  same<typeof params.rest, string>()
  return ''
})

app.before(({ params }) => {
  // @ts-expect-error: a hook of the application runs for all its paths
  params.id
})

app.group('/users/:id<int>', user => {
  user.before(({ params }) => same<typeof params.id, number>())
  user.around(({ params }, next) => {
    same<typeof params.id, number>()
    return next()
  })
  user.error(({ params }) => same<typeof params.id, number>())
  user.get('', ({ params }) => `${params.id.toFixed()}`)
  user.group('/orders/:order', orders => {
    orders.get('/:line<int>', ({ params }) => {
      same<typeof params.id, number>()
      same<typeof params.order, string>()
      same<typeof params.line, number>()
      return ''
    })
  })
})

const anywhere: string = '/somewhere'
app.get(anywhere, ({ params }) => {
  same<typeof params.id, string | number | undefined>()
  return ''
})

app.get(
  '/with/:hooks',
  {
    before: ({ params, state }) => {
      same<typeof params.hooks, string>()
      same<typeof state.started, number>()
    },
    after: [({ params }, reply) => (params.hooks === '' ? reply : reply.with('X-Hook', params.hooks))],
  },
  ({ params }) => params.hooks,
)

// --- The rest of a context ---

app.get('/context', context => {
  const { method, path, route, fields, url, query, cookies, signal, client, text } = context
  same<typeof method | typeof path | typeof route, string>()
  same<typeof fields, Fields>()
  same<typeof url, URL>()
  same<typeof query, URLSearchParams>()
  same<typeof cookies, ReadonlyMap<string, string>>()
  same<typeof signal, AbortSignal>()
  same<typeof client, Client>()
  context.set('X-Count', 1)
  context.setCookie('a', '1', { sameSite: 'Lax' })
  // @ts-expect-error: SameSite has three values
  context.setCookie('a', '1', { sameSite: 'Sometimes' })
  // @ts-expect-error: a field is text or a number
  context.set('X-Flag', true)
  // @ts-expect-error: what a client sent cannot be assigned
  context.method = 'POST'
  return text('ok')
})

app.post('/content', async ({ body, json }) => {
  const anything = await body.json()
  same<typeof anything, unknown>()
  const user = await body.json<User>()
  same<typeof user, User>()
  for await (const chunk of body) same<typeof chunk, Uint8Array>()
  return json(user, 201, { Location: '/users/1' })
})

// An application with values is an application.
const plain: App = new App({ state: () => ({ user: '' }) })
plain.get('/', () => new Reply(200))
