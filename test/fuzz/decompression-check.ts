// Whatever bytes are sent as compressed content, they are decompressed as Node's own one-shot functions do it, whole and to the last
// byte, or refused; within the limit; and everything is let go of.
import zlib from 'node:zlib'
import { Refused } from '../../src/exchange/index.ts'
import type * as bodies from '../../src/middleware/compression/decoded-body.ts'
import type * as bounds from '../../src/middleware/compression/decoding-bounds.ts'
import type * as memory from '../../src/middleware/compression/memory.ts'
import { encoded, HERE, lending, pieces, prose } from '../middleware/support.ts'

/** What is checked: the source's, or a copy with a fault. */
export interface Room {
  readonly DecodedBody: typeof bodies.DecodedBody
  readonly DecodingBounds: typeof bounds.DecodingBounds
  readonly CodecMemory: typeof memory.CodecMemory
}

const ONE_SHOT = {
  zstd: (bytes: Uint8Array, options: object) =>
    zlib.zstdDecompressSync(bytes, { ...options, params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } }),
  br: (bytes: Uint8Array, options: object) => zlib.brotliDecompressSync(bytes, options),
  gzip: (bytes: Uint8Array, options: object) => zlib.gunzipSync(bytes, options),
  deflate: (bytes: Uint8Array, options: object) => zlib.inflateSync(bytes, options),
}

/** Inputs: which coding, how it is split, how much may come out, and the content. */
export function seeds(): Uint8Array[] {
  const all: Uint8Array[] = []
  for (const [at, coding] of HERE.entries())
    for (const content of ['', 'hello hello hello', prose(3000)]) {
      const packed = encoded(content, coding)
      all.push(Buffer.from([at, 7, 255, ...packed]), Buffer.from([at, 200, 3, ...packed]))
      // As many bytes as are allowed.
      all.push(Buffer.from([at, 9, 2, ...encoded(prose(300), coding)]))
      all.push(Buffer.from([at, 3, 255, ...packed, ...packed]), Buffer.from([at, 255, 255, ...packed, 0]))
    }
  return all
}

export interface Checked {
  /** What is wrong; empty where all is well. */
  readonly wrong: readonly string[]
  /** What stands for the behaviour seen. */
  readonly seen: readonly string[]
}

export async function check(room: Room, bytes: Uint8Array): Promise<Checked> {
  const [at = 0, split = 0, most = 0] = bytes
  const coding = HERE[at % HERE.length]
  const content = bytes.subarray(3)
  const limit = (most + 1) * 100
  const expected = oneShot(content, coding, limit)

  const codecs = new room.CodecMemory(64 * 1024 * 1024)
  const source = lending(pieces(content, [split + 1, (split * 7) % 13]), { sync: split % 2 === 0 })
  const limits = new room.DecodingBounds({ limit, ratio: 200, memory: codecs }, { bytes: content.length }, coding)
  const body = new room.DecodedBody(source, coding, limits)
  const made: Buffer[] = []
  let refused: unknown = null
  try {
    for (let chunk = await body.pull(); chunk !== null; chunk = await body.pull()) made.push(Buffer.from(chunk))
  } catch (error) {
    refused = error
  }
  const whole = Buffer.concat(made)
  const wrong: string[] = []
  if (refused !== null && !(refused instanceof Refused)) wrong.push(`threw ${refused}`)
  if (whole.length > limit) wrong.push(`${whole.length} bytes came out, over the limit of ${limit}`)
  if (expected === null && refused === null) wrong.push('took what is not right')
  if (expected !== null && refused !== null) wrong.push(`refused what is right: ${refused}`)
  if (expected !== null && refused === null && !whole.equals(expected)) wrong.push('made other bytes of it')
  if (codecs.inUse !== 0) wrong.push(`kept ${codecs.inUse} bytes of memory`)
  if (refused === null && source.cancelled.length > 0) wrong.push('cancelled what was read to its end')
  const outcome = refused instanceof Refused ? refused.refusal.detail.replaceAll(/\d+/g, '') : 'taken'
  return { wrong, seen: [`${coding} ${outcome}, ${whole.length.toString(2).length} bits of bytes`] }
}

/** null for what is to be refused. */
function oneShot(content: Uint8Array, coding: (typeof HERE)[number], limit: number): Buffer | null {
  if (content.length === 0) return Buffer.alloc(0)
  try {
    const { buffer, engine } = ONE_SHOT[coding](content, { info: true, maxOutputLength: limit }) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    return engine.bytesWritten === content.length ? buffer : null
  } catch {
    return null
  }
}
