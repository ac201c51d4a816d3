// Comparing bytes.

interface NativeComparison {
  compare(target: Uint8Array, targetStart: number, targetEnd: number, sourceStart: number, sourceEnd: number): number
}

const native: NativeComparison | null =
  typeof Buffer === 'function' && typeof Buffer.prototype.compare === 'function'
    ? (Buffer.prototype as unknown as NativeComparison)
    : null

/** Whether the bytes from `start` are those of `other`, all of them. */
export const sameBytes: (bytes: Uint8Array, start: number, other: Uint8Array) => boolean =
  native === null
    ? sameOneByOne
    : (bytes, start, other) =>
        bytes.length - start >= other.length &&
        native.compare.call(bytes, other, 0, other.length, start, start + other.length) === 0

function sameOneByOne(bytes: Uint8Array, start: number, other: Uint8Array): boolean {
  if (bytes.length - start < other.length) return false
  for (let i = 0; i < other.length; i++) if (bytes[start + i] !== other[i]) return false
  return true
}
