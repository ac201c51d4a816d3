// Memory seen as words of eight bytes, so that payloads are gone through eight bytes at a time.

/** The buffer that was looked at last, as words. Reads come into the same one time and again, and a view costs more than a short payload. */
let words = new BigUint64Array(0)
/** A larger one is not kept alive. */
const MOST_KEPT = 1024 * 1024

/** The whole words of the memory that the bytes lie in. */
export function wordsOf({ buffer }: Uint8Array): BigUint64Array {
  if (words.buffer === buffer) return words
  const view = new BigUint64Array(buffer, 0, buffer.byteLength >>> 3)
  if (buffer.byteLength <= MOST_KEPT) words = view as BigUint64Array<ArrayBuffer>
  return view
}
