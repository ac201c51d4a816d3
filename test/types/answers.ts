// What handlers and hooks may answer with, and what they may not. Compiled, never run.
import { App, bytes, empty, html, json, type Reply, redirect, text } from '../../src/index.ts'
import { same } from './same.ts'

const app = new App()
const soon = <Value>(value: Value): Promise<Value> => Promise.resolve(value)

// --- What is an answer ---

app.get('/', () => 'text')
app.get('/', () => new Uint8Array(3))
app.get('/', () => Buffer.from('bytes'))
app.get('/', () => new Response('web'))
app.get('/', () => Response.json({ a: 1 }))
app.get('/', () => json({ a: 1 }))
app.get('/', () => soon('text'))
app.get('/', async () => soon(json([])))
app.get('/', ({ method }) => (method === 'GET' ? 'text' : json(null)))
app.get('/', async ({ method }) => {
  if (method === 'HEAD') return empty()
  return method === 'GET' ? bytes(new Uint8Array(1)) : html('<p>')
})
app.get('/', () => {
  throw new Error('nothing to answer')
})

// --- What is none ---

// @ts-expect-error: json(…) makes a reply of an object
app.get('/', () => ({ a: 1 }))
// @ts-expect-error: and of a list
app.get('/', () => [1, 2])
// @ts-expect-error: empty() is a reply without content
app.get('/', () => null)
// @ts-expect-error: a return is missing
app.get('/', () => {})
// @ts-expect-error: a return is missing
app.get('/', ({ json }) => void json(1))
// @ts-expect-error: is it a status?
app.get('/', () => 404)
// @ts-expect-error: stream(…) is the way
app.get('/', function* () {
  yield 'text'
})
// @ts-expect-error: json(…) makes a reply of what comes later, too
app.get('/', async () => ({ a: 1 }))
// @ts-expect-error: one of the ways has no answer
app.get('/', ({ method }) => (method === 'GET' ? 'text' : undefined))
// @ts-expect-error: a handler is a function
app.get('/', 'text')
// @ts-expect-error: there is no handler
app.get('/')
// @ts-expect-error: in routes' options there are hooks alone
app.get('/', { befor: () => {} }, () => '')
// @ts-expect-error: a path is text
app.get(/x/, () => '')

// --- Hooks ---

app.before(() => {})
app.before(async () => {})
app.before(({ path }) => (path === '/' ? undefined : 'no'))
app.before(async ({ path }) => (path === '/' ? undefined : json({ error: 'no' }, 403)))
app.after((_, reply) => reply.with('X-After', 1))
app.after((_, reply) => same<typeof reply, Reply>())
app.around((_, next) => next())
app.around(async (_, next) => {
  const reply = await next()
  same<typeof reply, Reply>()
  return reply.with('Server-Timing', 'app;dur=1')
})
app.error((_, error) => {
  same<typeof error, unknown>()
  return error instanceof RangeError ? text('too much', 400) : undefined
})

// @ts-expect-error: what a hook answers with is an answer, or nothing
app.before(() => 7)
// @ts-expect-error: false is no way to say no
app.before(() => false)
// @ts-expect-error: json(…) makes a reply of an object
app.after(() => ({ a: 1 }))
// @ts-expect-error: around the rest, there must be an answer
app.around(() => {})
// @ts-expect-error: what was thrown can be anything
app.error((_, error: Error) => text(error.message))

// --- Replies ---

json({ a: 1 }, 201, { Location: '/a', 'Set-Cookie': ['a=1', 'b=2'] })
text('', 200, [['X-A', '1']])
redirect('/elsewhere', 303)
// @ts-expect-error: 200 leads nowhere
redirect('/elsewhere', 200)
// @ts-expect-error: a status is a number
text('no', '404')
// @ts-expect-error: a field is text or a number
text('', 200, { 'X-A': null })
// @ts-expect-error: bytes are bytes
bytes('text')
// @ts-expect-error: a reply does not change
text('').status = 404
