// The memory that a thread reads into and writes from, in one piece, because of where its parts lie to each other. Bytes that are copied
// from a place in one page to nearly the same place in another are copied at half the speed: a processor takes a load for one that
// depends on the store before it where both addresses end alike (4 KB aliasing). So what is written begins half a page away from what is read.

/** The same size as libuv reads at most at a time; it holds the answers to one read of most connections. */
export const BLOCK = 64 * 1024
/** As many as there are connections whose answers gather at a time, which are few. */
const BLOCKS = 16
const HALF_A_PAGE = 2048

let whole: Uint8Array | undefined
let given = 0

/** What all connections of the thread are read into. */
export function readBuffer(): Uint8Array {
  return memory().subarray(0, BLOCK)
}

/** One of the blocks to be written from; null where all have been given. */
export function writeBlock(): Uint8Array | null {
  if (given === BLOCKS) return null
  given++
  const start = given * BLOCK + HALF_A_PAGE
  return memory().subarray(start, start + BLOCK)
}

/** A Buffer where there is one: sockets take it as it is. */
function memory(): Uint8Array {
  const size = (1 + BLOCKS) * BLOCK + HALF_A_PAGE
  whole ??= typeof Buffer === 'function' ? Buffer.allocUnsafeSlow(size) : new Uint8Array(size)
  return whole
}
