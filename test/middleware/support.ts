// What the tests of compression share: content of each kind, decoders that are Node's own, sources that lend their chunks.
import zlib from 'node:zlib'
import type { Body, Chunk } from '../../src/exchange/index.ts'

export const CODINGS = ['zstd', 'br', 'gzip', 'deflate'] as const
export type Coding = (typeof CODINGS)[number]

/** Those that this Node has: zstd came with 22.15. */
export const HERE = CODINGS.filter(coding => coding !== 'zstd' || typeof zlib.zstdCompressSync === 'function')

const DECODERS = {
  zstd: zlib.zstdDecompressSync,
  br: zlib.brotliDecompressSync,
  gzip: zlib.gunzipSync,
  deflate: zlib.inflateSync,
}

const ENCODERS = {
  zstd: (bytes: Uint8Array) => zlib.zstdCompressSync(bytes),
  br: (bytes: Uint8Array) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (bytes: Uint8Array) => zlib.gzipSync(bytes),
  deflate: (bytes: Uint8Array) => zlib.deflateSync(bytes),
}

export function decoded(bytes: Uint8Array, coding: string): Buffer {
  return coding === 'identity' ? Buffer.from(bytes) : DECODERS[coding as Coding](bytes)
}

export function encoded(bytes: Uint8Array | string, coding: Coding): Buffer {
  return ENCODERS[coding](Buffer.from(bytes))
}

/** Text of so many bytes that compresses well. */
export function prose(size: number): string {
  let text = ''
  for (let i = 0; text.length < size; i++) text += `Line ${i} of a page, with ${(i * 7919) % 1000} words in it.\n`
  return text.slice(0, size)
}

/** Bytes that do not compress. */
export function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let state = 0x2545f491
  for (let i = 0; i < size; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[i] = state
  }
  return bytes
}

export interface Lending extends Body {
  /** Chunks asked for so far. */
  readonly pulls: number
  /** Why it was cancelled. */
  readonly cancelled: readonly unknown[]
}

/** A source that lends each chunk in the same buffer, overwritten before the next one, and keeps watch on Body's laws. */
export function lending(chunks: Iterable<Uint8Array>, options: { sync?: boolean; endless?: boolean } = {}): Lending {
  const iterator = chunks[Symbol.iterator]()
  const buffer = Buffer.alloc(1_000_000)
  let pulls = 0
  let pulling = false
  let over = false
  const cancelled: unknown[] = []
  const next = (): Chunk => {
    pulling = false
    const { done, value } = iterator.next()
    if (done) {
      over = true
      return null
    }
    buffer.fill(0xdb)
    buffer.set(value)
    return buffer.subarray(0, value.length)
  }
  return {
    length: undefined,
    ...(options.endless ? { endless: true } : {}),
    get pulls() {
      return pulls
    },
    cancelled,
    pull() {
      if (pulling || over) throw new Error(over ? 'pulled after the end' : 'pulled twice at a time')
      pulls++
      pulling = true
      return options.sync ? next() : Promise.resolve().then(next)
    },
    cancel(reason) {
      if (over || cancelled.length > 0) throw new Error('cancelled after the end')
      cancelled.push(reason)
    },
  }
}

/** The bytes in pieces of such sizes, over and over. */
export function* pieces(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length])
    yield bytes.subarray(at, at + size)
    at += size
  }
}

/** A source whose chunks are given one by one, each when it is there. */
export class Handed implements Body {
  readonly length = undefined
  readonly endless = true
  cancelled: unknown = null
  private readonly ready: Chunk[] = []
  private waiting: ((chunk: Chunk) => void) | null = null

  give(chunk: string | null): void {
    const bytes = chunk === null ? null : Buffer.from(chunk)
    if (this.waiting === null) this.ready.push(bytes)
    else {
      this.waiting(bytes)
      this.waiting = null
    }
  }

  pull(): Promise<Chunk> {
    const chunk = this.ready.shift()
    return chunk === undefined
      ? new Promise(resolve => {
          this.waiting = resolve
        })
      : Promise.resolve(chunk)
  }

  cancel(reason: unknown): void {
    this.cancelled = reason
  }
}

/** Decodes what comes piece by piece, and tells what is there so far: `text()` waits until the codec has made all it can. */
export class Decoding {
  private readonly codec: zlib.Gunzip
  private so = ''

  constructor(coding: Coding) {
    const make = {
      zstd: zlib.createZstdDecompress,
      br: zlib.createBrotliDecompress,
      gzip: zlib.createGunzip,
      deflate: zlib.createInflate,
    }
    this.codec = make[coding]() as unknown as zlib.Gunzip
    this.codec.on('data', chunk => {
      this.so += chunk.toString('latin1')
    })
  }

  /** All that can be read after this piece. */
  async add(piece: Uint8Array): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.codec.once('error', reject).once('end', resolve)
    this.codec.write(Buffer.from(piece), () => resolve())
    await promise
    this.codec.off('error', reject).off('end', resolve)
    await new Promise(resolve => setImmediate(resolve))
    return this.so
  }

  close(): void {
    this.codec.close()
  }
}
