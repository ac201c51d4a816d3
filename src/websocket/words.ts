// Memory seen as words of eight bytes, so that payloads are gone through eight bytes at a time.

/** The bytes that were looked at last, and their memory as words. Reads come into the same ones time and again, and a view costs more than a short payload. */
let lastBytes = new Uint8Array(0)
let lastWords = new BigUint64Array(0)
/** Larger memory is not kept alive. */
const MOST_KEPT = 2 * 1024 * 1024

/** The whole words of the memory that the bytes lie in. */
export function wordsOf(bytes: Uint8Array): BigUint64Array {
  // Asking for the memory costs a call: this does not.
  if (bytes === lastBytes) return lastWords
  const { buffer } = bytes
  const words = lastWords.buffer === buffer ? lastWords : new BigUint64Array(buffer, 0, buffer.byteLength >>> 3)
  if (buffer.byteLength <= MOST_KEPT) {
    lastBytes = bytes as Uint8Array<ArrayBuffer>
    lastWords = words as BigUint64Array<ArrayBuffer>
  }
  return words
}
