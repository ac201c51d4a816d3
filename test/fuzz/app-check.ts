// What holds of an application with something of everything, whatever it is asked: `METHOD /target`, and below it lines of
// `name: value`. Checked against the application as it is, or a copy with a fault in it.
import assert from 'node:assert/strict'
import type { App, Context } from '../../src/app/index.ts'
import type * as exchange from '../../src/exchange/index.ts'
import type { Exchange, Reply } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import { fakeExchange } from '../support/exchange.ts'
import { bytesOf, latin1 } from '../support/latin1.ts'

/** The rooms that an application is made of. */
export type AppRooms = Pick<typeof exchange, 'Reply' | 'json' | 'text' | 'redirect' | 'refusalFor'> & {
  readonly App: typeof App
}

export const DICTIONARY = [
  '%2F',
  '%2e',
  '%',
  '%C3%BC',
  '%ff',
  '%00',
  '//',
  '/..',
  '/./',
  '?',
  '/users/',
  '/mounted',
  '/app/',
  '*',
  '__proto__',
  'x-does: throw',
  'x-does: refuse',
  'x-does: answer',
  'x-at: route',
  'x-at: after',
  'HEAD',
  'OPTIONS',
  'POST',
  '-1',
  '007',
].map(bytesOf)

export const SEEDS = [
  'GET /',
  'HEAD /users/7',
  'OPTIONS /users/7',
  'DELETE /users/x?y=1',
  'GET /users/%C3%BC%2Fx/posts/12',
  'GET /numbers/-12',
  'POST /numbers/12',
  'GET /rest/a/b%20c/d',
  'PUT /rest/',
  'GET /optional',
  'GET /optional/x',
  'GET /mounted/x/y?z',
  'GET /app/inner/x%20y?q=1',
  'GET /group/a/b\nx-does: throw\nx-at: route',
  'POST /group/a/b\nx-does: answer\nx-at: app',
  'GET /group/a/b\nx-does: refuse\nx-at: group',
  'GET /nowhere\nx-does: throw\nx-at: after',
  'POST /only/x',
  'PUT /only/x',
  'OPTIONS *',
  'CONNECT x:80',
].map(bytesOf)

interface Asked {
  readonly method: string
  readonly target: string
  readonly fields: Readonly<Record<string, string>>
}

/** @throws AssertionError for what must not be */
export function checkApp(rooms: AppRooms, bytes: Uint8Array): string[] {
  const asked = read(latin1(bytes))
  if (asked === null) return []
  const app = appOf(rooms)
  const answer = ask(rooms, app, asked)
  const { status } = answer
  const again = ask(rooms, app, asked)
  assert.deepEqual(
    [again.status, again.body, [...again.fields]],
    [status, answer.body, [...answer.fields]],
    'not the same twice',
  )
  assert.equal(answer.fields.get('x-after'), 'yes', 'without its field')

  checkMethods(rooms, app, asked, answer)
  if (typeof answer.body === 'string' && answer.body.startsWith('{')) checkSeen(asked, JSON.parse(answer.body))
  checkSpellings(rooms, app, asked, answer)
  const { 'x-does': does = '', 'x-at': where = '' } = asked.fields
  const hook = DEEDS.includes(does) && PLACES.includes(where) ? `${does} ${where}` : ''
  return [`${asked.method in METHODS ? asked.method : 'other'} ${status} ${answer.fields.get('x-route') ?? ''} ${hook}`]
}

/** The request that the text stands for; null for one that no wire would hand on. */
function read(text: string): Asked | null {
  const [line, ...rest] = text.split('\n')
  const match = /^([\w!#$%&'*+.^`|~-]+) (\/[!-~]*|\*|[\w.]+:\d+)$/.exec(line)
  if (match === null) return null
  const fields: Record<string, string> = {}
  for (const field of rest) {
    const [, name, value] = /^(x-\w+): (\w+)$/.exec(field) ?? []
    if (name !== undefined) fields[name] = value
  }
  return { method: match[1], target: match[2], fields }
}

const DEEDS = ['throw', 'refuse', 'answer']
const PLACES = ['app', 'group', 'route', 'after']
const METHODS = { GET: 1, HEAD: 1, POST: 1, PUT: 1, DELETE: 1, OPTIONS: 1 }

const apps = new WeakMap<AppRooms['App'], App>()

function appOf(rooms: AppRooms): App {
  const app = apps.get(rooms.App) ?? made(rooms)
  apps.set(rooms.App, app)
  return app
}

function made({ App, json, redirect, text }: AppRooms): App {
  const does = (where: string) => (context: Context) => {
    if (context.fields.get('x-at') !== where) return undefined
    switch (context.fields.get('x-does')) {
      case 'throw':
        throw new Error(where)
      case 'refuse':
        throw refusal
      case 'answer':
        return text(where, 203)
      default:
        return undefined
    }
  }
  const see = ({ params, route, exchange: { base, path, target } }: Context) =>
    json({ params, base, path, target }, 200, { 'X-Route': route })
  const inner = new App().get('/inner/:id', see).after(({ set }) => set('X-Inner', 'yes'))
  const app = new App()
    .before(({ set }) => set('X-After', 'yes'))
    .before(does('app'))
    .error((_, error) => (error === refusal ? text('refused', 418) : undefined))
    .after(does('after'))
    .get('/', see)
    .get('/users/:id', see)
    .get('/users/me', see)
    .delete('/users/:id', see)
    .get('/users/:user/posts/:post<int>', see)
    .all('/numbers/:n<int>', see)
    .put('/rest/*path', see)
    .get('/rest/*path', see)
    .on('HEAD', '/rest/*path', see)
    .get('/optional/:name?', see)
    .post('/only/:thing', see)
    .get('/away', () => redirect('/'))
    .mount('/app', inner)
    .mount('/mounted', ({ base, path, target }) => json({ base, path, target }))
  app.group('/group/:tenant', group => {
    group.before(does('group'))
    group.get('/:id', { before: does('route') }, see)
    group.post('/:id', see)
  })
  return app
}

const refusal = new Error('refused')

function ask({ Reply, text, refusalFor }: AppRooms, app: App, { method, target, fields }: Asked): Reply {
  const exchange: Exchange = {
    ...fakeExchange({ method, target, fields }),
    refuse: error => text('', refusalFor(error).status, refusalFor(error).fields ?? FieldList.empty),
  }
  const reply = app.handler(exchange)
  assert.ok(reply instanceof Reply, 'nothing here takes time')
  return reply
}

/** Allow tells the truth, and HEAD is GET without content. */
function checkMethods(rooms: AppRooms, app: App, asked: Asked, { status, fields }: Reply): void {
  const plain = { ...asked, fields: {} }
  if (status === 405) {
    const allowed = fields.get('allow')?.split(', ') ?? []
    assert.ok(allowed.length > 0 && !allowed.includes(asked.method), 'Allow names what it does not take')
    for (const method of Object.keys(METHODS)) {
      const other = ask(rooms, app, { ...plain, method }).status
      assert.equal(other !== 405, allowed.includes(method), `${method} is ${other}, with Allow: ${allowed.join(', ')}`)
    }
  }
  if (asked.method === 'GET' && status < 400)
    assert.equal(ask(rooms, app, { ...asked, method: 'HEAD' }).status, status, 'HEAD is not as GET')
}

interface Seen {
  readonly params?: Readonly<Record<string, string | number>>
  readonly base: string
  readonly path: string
  readonly target: string
}

/** What the handler saw is what was asked for. */
function checkSeen({ target }: Asked, seen: Seen): void {
  assert.equal(seen.base + seen.target, target, 'base and target are not what was asked for')
  assert.equal(seen.path, seen.target.split('?')[0], 'path and target do not belong together')
  assert.match(seen.path, /^(\/|$)/, 'a path begins with a slash')
  const segments = target.split('?')[0].split('/')
  for (const [name, value] of Object.entries(seen.params ?? {})) {
    if (name === 'path' || name === '*') continue
    assert.ok(
      segments.some(segment => decodeURIComponent(segment) === String(value)),
      `${name} is ${JSON.stringify(value)}, which no segment is`,
    )
    if (typeof value === 'number') assert.ok(segments.some(segment => decodeURIComponent(segment) === value.toString()))
  }
}

/** However a path is spelt, it is the same path. */
function checkSpellings(rooms: AppRooms, app: App, asked: Asked, { status, body }: Reply): void {
  const [path] = asked.target.split('?')
  const spelt = path.replace(/(?<!%|%[\da-f])[a-z]/gi, letter => `%${letter.charCodeAt(0).toString(16)}`)
  if (spelt === path || !path.startsWith('/')) return
  const other = ask(rooms, app, { ...asked, target: spelt + asked.target.slice(path.length) })
  assert.equal(other.status, status, `${spelt} is answered otherwise than ${path}`)
  if (typeof body !== 'string' || !body.startsWith('{')) return
  assert.deepEqual((JSON.parse(other.body as string) as Seen).params, (JSON.parse(body) as Seen).params)
}
