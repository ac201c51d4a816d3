// Cases 9, 10, 12 and 13: messages of many sizes there and back, in fragments, in small writes, one after another, compressed.
import type { Offer } from './deflate.ts'
import { SAMPLES, type Sample } from './samples.ts'
import type { Trips } from './verdict.ts'

const KB = 1024
const MB = 1024 * KB
const CHARACTERS = 'BAsd7&jh23'
const BYTES = Buffer.from([0x00, 0xfe, 0x23, 0xfa, 0xf0])

const LIMITS = [64 * KB, 256 * KB, MB, 4 * MB, 8 * MB, 16 * MB]
const FRAGMENTS = [64, 256, KB, 4 * KB, 16 * KB, 64 * KB, 256 * KB, MB, 4 * MB]
const CHOPS = [64, 128, 256, 512, KB, 2 * KB]
const LATENCY_SIZES = [0, 16, 64, 256, KB, 4 * KB]

/** Each of these twice: as text, and as bytes. */
const limits: readonly Trips[] = [
  ...LIMITS.flatMap((size, i) => both(1, i, size, '')),
  ...FRAGMENTS.flatMap((fragment, i) => both(3, i, 4 * MB, `in fragments of ${fragment} bytes`, { fragment })),
  ...CHOPS.flatMap((chop, i) => both(5, i, MB, `in writes of ${chop} bytes`, { chop })),
  ...LATENCY_SIZES.flatMap((size, i) => both(7, i, size, 'a thousand times', { count: 1000 })),
].sort((a, b) => section(a) - section(b))

const fragmentedByItself: Trips = {
  ...both(3, 0, 64 * KB, 'in fragments of 1300 bytes', { fragment: 1300 })[0],
  id: '10.1.1',
}

function both(
  first: number,
  index: number,
  size: number,
  how: string,
  more: Partial<Pick<Trips, 'count' | 'fragment' | 'chop'>> = {},
): Trips[] {
  return [true, false].map((text, i) => {
    const payload = Buffer.alloc(size, text ? CHARACTERS : BYTES)
    const name = `${text ? 'text' : 'binary'} of ${size} bytes ${how}`.trimEnd()
    return { id: `9.${first + i}.${index + 1}`, name, text, count: 1, payload: () => payload, ...more }
  })
}

function section({ id }: Trips): number {
  return Number(id.split('.')[1])
}

const COUNT = 1000
const SIZES = [16, 64, 256, KB, 4 * KB, 8 * KB, 16 * KB, 32 * KB, 64 * KB, 128 * KB]

/** How long the messages are, and in which fragments they go. */
const SHAPES: readonly { readonly size: number; readonly fragment?: number }[] = [
  ...SIZES.map(size => ({ size })),
  ...SIZES.slice(5).map(size => ({ size, fragment: 256 })),
  ...[KB, 4 * KB, 32 * KB].map(fragment => ({ size: 128 * KB, fragment })),
]

const OFFERS: readonly (readonly Offer[])[] = [
  [{}],
  [{ serverNoContextTakeover: true }],
  [{ serverMaxWindowBits: 8 }],
  [{ serverMaxWindowBits: 15 }],
  [{ serverNoContextTakeover: true, serverMaxWindowBits: 8 }],
  [{ serverNoContextTakeover: true, serverMaxWindowBits: 15 }],
  [{ serverNoContextTakeover: true, serverMaxWindowBits: 8 }, { serverNoContextTakeover: true }, {}],
]

const compressed: readonly Trips[] = [
  ...SAMPLES.flatMap((sample, i) => shapes(`12.${i + 1}`, sample, [{}], '')),
  ...OFFERS.flatMap((offers, i) => shapes(`13.${i + 1}`, SAMPLES[0], offers, `, offered ${JSON.stringify(offers)}`)),
]

function shapes(id: string, sample: Sample, offers: readonly Offer[], how: string): Trips[] {
  return SHAPES.map(({ size, fragment }, i) => {
    const fragments = fragment === undefined ? '' : ` in fragments of ${fragment} bytes`
    return {
      id: `${id}.${i + 1}`,
      name: `${sample.name}, ${size} bytes a message${fragments}, compressed${how}`,
      text: sample.text,
      count: COUNT,
      payload: index => sample.piece(index * size, size),
      ...(fragment === undefined ? {} : { fragment }),
      offers,
    }
  })
}

export const LIMIT_CASES: readonly Trips[] = [...limits, fragmentedByItself]
export const COMPRESSION_CASES: readonly Trips[] = compressed

/** The same with fewer messages, where they are large. */
export function shortened(trips: Trips, bytes: number, most: number): Trips {
  const size = Math.max(1, trips.payload(0).length)
  return { ...trips, count: Math.min(trips.count, most, Math.max(3, Math.floor(bytes / size))) }
}
