import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { mask } from '../../src/websocket/mask.ts'

/** RFC 6455 section 5.3, to the letter. */
function plainlyMasked(payload: Uint8Array, key: number, phase: number): Uint8Array {
  return payload.map((byte, i) => byte ^ [key >>> 24, key >>> 16, key >>> 8, key][(i + phase) % 4])
}

const JUNK = 0xaa
const KEYS = [0x37fa213d, 0xffffffff, 0x80000001, 0, 0x7f000000]

/** The payload at `place` in a view that begins `offset` bytes into its memory. */
function laid(payload: Uint8Array, offset: number, place: number): Uint8Array<ArrayBuffer> {
  const memory = new Uint8Array(offset + place + payload.length + 9).fill(JUNK)
  const view = memory.subarray(offset)
  view.set(payload, place)
  return view
}

function check(payload: Uint8Array, offset: number, place: number, key: number, phase: number): void {
  const view = laid(payload, offset, place)
  const isAscii = mask(view, place, place + payload.length, key, phase)
  const expected = plainlyMasked(payload, key, phase)
  const shown = `${payload.length} bytes at ${offset} + ${place}, key ${key.toString(16)}, phase ${phase}`
  assert.deepEqual(view, laid(expected, offset, place).subarray(0), shown)
  assert.ok(
    new Uint8Array(view.buffer, 0, offset).every(byte => byte === JUNK),
    shown,
  )
  assert.equal(
    isAscii,
    expected.every(byte => byte < 0x80),
    shown,
  )
}

describe('masking', () => {
  test('is done as the RFC says at every alignment, for every length up to 80 and every phase', () => {
    for (let length = 0; length <= 80; length++) {
      const payload = Uint8Array.from({ length }, (_, i) => (i * 7) & 0x7f)
      for (let place = 0; place < 9; place++)
        for (let phase = 0; phase < 4; phase++)
          check(payload, place % 3, place, KEYS[(length + phase) % KEYS.length], phase)
    }
  })

  test('tells whether what came out is ASCII, wherever the one byte is that is not', () => {
    for (const length of [1, 5, 23, 24, 31, 40, 64, 71, 100])
      for (let wrong = 0; wrong < length; wrong++) {
        const clear = new Uint8Array(length).fill(0x41)
        clear[wrong] = 0x80
        for (const key of KEYS) check(plainlyMasked(clear, key, 2), 0, wrong % 8, key, 2)
        check(plainlyMasked(clear.fill(0x41), 0x91827364, 0), 0, wrong % 8, 0x91827364, 0)
        clear.fill(0)[wrong] = 0x80
        check(plainlyMasked(clear, 0x91827364, 0), 0, wrong % 8, 0x91827364, 0)
      }
  })

  test('is undone by masking again, in pieces as well', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat({ max: 0xffffffff }),
        fc.nat({ max: 300 }),
        (payload, key, at) => {
          const cut = Math.min(at, payload.length)
          const bytes = payload.slice()
          mask(bytes, 0, bytes.length, key, 0)
          mask(bytes, 0, cut, key, 0)
          mask(bytes, cut, bytes.length, key, cut)
          assert.deepEqual(bytes, payload)
        },
      ),
    )
  })

  test('is right in one buffer after the other, large ones too', () => {
    for (const size of [64, 4096, 2 * 1024 * 1024, 64, 4096]) {
      const bytes = new Uint8Array(size).fill(0x61)
      mask(bytes, 0, size, 0x01020304, 0)
      assert.deepEqual(bytes.subarray(-4), Uint8Array.of(0x60, 0x63, 0x62, 0x65))
    }
  })
})
