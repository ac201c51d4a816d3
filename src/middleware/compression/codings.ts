// The content codings (RFC 9110 section 8.4.1) that there are, as a table: for each how Node's zlib is asked for it, and
// what that costs. All numbers that are judgement calls stand here; `bench/micro/compression.ts` shows what they rest on.
import zlib from 'node:zlib'
import { type Reusable, type ReusedCodec, reusedCodec } from './reused-codec.ts'

/** A content coding by its name in Accept-Encoding and Content-Encoding. `deflate` is the zlib format (RFC 9110 section 8.4.1.2). */
export type Coding = 'zstd' | 'br' | 'gzip' | 'deflate'

/** A stream of Node's zlib, in either direction. */
export type CodecStream = zlib.Gzip

/** What a stream of compressed content is for: content that ends, or events that are each sent on at once. */
export type StreamKind = 'content' | 'events'

interface CodingFacts {
  /** The usual level, and the most that there is. */
  readonly level: number
  readonly highest: number
  /** Bytes of content up to which whole content is compressed on the thread at the usual level or below: half a millisecond. */
  readonly onThread: number
  /** Bytes that the state of one compressing stream takes, measured as resident memory and rounded up. */
  readonly memory: Readonly<Record<StreamKind, number>>
  /** Bytes that the state of a decompressing stream takes at the start, and the most that its window grows to. */
  readonly decoder: { readonly start: number; readonly window: number }
  compressNow(content: Uint8Array, level: number): Uint8Array
  compressLater(content: Uint8Array, level: number, done: Done): void
  /** How a codec is set up that compresses whole content over and over, where there can be one. */
  readonly reusable?: (level: number) => Reusable
  compressor(level: number, kind: StreamKind): CodecStream
  decompressor(): CodecStream
}

type Done = (error: Error | null, compressed: Uint8Array) => void

const KB = 1024
const MB = 1024 * KB
const P = zlib.constants

/** zlib's own window and memory are the usual ones: 256 KB (zlib.h). */
const ZLIB_MEMORY = { content: 300 * KB, events: 8 * KB }
const ZLIB_DECODER = { start: 64 * KB, window: 0 }

/** The window of a compressing brotli stream: 256 KB. Its usual 4 MB would be too much for each of many streams. */
const BROTLI_WINDOW = 18
/** The same for zstd: 128 KB; its tables go along with it. */
const ZSTD_STREAM = { [P.ZSTD_c_windowLog]: 17, [P.ZSTD_c_hashLog]: 16, [P.ZSTD_c_chainLog]: 16 }
const ZSTD_EVENTS = { [P.ZSTD_c_windowLog]: 12, [P.ZSTD_c_hashLog]: 11, [P.ZSTD_c_chainLog]: 11 }
/** More than 8 MB nobody who sends content may ask for (RFC 9659). */
const ZSTD_LONGEST_WINDOW = 23

/** Bytes that an event stream's codec makes at a time; events are small. */
const EVENT_OUTPUT = KB

/**
 * The codings, in the order of what they give for their cost. A page of 20 KB takes zstd 55 µs, brotli 145 and gzip 200, and all of them leave a fifth of it.
 * The levels are those of others: gzip 6 as nginx and Express, brotli 4 as Express, zstd 3 as zstd itself and Caddy.
 */
export const CODINGS: Readonly<Record<Coding, CodingFacts>> = {
  zstd: {
    level: 3,
    highest: 19,
    onThread: 128 * KB,
    memory: { content: 1 * MB, events: 96 * KB },
    decoder: { start: 192 * KB, window: 8 * MB },
    compressNow: (content, level) => zlib.zstdCompressSync(content, zstdWhole(level, content.length)),
    compressLater: (content, level, done) => zlib.zstdCompress(content, zstdWhole(level, content.length), done),
    reusable: level => ({
      open: options => zlib.createZstdCompress({ params: { [P.ZSTD_c_compressionLevel]: level }, ...options }),
      finish: P.ZSTD_e_end,
      decompress: content => zlib.zstdDecompressSync(content),
    }),
    compressor: (level, kind) =>
      zlib.createZstdCompress({
        params: { [P.ZSTD_c_compressionLevel]: level, ...(kind === 'events' ? ZSTD_EVENTS : ZSTD_STREAM) },
        ...(kind === 'events' ? { flush: P.ZSTD_e_flush, chunkSize: EVENT_OUTPUT } : {}),
      }) as unknown as CodecStream,
    decompressor: () =>
      zlib.createZstdDecompress({
        params: { [P.ZSTD_d_windowLogMax]: ZSTD_LONGEST_WINDOW },
      }) as unknown as CodecStream,
  },
  br: {
    level: 4,
    highest: 11,
    onThread: 32 * KB,
    memory: { content: 1.25 * MB, events: 640 * KB },
    decoder: { start: 64 * KB, window: 16 * MB },
    compressNow: (content, level) => zlib.brotliCompressSync(content, brotliWhole(level, content.length)),
    compressLater: (content, level, done) => zlib.brotliCompress(content, brotliWhole(level, content.length), done),
    compressor: (level, kind) =>
      zlib.createBrotliCompress({
        params: {
          [P.BROTLI_PARAM_QUALITY]: level,
          [P.BROTLI_PARAM_LGWIN]: kind === 'events' ? 12 : BROTLI_WINDOW,
        },
        ...(kind === 'events' ? { flush: P.BROTLI_OPERATION_FLUSH, chunkSize: EVENT_OUTPUT } : {}),
      }) as unknown as CodecStream,
    decompressor: () => zlib.createBrotliDecompress() as unknown as CodecStream,
  },
  gzip: {
    level: 6,
    highest: 9,
    onThread: 32 * KB,
    memory: ZLIB_MEMORY,
    decoder: ZLIB_DECODER,
    compressNow: (content, level) => zlib.gzipSync(content, zlibWhole(level, content.length)),
    compressLater: (content, level, done) => zlib.gzip(content, zlibWhole(level, content.length), done),
    reusable: level => ({
      open: options => zlib.createGzip({ level, ...options }),
      finish: P.Z_FINISH,
      decompress: content => zlib.gunzipSync(content),
    }),
    compressor: level => zlib.createGzip({ level }),
    decompressor: () => zlib.createGunzip(),
  },
  deflate: {
    level: 6,
    highest: 9,
    onThread: 32 * KB,
    memory: ZLIB_MEMORY,
    decoder: ZLIB_DECODER,
    compressNow: (content, level) => zlib.deflateSync(content, zlibWhole(level, content.length)),
    compressLater: (content, level, done) => zlib.deflate(content, zlibWhole(level, content.length), done),
    reusable: level => ({
      open: options => zlib.createDeflate({ level, ...options }),
      finish: P.Z_FINISH,
      decompress: content => zlib.inflateSync(content),
    }),
    compressor: level => zlib.createDeflate({ level }) as unknown as CodecStream,
    decompressor: () => zlib.createInflate() as unknown as CodecStream,
  },
}

/** The codings that this Node has, best first: zstd came with 22.15. */
export const AVAILABLE: readonly Coding[] = (Object.keys(CODINGS) as Coding[]).filter(
  coding => coding !== 'zstd' || typeof zlib.createZstdCompress === 'function',
)

/** The order for streams of events, by what each costs: with gzip and deflate a stream is 4 KB of memory, with brotli 640 (see `event-deflate.ts`). */
export const FOR_EVENTS: readonly Coding[] = ['gzip', 'deflate', 'zstd', 'br']

/** Compresses whole content: at once where that takes no longer than half a millisecond, else beside the thread. */
export function compressWhole(
  content: string | Uint8Array,
  coding: Coding,
  level: number,
): Uint8Array | Promise<Uint8Array> {
  const size = typeof content === 'string' ? Buffer.byteLength(content) : content.length
  if (isQuick(size, coding, level))
    return compressAtOnce(typeof content === 'string' ? lent(content) : content, coding, level)
  const { compressLater } = CODINGS[coding]
  return new Promise((resolve, reject) => {
    compressLater(typeof content === 'string' ? Buffer.from(content) : content, level, (error, compressed) => {
      if (error === null) resolve(compressed)
      else reject(error)
    })
  })
}

/** The codecs that are used again, by coding and level; null where there is none. */
const reused = new Map<string, ReusedCodec | null>()

function compressAtOnce(content: Uint8Array, coding: Coding, level: number): Uint8Array {
  const { reusable, compressNow } = CODINGS[coding]
  const key = `${coding} ${level}`
  let codec = reused.get(key)
  if (codec === undefined) {
    codec = reusable === undefined ? null : reusedCodec(reusable(level))
    reused.set(key, codec)
  }
  if (codec === null) return compressNow(content, level)
  try {
    return codec.compress(content)
  } catch {
    // Out of memory, say. What went wrong in it is not known, so it is set up anew the next time.
    reused.delete(key)
    return compressNow(content, level)
  }
}

/** The largest content that is compressed on the thread. */
const scratch = Buffer.allocUnsafeSlow(128 * KB)

/** The text's bytes, until the next text comes: an allocation for each would be a tenth of the cost. */
function lent(text: string): Uint8Array {
  return scratch.subarray(0, scratch.write(text))
}

/** Whether content of this size is compressed within half a millisecond. */
export function isQuick(size: number, coding: Coding, level: number): boolean {
  return size <= CODINGS[coding].onThread && level <= CODINGS[coding].level
}

// For whole content, whose size is known, the window and the tables are no larger than it needs: nothing is lost, and V8, which
// counts what a codec allocates, collects garbage a tenth as often.

function zlibWhole(level: number, size: number): zlib.ZlibOptions {
  // At least half of the content.
  const windowBits = Math.min(15, Math.max(9, bits(size) - 1))
  return { level, windowBits, memLevel: windowBits === 15 ? 8 : 6 }
}

function brotliWhole(level: number, size: number): zlib.BrotliOptions {
  return {
    params: {
      [P.BROTLI_PARAM_QUALITY]: level,
      [P.BROTLI_PARAM_LGWIN]: Math.min(22, Math.max(10, bits(size))),
      [P.BROTLI_PARAM_SIZE_HINT]: size,
    },
  }
}

function zstdWhole(level: number, size: number): zlib.ZstdOptions {
  return { params: { [P.ZSTD_c_compressionLevel]: level }, pledgedSrcSize: size }
}

/** The bits that a number takes. */
function bits(number: number): number {
  return 32 - Math.clz32(number)
}
