// What compression costs a server, above the same page sent plain, beside what the codec costs alone. In each round a server that
// compresses is loaded, then one that does not, and the codec runs by itself; all on the same core.
import * as zlib from 'node:zlib'
import { Contestant, contestants, type Launched } from './contestant.ts'
import { type Row, rotated, type Sample } from './figures.ts'
import type { Compression, Plan, Throughput } from './loads.ts'
import { page } from './page.ts'
import type { Peer } from './peers.ts'
import type { Materials } from './prepare.ts'
import { run, SERVER_CORE } from './processes.ts'
import { take, warmUps } from './throughput.ts'
import { ask, wrong } from './verify.ts'

/** What a server makes of a page may be this much larger than what the codec does: else it is another level. */
const AS_SMALL = 1.02

export async function measureCompression(
  load: Compression,
  peers: readonly Peer[],
  materials: Materials,
  plan: Plan,
): Promise<Row[]> {
  const all = contestants(load, peers).map(each =>
    each.service === 'codec' ? new Alone(load, each) : new Pair(load, each),
  )
  for (let started = 0; started < plan.starts; started++) {
    const from = Math.round((plan.rounds * started) / plan.starts)
    const to = Math.round((plan.rounds * (started + 1)) / plan.starts)
    if (to === from) continue
    try {
      for (const each of all) await each.begin(materials)
      for (const seconds of warmUps(plan.seconds)) {
        plan.progress(`${load.title}: warming up`)
        for (const each of all) await each.round(materials, seconds, false)
      }
      for (let round = from; round < to; round++) {
        plan.progress(`${load.title}: round ${round + 1} of ${plan.rounds}`)
        for (const each of rotated(all, round)) await each.round(materials, plan.seconds, true)
      }
    } finally {
      await Promise.all(all.map(each => each.end()))
    }
  }
  return all.flatMap(each => each.rows())
}

/** One server twice: with compression and without. Its figure is the difference. */
class Pair {
  readonly #compressed: Contestant
  readonly #plain: Contestant
  readonly #added: Contestant
  readonly #load: Compression
  #running: Launched[] = []

  constructor(load: Compression, { peer }: Contestant) {
    this.#load = load
    this.#added = new Contestant(peer, 'page')
    this.#compressed = new Contestant(named(peer, 'compressed'), 'page')
    this.#plain = new Contestant(named(peer, 'plain'), 'page-plain')
  }

  async begin(materials: Materials): Promise<void> {
    for (const each of [this.#compressed, this.#plain]) {
      const launched = await each.launch(materials)
      if (launched === null) continue
      this.#running.push(launched)
      const coding = each === this.#plain ? null : this.#load.coding
      await verifyPages(this.#load, launched.origin, coding).catch(error => each.blame(error))
    }
    this.#passOn()
  }

  async round(materials: Materials, seconds: number, keep: boolean): Promise<void> {
    if (this.#added.faults.size > 0) return
    const [compressing, sending] = this.#running as [Launched, Launched]
    const compressed = await take(requests(this.#load), this.#compressed, compressing, materials, seconds)
    const plain = await take(requests(this.#load), this.#plain, sending, materials, seconds)
    this.#passOn()
    if (!keep || compressed === null || plain === null) return
    this.#compressed.samples.push(compressed)
    this.#plain.samples.push(plain)
    this.#added.samples.push({ ...compressed, figure: compressed.figure - plain.figure })
  }

  async end(): Promise<void> {
    await Promise.all(this.#running.map(({ server }) => server.stop()))
    this.#running = []
  }

  rows(): Row[] {
    return [this.#added, this.#compressed, this.#plain].map(each => each.row())
  }

  /** Where either figure is not valid, their difference is not. */
  #passOn(): void {
    for (const { faults } of [this.#compressed, this.#plain]) for (const fault of faults) this.#added.blame(fault)
  }
}

/** The codec by itself. */
class Alone {
  readonly #load: Compression
  readonly #codec: Contestant

  constructor(load: Compression, codec: Contestant) {
    this.#load = load
    this.#codec = codec
  }

  async begin(): Promise<void> {}

  async round(materials: Materials, seconds: number, keep: boolean): Promise<void> {
    if (this.#codec.faults.size > 0) return
    const { coding, level } = this.#load
    try {
      const { argv } = this.#codec.command(materials, 0)
      const sample = parseCodec(await run([...argv, coding, String(level), String(seconds)], {}, SERVER_CORE))
      if (keep) this.#codec.samples.push(sample)
    } catch (error) {
      this.#codec.blame(error)
    }
  }

  async end(): Promise<void> {}

  rows(): Row[] {
    return [this.#codec.row()]
  }
}

/** Reads the line that `peers/codec.mjs` prints. */
export function parseCodec(printed: string): Sample {
  const { pages, microseconds, seconds, memory } = JSON.parse(printed) as Record<string, number>
  return { figure: microseconds! / pages!, rate: pages! / seconds!, memory: memory! }
}

/** @throws where a page is not one, not another each time, or not coded as it must be. @param coding null for none */
export async function verifyPages(
  { path, level }: Pick<Compression, 'path' | 'level'>,
  origin: string,
  coding: Compression['coding'] | null,
): Promise<void> {
  const seen = new Set<string>()
  for (let i = 0; i < 3; i++) {
    const reply = await ask(origin + path, coding === null ? {} : { 'Accept-Encoding': coding })
    const chunks: Buffer[] = []
    for await (const chunk of reply) chunks.push(chunk)
    const content = Buffer.concat(chunks)
    if (reply.statusCode !== 200) throw wrong(path, `status ${reply.statusCode}`)
    if (reply.headers['content-encoding'] !== (coding ?? undefined))
      throw wrong(path, `the coding ${reply.headers['content-encoding']}, not ${coding}`)
    const text = (coding === null ? content : CODECS[coding].decode(content)).toString()
    if (text !== page(Number(/<h1>Order (\d+)</.exec(text)?.[1])) || seen.has(text))
      throw wrong(path, 'another content')
    seen.add(text)
    const most = coding === null ? text.length : CODECS[coding].encode(text, level).length * AS_SMALL
    if (content.length > most) throw wrong(path, `${content.length} bytes: more than the codec makes of it`)
  }
}

const CODECS = {
  gzip: {
    encode: (text: string, level: number) => zlib.gzipSync(text, { level }),
    decode: (bytes: Buffer) => zlib.gunzipSync(bytes),
  },
  br: {
    encode: (text: string, level: number) =>
      zlib.brotliCompressSync(text, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: level } }),
    decode: (bytes: Buffer) => zlib.brotliDecompressSync(bytes),
  },
  zstd: {
    encode: (text: string, level: number) =>
      zlib.zstdCompressSync(text, { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } }),
    decode: (bytes: Buffer) => zlib.zstdDecompressSync(bytes),
  },
}

/** As wrk makes them. The server that does not compress gets the same ones. */
function requests({ kind: _, coding, level: _level, ...common }: Compression): Throughput {
  const fields = { 'Accept-Encoding': coding }
  return {
    ...common,
    kind: 'throughput',
    per: 'request',
    connections: 64,
    inFlight: 1,
    fields,
    sends: 0,
    answer: null,
    others: [],
  }
}

function named(peer: Peer, how: string): Peer {
  return { ...peer, name: `${peer.name}-${how}`, title: `${peer.title}, ${how}` }
}
