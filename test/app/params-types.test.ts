// What the type of a path's parameters is. The compiler is the test: `npm run check` fails where one of these is not so.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnyParams, App, type Params } from '../../src/index.ts'

type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false

/** Compiles only for types that are the same. */
function same<One, Other>(..._: Same<One, Other> extends true ? [] : ['the types differ']): void {}

// biome-ignore lint/complexity/noBannedTypes: a path without parameters has an empty object of them.
type None = {}

test('parameters are inferred from the path', () => {
  same<Params<'/'>, None>()
  same<Params<''>, None>()
  same<Params<'/users/me'>, None>()
  same<Params<'/users/:id'>, { readonly id: string }>()
  same<Params<'/users/:id<int>'>, { readonly id: number }>()
  same<Params<'/users/:id<uuid>/posts/:post<int>'>, { readonly id: string; readonly post: number }>()
  same<Params<'/:a_1/:B2/x'>, { readonly a_1: string; readonly B2: string }>()
})

test('optional parameters may be missing', () => {
  same<Params<'/:lang?'>, { readonly lang?: string }>()
  same<
    Params<'/:year<int>/:month<int>?/:day<int>?'>,
    { readonly year: number; readonly month?: number; readonly day?: number }
  >()
  const read = (params: Params<'/:lang?'>) => params.lang
  same<ReturnType<typeof read>, string | undefined>()
})

test('the rest of a path is text, under its name or an asterisk', () => {
  same<Params<'/files/*'>, { readonly '*': string }>()
  same<Params<'/files/*path'>, { readonly path: string }>()
  same<Params<'/:user<int>/*path'>, { readonly user: number; readonly path: string }>()
})

test('text around a parameter is no part of its name', () => {
  same<Params<'/@:user'>, { readonly user: string }>()
  same<Params<'/:file.json'>, { readonly file: string }>()
  same<Params<'/v:major<int>.x/:page-edit'>, { readonly major: number; readonly page: string }>()
  same<Params<'/café/:name'>, { readonly name: string }>()
  same<Params<'/a%3Ab/c%2Ad'>, None>()
})

test('a path that is not known while compiling has any parameters', () => {
  same<Params<string>, AnyParams>()
  same<Params<'/a/:x' | '/b'>, { readonly x: string } | None>()
  same<Params<`/${string}/:id`>, { readonly id: string }>()
})

test('a type that there is not can be used for nothing', () => {
  same<Params<'/:id<nit>'>, { readonly id: never }>()
})

test('handlers and hooks have the parameters of the whole path', () => {
  const app = new App()
  app.get('/users/:id<int>', ({ params }) => {
    same<typeof params, { readonly id: number }>()
    // @ts-expect-error there is no such parameter
    params.name
    // @ts-expect-error it is a number
    params.id.toUpperCase()
    // @ts-expect-error parameters are not changed
    params.id = 8
    return `${params.id}`
  })
  app.group('/orgs/:org', group => {
    group.before(({ params }) => {
      same<typeof params, { readonly org: string }>()
    })
    group.group('/repos/:repo<int>', inner => {
      inner.get('/files/*path', { before: ({ params }) => void params.path.length }, ({ params }) => {
        same<typeof params, { readonly org: string; readonly repo: number; readonly path: string }>()
        return params.path
      })
    })
  })
  app.on(['GET', 'PUT'], '/things/:id<uuid>?', ({ params }) => params.id ?? 'none')
  // @ts-expect-error a parameter that may be missing is not always text
  app.get('/pages/:lang?', ({ params }) => params.lang.toUpperCase())
  assert.equal(app.routes.length, 5)
})
