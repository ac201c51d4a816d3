// UTF-8 judged by the runtime, where it can: as quick as memory is read. Who has text that comes in pieces, or wants to know where it is
// wrong, judges it byte by byte (src/websocket/utf8.ts).

interface BufferModule {
  isUtf8?: (bytes: Uint8Array) => boolean
}

interface Runtime {
  process?: { getBuiltinModule?: (name: string) => BufferModule | undefined }
}

const native = (globalThis as Runtime).process?.getBuiltinModule?.('node:buffer')?.isUtf8

/** Whether the bytes from `start` to `end` are UTF-8; null where the runtime has no quick way to tell. */
export const isUtf8: ((bytes: Uint8Array, start: number, end: number) => boolean) | null =
  native === undefined ? null : (bytes, start, end) => native(bytes.subarray(start, end))
