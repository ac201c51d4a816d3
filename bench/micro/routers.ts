// What it costs to find a route among 10, 1,000 and 10,000: `node bench/micro/routers.ts [ROUNDS]`. Prints nanoseconds for
// a lookup, the median of interleaved rounds, of the router of `src/app/routing/`, rou3 and find-my-way.
//
// A path is either cut out of a request's head for each lookup, as HTTP/1.1 does it (what the cutting costs is taken off
// again), or the same string each time, as HTTP/2 has it that keeps a head which comes again.
import findMyWay from 'find-my-way'
import { addRoute, createRouter, findRoute } from 'rou3'
import { Router } from '../../src/app/routing/index.ts'

const ROUNDS = Number(process.argv[2] ?? 15)
const LOOKUPS = 200_000
const SIZES = [10, 1_000, 10_000]
/** How many different paths are asked for in turn. */
const PATHS = 256

/** Finds a route and says something of it that only the right one can. */
type Lookup = (path: string) => number

const CONTESTANTS: Readonly<Record<string, (routes: readonly string[]) => Lookup>> = {
  ours(routes) {
    const router = new Router<number>()
    for (const [index, path] of routes.entries()) router.add('GET', path, index)
    return path => {
      const found = router.find('GET', path)
      return found === null ? -1 : found.route
    }
  },
  rou3(routes) {
    const router = createRouter<{ index: number }>()
    for (const [index, path] of routes.entries()) addRoute(router, 'GET', path, { index })
    return path => findRoute(router, 'GET', path)?.data.index ?? -1
  },
  'find-my-way'(routes) {
    const router = findMyWay()
    for (const [index, path] of routes.entries()) router.on('GET', path, () => {}, { index })
    return path => {
      const found = router.find('GET', path)
      return found === null ? -1 : (found.store as { index: number }).index
    }
  },
}

/** Routes as an interface has them: half of them lists without parameters, half of them with one or two. */
function routesOf(size: number): string[] {
  return Array.from({ length: size }, (_, i) => {
    const thing = `/things${(i >> 2).toString(36)}`
    return ['/hello/:name', `${thing}/list`, `${thing}/:id`, `${thing}/:id/parts/:part`, `${thing}`][
      i === 0 ? 0 : (i % 4) + 1
    ]
  })
}

interface Case {
  readonly name: string
  readonly path: (index: number, routes: readonly string[]) => string
}

const CASES: readonly Case[] = [
  { name: 'one path without', path: (_, routes) => withoutParameters(routes)[0] },
  {
    name: 'many without',
    path: (index, routes) => pick(withoutParameters(routes), index),
  },
  { name: '/hello/you', path: () => '/hello/you' },
  { name: '/hello/:name', path: index => `/hello/name${index % 100}` },
  {
    name: 'one or two parameters',
    path: (index, routes) =>
      pick(
        routes.filter(route => route.includes(':')),
        index,
      ).replace(/:\w+/g, `value${index}`),
  },
  { name: 'not found', path: index => `/nothing/here${index}` },
]

function withoutParameters(routes: readonly string[]): string[] {
  return routes.filter(route => !route.includes(':'))
}

function pick(from: readonly string[], index: number): string {
  return from[Math.floor((index * from.length) / PATHS) % from.length]
}

/** Nanoseconds of CPU for a lookup. */
function timed(lookup: Lookup, heads: readonly string[], paths: readonly string[], cut: boolean): number {
  let sum = 0
  const start = process.cpuUsage().user
  if (cut) for (let i = 0; i < LOOKUPS; i++) sum += lookup(pathOf(heads[i % PATHS]))
  else for (let i = 0; i < LOOKUPS; i++) sum += lookup(paths[i % PATHS])
  const time = ((process.cpuUsage().user - start) * 1000) / LOOKUPS
  if (Number.isNaN(sum)) throw new Error('A lookup gave no number')
  return time
}

/** The text as a wire makes it of bytes; strings put together by templates have another inner form. */
function asRead(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

function pathOf(head: string): string {
  return head.slice(4, head.indexOf(' ', 5))
}

const rows: Record<string, string>[] = []
for (const { name, path } of CASES) {
  for (const size of SIZES) {
    const routes = routesOf(size)
    const paths = Array.from({ length: PATHS }, (_, index) => asRead(path(index, routes)))
    const heads = paths.map(one => asRead(`GET ${one} HTTP/1.1\r\nHost: example.com\r\n\r\n`))
    const lookups = Object.entries(CONTESTANTS).map(([who, make]) => ({ who, lookup: make(routes) }))
    for (const { who, lookup } of lookups)
      for (const one of paths)
        if (lookup(one) !== lookups[0].lookup(one)) throw new Error(`${who} finds another route for ${one}`)
    const times = new Map<string, number[]>()
    for (let round = 0; round < ROUNDS; round++) {
      const cutting = timed(one => one.length, heads, paths, true)
      for (const { who, lookup } of lookups)
        for (const cut of [true, false]) {
          const key = `${who}, ${cut ? 'cut' : 'same'}`
          const time = timed(lookup, heads, paths, cut) - (cut ? cutting : 0)
          times.set(key, [...(times.get(key) ?? []), time])
        }
    }
    const figures = [...times].map(([key, all]) => [key, median(all).toFixed(0)])
    rows.push({ what: name, routes: size.toLocaleString('en'), ...Object.fromEntries(figures) })
  }
}
console.table(rows)

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}
