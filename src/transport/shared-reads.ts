// Reading into one buffer that all connections of a thread share: a read then allocates nothing. Node can do it for a
// socket that is told so when it is made; sockets that a server accepts are not, so the accepted handle is moved over to a
// new socket. Where any of the parts this needs is missing (Bun, Deno), it is not done.
import { Socket } from 'node:net'
import { readBuffer } from '../bytes/thread-memory.ts'
import { type Carrier, HIGH_WATER_MARK } from './socket-channel.ts'

/** Deno's TLS cannot take over a socket that reads into a buffer of ours. */
export const TLS_CAN_TAKE_OVER = !('Deno' in globalThis)

let shared: Uint8Array | undefined
let unusable = false

/** Moves an accepted, paused socket's handle to a socket that reads into the shared buffer; null where that cannot be done. */
export function withSharedReads(accepted: Socket): Carrier | null {
  const holder = accepted as unknown as HandleHolder
  const handle = holder._handle
  if (unusable || !canShare(handle)) return null
  shared ??= readBuffer()
  try {
    const socket = readingInto(shared, handle)
    holder._handle = null
    return socket
  } catch {
    // A runtime that has the parts, but not this use of them: nothing has been read, so the accepted socket still can.
    unusable = true
    return null
  }
}

function readingInto(buffer: Uint8Array, handle: object): Socket {
  return new Socket({
    handle,
    allowHalfOpen: true,
    manualStart: true,
    writableHighWaterMark: HIGH_WATER_MARK,
    onread: { buffer, callback: onRead },
  } as ConstructorParameters<typeof Socket>[0])
}

/** Called with the socket as `this`. */
function onRead(this: Carrier, size: number, buffer: Uint8Array): boolean {
  const channel = this.channel
  return channel ? channel.received(buffer, 0, size) : true
}

interface HandleHolder {
  _handle: object | null | undefined
}

function canShare(handle: object | null | undefined): handle is object {
  return handle !== null && handle !== undefined && NEEDED.every(name => name in handle)
}

/** What Node's socket calls on a handle that it is given together with a buffer. */
const NEEDED = ['useUserBuffer', 'readStart', 'readStop', 'getAsyncId', 'onread']
