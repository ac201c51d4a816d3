// What a WebSocket peer does, byte by byte: mostly valid frames, out of inputs that know nothing of frames.
import { deflateRawSync } from 'node:zlib'

type Role = 'server' | 'client'

/** Mostly valid frames, two bytes each: what, and of which size or with which value. @param role of the connection they are for */
export function framesOf(role: Role, compressed: boolean, bytes: Uint8Array): Uint8Array {
  const frames: Uint8Array[] = []
  let begun = false
  for (let at = 0; at + 1 < bytes.length && frames.length < 60; at += 2) {
    const value = bytes[at + 1]
    const act = ACTS[bytes[at] % ACTS.length]
    for (const { first, payload } of act({ value, begun, compressed })) {
      if ((first & 8) === 0) begun = first < 0x80
      frames.push(frame(first, payload, role === 'server' ? bytes[at] * 0x01010101 + value : null))
    }
  }
  return Buffer.concat(frames)
}

interface Chance {
  readonly value: number
  /** A message has begun. */
  readonly begun: boolean
  readonly compressed: boolean
}

interface Part {
  /** The frame's first byte. */
  readonly first: number
  readonly payload: Uint8Array
}

const TEXTS = ['', 'a', 'é', '€', '😀', 'plain text', 'caf\u00e9 '.repeat(20), 'x'.repeat(130)].map(text =>
  Buffer.from(text),
)
const CODES = [1000, 1001, 1005, 1006, 1011, 1014, 1015, 3000, 4999, 5000, 999]
/** No UTF-8, and what is next to it. */
const WRONG = ['eda080', 'ed9fbf', 'f4908080', 'f48fbfbf', 'c080', 'e09fbf', 'e0a080', '80', 'c3'].map(hex =>
  Buffer.from(hex, 'hex'),
)
const FIN = 0x80

const ACTS: readonly ((chance: Chance) => Part[])[] = [
  // Text, whole or begun, or gone on with.
  ({ value, begun }) => [{ first: (begun ? 0 : 1) | (value & FIN), payload: TEXTS[value % TEXTS.length] }],
  ({ value, begun }) => [{ first: FIN | (begun ? 0 : 1), payload: TEXTS[value % TEXTS.length] }],
  // Text that is cut anywhere.
  ({ value, begun }) => {
    const text = Buffer.from('aé€😀é€')
    const at = value % (text.length + 1)
    return [
      ...(begun ? [{ first: FIN, payload: new Uint8Array(0) }] : []),
      { first: 1, payload: text.subarray(0, at) },
      { first: FIN, payload: text.subarray(at) },
    ]
  },
  ({ value, begun }) => [{ first: (begun ? 0 : 2) | (value & FIN), payload: Buffer.alloc(value * 2, value) }],
  ({ value, begun }) => [{ first: FIN | (begun ? 0 : 2), payload: Buffer.alloc(value, 'b') }],
  ({ value }) => [{ first: FIN | 9, payload: Buffer.alloc(value % 126, 'p') }],
  ({ value }) => [{ first: FIN | 10, payload: Buffer.alloc(value % 9, 'q') }],
  ({ value }) => [{ first: FIN | 8, payload: closeOf(CODES[value % CODES.length], value) }],
  // Compressed, whole and in fragments.
  ({ value, compressed }) => [{ first: (compressed ? 0xc0 : FIN) | 1, payload: deflated(TEXTS[value % TEXTS.length]) }],
  ({ value, compressed, begun }) => {
    const made = deflated(Buffer.from('again and again '.repeat(1 + (value % 30))))
    const at = value % (made.length + 1)
    return [
      ...(begun ? [{ first: FIN, payload: new Uint8Array(0) }] : []),
      { first: compressed ? 0x42 : 2, payload: made.subarray(0, at) },
      { first: FIN | 9, payload: Buffer.of(value) },
      { first: FIN, payload: made.subarray(at) },
    ]
  },
  // One that refers to the message before it.
  ({ compressed, begun }) =>
    begun || !compressed
      ? []
      : [
          { first: 0xc1, payload: Buffer.from('f248cdc9c90700', 'hex') },
          { first: 0xc1, payload: Buffer.from('f200110000', 'hex') },
        ],
  // One with a block that ends the stream.
  ({ compressed, begun, value }) =>
    begun || !compressed
      ? []
      : [{ first: 0xc2, payload: Buffer.from(`f348cdc9c907${'00'.repeat(1 + (value % 3))}`, 'hex') }],
  // Text that is none, or nearly none.
  ({ value, begun }) => [{ first: FIN | (begun ? 0 : 1), payload: WRONG[value % WRONG.length] }],
  // Anything.
  ({ value }) => [{ first: value, payload: Buffer.alloc(value % 5, 'z') }],
  ({ begun }) => [{ first: begun ? 0 : 1, payload: new Uint8Array(0) }],
]

function closeOf(code: number, value: number): Uint8Array {
  if (value > 250) return new Uint8Array(value - 251)
  return Buffer.concat([Uint8Array.of(code >> 8, code), Buffer.from('bye \u00e9').subarray(0, value % 7)])
}

function deflated(content: Uint8Array): Uint8Array {
  return deflateRawSync(content, { finishFlush: 2 }).subarray(0, -4)
}

function frame(first: number, payload: Uint8Array, key: number | null): Uint8Array {
  const head = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff]
  head[0] |= key === null ? 0 : 0x80
  const mask = key === null ? [] : [key >>> 24, (key >>> 16) & 0xff, (key >>> 8) & 0xff, key & 0xff]
  const masked = key === null ? payload : payload.map((byte, i) => byte ^ mask[i % 4])
  return Buffer.from([first, ...head, ...mask, ...masked])
}

/** Whole frames, and their beginnings. */
export function dictionaryOf(role: Role): Uint8Array[] {
  const key = role === 'server' ? 0 : null
  const whole = [
    frame(0x81, Buffer.from('é'), key),
    frame(0x01, Buffer.from('a'), key),
    frame(0x80, Buffer.from('b'), key),
    frame(0x00, Buffer.from('c'), key),
    frame(0x82, Buffer.of(0xff), key),
    frame(0x89, Buffer.from('p'), key),
    frame(0x8a, new Uint8Array(0), key),
    frame(0x88, Buffer.of(3, 232), key),
    frame(0xc1, Buffer.from('f248cdc9c90700', 'hex'), key),
    frame(0xc1, Buffer.from('f200110000', 'hex'), key),
    frame(0x82, Buffer.alloc(130), key),
  ]
  const bytes = ['f09f9880', 'e282ac', 'eda080', 'c3', '817e0080', '81fe0080', '817f0000000000010000', 'ff', '0000ffff']
  return [...whole, ...bytes.map(hex => Buffer.from(hex, 'hex'))]
}
