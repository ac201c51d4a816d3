// This server with an application, one program for each load. usage: node ours-app.mjs MODULE PROGRAM PORT [COMPRESSION]
// MODULE, COMPRESSION: the built or the source entries of the library    PROGRAM: one of those below, `routes-N` among them
import { pathToFileURL } from 'node:url'
import { page } from '../page.ts'
import { tick } from '../tick.ts'

const [module, program, port, codecs] = process.argv.slice(2)
const { App, html, serve, text, Topic } = await import(pathToFileURL(module).href)

const PROGRAMS = { bare: () => bare, param, hooks, routes, pages, events, sockets, borrowed, rooms }
const [name, size] = program.split('-')
await serve(await PROGRAMS[name](Number(size)), { port: Number(port), host: '127.0.0.1' })

/** What `/hello/:name` costs without an application: a handler that looks at the path itself. */
function bare({ path }) {
  return path.startsWith('/hello/') ? text(`Hello, ${path.slice(7)}`) : text('Not found', 404)
}

function param() {
  return new App().get('/hello/:name', hello)
}

/** One hook of each kind that runs for every request: they look at it and leave it as it is. */
function hooks() {
  const seen = { requests: 0, failures: 0, posts: 0 }
  const app = param()
  app.before(({ path }) => {
    if (path.length > 1) seen.requests++
  })
  app.after((_context, { status }) => {
    if (status >= 500) seen.failures++
  })
  app.around((context, next) => {
    const reply = next()
    if (context.method === 'POST') seen.posts++
    return reply
  })
  return app
}

/** So many routes, every other one with a parameter, and in their middle the one that is asked for. Every tenth is its sibling. */
function routes(size) {
  const app = new App()
  const half = size >> 1
  for (let i = 0; i < size; i++) app.get(i === half ? '/hello/:name' : pathOf(i), hello)
  return app
}

function pathOf(i) {
  if (i % 10 === 3) return `/hello/somebody-${i}`
  const part = `/api/part-${Math.floor(i / 20)}/item-${i}`
  return i % 2 === 0 ? part : `${part}/:id`
}

/** Pages, each another one, compressed where that entry is given. */
async function pages() {
  let number = 0
  const app = new App().get('/page', () => html(page(number++)))
  if (codecs === undefined) return app
  const { compression } = await import(pathToFileURL(codecs).href)
  return app.after(compression())
}

function events() {
  const ticks = new Topic()
  let number = 0
  const app = new App().events('/events', context => ticks.listen(context))
  return app.get('/publish', () => {
    ticks.publish({ id: ++number, data: tick(number) })
    return String(number)
  })
}

/** Messages are copied for the program, which may keep them. */
function sockets() {
  return new App().socket('/', { message: (peer, message) => peer.send(message) })
}

function borrowed() {
  return new App().socket('/', { borrow: true }, { message: (peer, message) => peer.send(message) })
}

function rooms() {
  let number = 0
  const app = new App().socket('/', { open: peer => peer.join('everybody') })
  return app.get('/publish/:times<int>?', ({ params }) => {
    for (let times = params.times ?? 1; times > 0; times--) app.room('everybody').send(tick(++number))
    return String(number)
  })
}

function hello({ params }) {
  return `Hello, ${params.name}`
}
