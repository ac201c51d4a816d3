// Copies of bytes that were borrowed.

/** The bytes from `start` to `end` in memory of their own. Not `bytes.slice`: that of a Buffer goes on sharing its memory. */
export function copyOf(bytes: Uint8Array, start = 0, end: number = bytes.length): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, start, end)
}
