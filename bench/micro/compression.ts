// What compressing a page of 20 KB costs the whole server, against the codec's own cost: `node bench/micro/compression.ts`.
// A server in a process of its own answers in turn with the page; with the page compressed; with compressed bytes that it has ready; and with
// these after a call of the codec alone, whose result is thrown away. Its CPU time for a request is measured, and that of the codec in a bare loop,
// where memory and caches are always warm. Prints microseconds, the median of the rounds. The ratio is what compression adds to sending
// ready bytes, by what the call of the codec adds to it.
import { fork } from 'node:child_process'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import zlib from 'node:zlib'
import { bytes, html, type Reply, serve } from '../../src/index.ts'
import { compressed } from '../../src/middleware/compression/index.ts'
import { median } from '../figures.ts'

const ROUNDS = 15
/** Of each case in a round. */
const REQUESTS = 600
const CONNECTIONS = 4

const P = zlib.constants
const CODECS: Readonly<Record<string, (page: Buffer) => Uint8Array>> = {
  zstd: page => zlib.zstdCompressSync(page, { params: { [P.ZSTD_c_compressionLevel]: 3 } }),
  br: page =>
    zlib.brotliCompressSync(page, {
      params: { [P.BROTLI_PARAM_QUALITY]: 4, [P.BROTLI_PARAM_SIZE_HINT]: page.length },
    }),
  gzip: page => zlib.gzipSync(page, { level: 6 }),
  deflate: page => zlib.deflateSync(page, { level: 6 }),
}

type Question = { readonly kind: 'cpu' } | { readonly kind: 'loop'; readonly coding: string }

const PAGE = pageOf(20 * 1024)

if (process.argv[2] === 'server') await serverProcess()
else await compare()

/** Serves the page, and tells what it has used. */
async function serverProcess(): Promise<void> {
  const page = Buffer.from(PAGE)
  const served = compressed(() => html(PAGE))
  const ready = new Map<string, Reply>()
  for (const [coding, compress] of Object.entries(CODECS))
    ready.set(coding, bytes(compress(page), 200, { 'Content-Type': 'text/html', 'Content-Encoding': coding }))
  const server = await serve(
    exchange => {
      const [, kind, coding] = exchange.path.split('/')
      if (kind === 'page') return served(exchange)
      if (kind === 'codec') CODECS[coding](page)
      return ready.get(coding) ?? html('')
    },
    { port: 0, report: () => {} },
  )
  process.on('message', (question: Question) =>
    process.send?.(question.kind === 'cpu' ? used() : loop(question.coding)),
  )
  process.on('disconnect', () => process.exit())
  process.send?.(server.port)
}

/** Microseconds of CPU time that one call of the codec takes. */
function loop(coding: string): number {
  const page = Buffer.from(PAGE)
  const compress = CODECS[coding]
  const before = used()
  for (let i = 0; i < REQUESTS; i++) compress(page)
  return (used() - before) / REQUESTS
}

async function compare(): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ['server'], { stdio: 'inherit' })
  const asked = (question?: Question): Promise<number> =>
    new Promise(resolve => {
      child.once('message', answer => resolve(answer as number))
      if (question !== undefined) child.send(question)
    })
  const port = await asked()
  const cost = async (kind: string, coding: string): Promise<number> => {
    const before = await asked({ kind: 'cpu' })
    await Promise.all(Array.from({ length: CONNECTIONS }, () => load(port, kind, coding, REQUESTS / CONNECTIONS)))
    return ((await asked({ kind: 'cpu' })) - before) / REQUESTS
  }
  const figures = new Map<string, number[]>()
  const codings = Object.keys(CODECS)
  for (let round = -2; round < ROUNDS; round++) {
    const one = new Map([['plain', await cost('page', 'identity')]])
    for (const coding of codings) {
      for (const kind of ['page', 'codec', 'ready']) one.set(`${kind} ${coding}`, await cost(kind, coding))
      one.set(`loop ${coding}`, await asked({ kind: 'loop', coding }))
    }
    // The first rounds are for the compiler.
    if (round >= 0) for (const [name, figure] of one) figures.set(name, [...(figures.get(name) ?? []), figure])
  }
  child.disconnect()

  const all = (name: string): number[] => figures.get(name) ?? []
  /** The median of what one adds to the other in the same round. */
  const added = (name: string, to: string): number => median(all(name).map((figure, i) => figure - all(to)[i]))
  console.log(
    `a page of ${PAGE.length} bytes, ${ROUNDS} rounds; plain: ${median(all('plain')).toFixed(1)} µs of CPU a request`,
  )
  console.log('coding    bytes  codec in a loop  codec in a handler  compressed  ratio  above plain')
  for (const coding of codings) {
    const codec = added(`codec ${coding}`, `ready ${coding}`)
    const compression = added(`page ${coding}`, `ready ${coding}`)
    const columns: [number, number, number][] = [
      [CODECS[coding](Buffer.from(PAGE)).length, 6, 0],
      [median(all(`loop ${coding}`)), 16, 1],
      [codec, 19, 1],
      [compression, 11, 1],
      [compression / codec, 6, 2],
      [added(`page ${coding}`, 'plain'), 12, 1],
    ]
    const shown = columns.map(([value, width, digits]) => value.toFixed(digits).padStart(width))
    console.log(`${coding.padEnd(8)} ${shown.join(' ')}`)
  }
}

/** Asks so many times, one after the other, on a connection. */
function load(port: number, kind: string, coding: string, requests: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const request = `GET /${kind}/${coding} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: ${coding}\r\n\r\n`
    let left = requests
    let missing = -1
    const ask = () => socket.write(request)
    socket.on('connect', ask)
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      if (missing === -1) {
        const text = chunk.toString('latin1')
        const end = text.indexOf('\r\n\r\n')
        missing = Number(/Content-Length: (\d+)/i.exec(text)?.[1]) - (text.length - end - 4)
      } else missing -= chunk.length
      if (missing > 0) return
      missing = -1
      if (--left > 0) ask()
      else {
        socket.destroy()
        resolve()
      }
    })
  })
}

function used(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** A list of links, as pages are. */
function pageOf(size: number): string {
  const words = 'the quick server answers with pages that readers like because every byte is counted twice'.split(' ')
  let state = 1
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
    return (state >> 8) % below
  }
  let page = ''
  for (let i = 0; page.length < size; i++) {
    const title = Array.from({ length: 6 + random(8) }, () => words[random(words.length)]).join(' ')
    page += `<li class="item-${i % 7}" id="n${i}"><a href="/posts/${random(1e6).toString(36)}">${title}</a></li>\n`
  }
  return page.slice(0, size)
}
