// Whole content compressed on the thread by a codec that is used again and again. Setting one up for each piece, as zlib's
// own `gzipSync` does, is a sixth of the cost of a page of 20 KB in gzip, and half of it in zstd. Node offers no public way, so a stream
// is used as npm's own minizlib does it: its handle is kept from being closed, and reset. Where a runtime does not work
// like that, which is tried once, there is no such codec.
import { Buffer } from 'node:buffer'

/** Bytes of output that are made at a time. */
const CHUNK = 8 * 1024

export interface ReusedCodec {
  /** @throws Error where the codec fails; it must not be used again then */
  compress(content: Uint8Array): Uint8Array
}

/** What a stream of Node's zlib has inside, as far as it is used here. */
interface Inside {
  _handle: { close(): void } | null
  _processChunk?(chunk: Uint8Array, flush: number): Buffer
  reset?(): void
  removeAllListeners(event: string): void
}

/** How a codec is set up and its output looked at. */
export interface Reusable {
  /** A stream of Node's zlib that can be reset: brotli's cannot. */
  open(options: { readonly chunkSize: number }): object
  /** The flush that ends content. */
  readonly finish: number
  decompress(compressed: Uint8Array): Uint8Array
}

/** A codec that can be used again; null where this runtime has none. */
export function reusedCodec(reusable: Reusable): ReusedCodec | null {
  try {
    const codec = opened(reusable)
    return codec !== null && works(codec, reusable) ? codec : null
  } catch {
    return null
  }
}

function opened({ open, finish }: Reusable): ReusedCodec | null {
  const inside = open({ chunkSize: CHUNK }) as Inside
  const { _handle: handle } = inside
  if (typeof handle?.close !== 'function' || !inside._processChunk || !inside.reset) return null
  handle.close = () => {}
  return {
    compress(content) {
      const made = inside._processChunk!(content, finish)
      inside._handle = handle
      inside.removeAllListeners('error')
      inside.reset!()
      // What fits into one chunk is the stream's own memory, which the next content is written to.
      return made.length <= CHUNK ? Buffer.from(made) : made
    },
  }
}

/** Whether content comes back as it was, also the second time, and stays as it is. */
function works(codec: ReusedCodec, { decompress }: Reusable): boolean {
  const contents = ['twice the same, twice the same', 'another'.repeat(4000), ''].map(text => Buffer.from(text))
  const made = contents.map(content => codec.compress(content))
  return contents.every((content, at) => Buffer.compare(decompress(made[at]), content) === 0)
}
