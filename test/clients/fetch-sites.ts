// The same small site, written as each framework wants it: nothing in it knows of this server.
import { getCookie, H3, redirect, setCookie } from 'h3'
import { Hono } from 'hono'
import { getCookie as cookieOf, setCookie as sendCookie } from 'hono/cookie'
import { stream } from 'hono/streaming'
import { AutoRouter, error, type IRequest, json } from 'itty-router'
import type { FetchApp } from '../../src/index.ts'

/** What became of streams that clients left. */
export interface Left {
  readonly cancelled: Promise<void>
  cancel(): void
}

export function left(): Left {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { cancelled: promise, cancel: resolve }
}

/** Ten numbers, a line each. */
function counting(): ReadableStream<Uint8Array<ArrayBuffer>> {
  let number = 0
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      await new Promise(resolve => setImmediate(resolve))
      controller.enqueue(encoder.encode(`${++number}\n`))
      if (number === 10) controller.close()
    },
  })
}

function endless({ cancel }: Left): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start: controller => controller.enqueue(new Uint8Array(1000)),
    cancel,
  })
}

async function sizeOf(body: ReadableStream<Uint8Array> | null): Promise<number> {
  let size = 0
  if (body !== null) for await (const chunk of body) size += chunk.length
  return size
}

function honoSite(seen: Left): FetchApp {
  const site = new Hono()
  site.get('/hello/:name', context => context.text(`Hello, ${context.req.param('name')}`))
  site.get('/query', context => context.json(context.req.queries()))
  site.get('/count', context => stream(context, out => out.pipe(counting())))
  site.get('/endless', context =>
    stream(context, async out => {
      out.onAbort(seen.cancel)
      await out.write(new Uint8Array(1000))
      await seen.cancelled
    }),
  )
  site.get('/left', async context => {
    await seen.cancelled
    return context.text('left')
  })
  site.post('/json', async context => context.json({ got: await context.req.json() }, 201))
  site.post('/form', async context => {
    const form = await context.req.parseBody()
    return context.json({ name: form.name, file: await (form.file as File).text() })
  })
  site.put('/size', async context => context.json({ size: await sizeOf(context.req.raw.body) }))
  site.get('/cookie', context => {
    sendCookie(context, 'seen', 'yes', { httpOnly: true })
    sendCookie(context, 'count', '1')
    return context.text(cookieOf(context, 'name') ?? 'none')
  })
  site.get('/moved', context => context.redirect('/hello/moved', 301))
  site.get('/broken', () => {
    throw new Error('broken')
  })
  site.onError((_, context) => context.json({ error: 'broken' }, 500))
  return site
}

function h3Site(seen: Left): FetchApp {
  const site = new H3({
    silent: true,
    onError: ({ status }) => (status === 404 ? undefined : Response.json({ error: 'broken' }, { status: 500 })),
  })
  site.get('/hello/:name', event => `Hello, ${event.context.params?.name}`)
  site.get('/query', ({ url }) =>
    Object.fromEntries([...url.searchParams.keys()].map(key => [key, url.searchParams.getAll(key)])),
  )
  site.get('/count', () => counting())
  site.get('/endless', () => endless(seen))
  site.get('/left', async () => {
    await seen.cancelled
    return 'left'
  })
  site.post('/json', async event => {
    event.res.status = 201
    return { got: await event.req.json() }
  })
  site.post('/form', async ({ req }) => {
    const form = await req.formData()
    return { name: form.get('name'), file: await (form.get('file') as File).text() }
  })
  site.put('/size', async ({ req }) => ({ size: await sizeOf(req.body as ReadableStream<Uint8Array> | null) }))
  site.get('/cookie', event => {
    setCookie(event, 'seen', 'yes', { httpOnly: true })
    setCookie(event, 'count', '1')
    return getCookie(event, 'name') ?? 'none'
  })
  site.get('/moved', () => redirect('/hello/moved', 301))
  site.get('/broken', () => {
    throw new Error('broken')
  })
  return site as FetchApp
}

function ittySite(seen: Left): FetchApp {
  const site = AutoRouter({ catch: () => error(500, { error: 'broken' }) })
  const textual = (content: string): Response => new Response(content)
  site.get('/hello/:name', ({ params }: IRequest) => textual(`Hello, ${params.name}`))
  site.get('/query', ({ query }: IRequest) =>
    Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value].flat()])),
  )
  site.get('/count', () => new Response(counting()))
  site.get('/endless', () => new Response(endless(seen)))
  site.get('/left', async () => {
    await seen.cancelled
    return textual('left')
  })
  site.post('/json', async (request: IRequest) => json({ got: await request.json() }, { status: 201 }))
  site.post('/form', async (request: IRequest) => {
    const form = await request.formData()
    return { name: form.get('name'), file: await (form.get('file') as File).text() }
  })
  site.put('/size', async ({ body }: IRequest) => ({ size: await sizeOf(body) }))
  site.get('/cookie', ({ headers }: IRequest) => {
    const [, name = 'none'] = /\bname=([^;]*)/.exec(headers.get('cookie') ?? '') ?? []
    const response = textual(name)
    response.headers.append('Set-Cookie', 'seen=yes; HttpOnly; Path=/')
    response.headers.append('Set-Cookie', 'count=1; Path=/')
    return response
  })
  site.get('/moved', () => new Response(null, { status: 301, headers: { Location: '/hello/moved' } }))
  site.get('/broken', () => {
    throw new Error('broken')
  })
  return site
}

function bareSite(seen: Left): FetchApp {
  return {
    async fetch(request: Request): Promise<Response> {
      const { pathname, searchParams } = new URL(request.url)
      const [, name] = /^\/hello\/(.+)$/.exec(pathname) ?? []
      if (name !== undefined) return new Response(`Hello, ${decodeURIComponent(name)}`)
      switch (`${request.method} ${pathname}`) {
        case 'GET /query':
          return Response.json(Object.fromEntries([...searchParams.keys()].map(key => [key, searchParams.getAll(key)])))
        case 'GET /count':
          return new Response(counting())
        case 'GET /endless':
          return new Response(endless(seen))
        case 'GET /left':
          return seen.cancelled.then(() => new Response('left'))
        case 'POST /json':
          return Response.json({ got: await request.json() }, { status: 201 })
        case 'POST /form': {
          const form = await request.formData()
          return Response.json({ name: form.get('name'), file: await (form.get('file') as File).text() })
        }
        case 'PUT /size':
          return Response.json({ size: await sizeOf(request.body as ReadableStream<Uint8Array> | null) })
        case 'GET /cookie': {
          const [, value = 'none'] = /\bname=([^;]*)/.exec(request.headers.get('cookie') ?? '') ?? []
          const headers = new Headers()
          headers.append('Set-Cookie', 'seen=yes; HttpOnly; Path=/')
          headers.append('Set-Cookie', 'count=1; Path=/')
          return new Response(value, { headers })
        }
        case 'GET /moved':
          return new Response(null, { status: 301, headers: { Location: '/hello/moved' } })
        case 'GET /broken':
          return Response.json({ error: 'broken' }, { status: 500 })
      }
      return new Response('Not found', { status: 404 })
    },
  }
}

export const SITES: Readonly<Record<string, (seen: Left) => FetchApp>> = {
  Hono: honoSite,
  h3: h3Site,
  'itty-router': ittySite,
  'a bare fetch': bareSite,
}
