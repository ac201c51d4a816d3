// Borrowed bytes are valid only during the call. What comes through here lies at a changing place in a buffer full of
// junk, and is junk itself after the call: whoever keeps a view of it, or takes it to start at 0, is found out.
import type { Channel, ChannelUser } from '../../src/transport/index.ts'

const JUNK = 0xaa

let buffer = new Uint8Array(0)
let place = 0

/** Calls `use` with the bytes at a place of their own, and overwrites them afterwards. */
export function lend(
  bytes: Uint8Array,
  start: number,
  end: number,
  use: (bytes: Uint8Array, start: number, end: number) => void,
): void {
  const size = end - start
  if (buffer.length < size + 256) buffer = new Uint8Array(size + 65536).fill(JUNK)
  place = (place + 37) % 128
  const mine = buffer
  const from = place
  mine.set(bytes.subarray(start, end), from)
  try {
    use(mine, from, from + size)
  } finally {
    mine.fill(JUNK, from, from + size)
  }
}

/** Every user that this channel has from now on gets its bytes lent. */
export function scribble<T extends Channel>(channel: T): T {
  let user = channel.user
  const lender: ChannelUser = {
    receive: (bytes, start, end) => {
      lend(bytes, start, end, (lent, from, to) => user.receive(lent, from, to))
      bytes.fill(JUNK, start, end)
    },
    drained: () => user.drained(),
    ended: () => user.ended(),
    closed: error => user.closed(error),
  }
  channel.user = lender
  Object.defineProperty(channel, 'user', {
    get: () => lender,
    set: (next: ChannelUser) => {
      user = next
    },
  })
  return channel
}
