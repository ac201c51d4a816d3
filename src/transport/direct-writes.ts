// Writing to a socket's handle, past Node's streams, which give nothing that a channel has not got itself. Nothing is done that Node
// does not do: it is watched once how its own sockets call the handle, and done likewise if that is the way known here: without a request,
// which the handle makes by itself where the kernel does not take everything at once (Node 26). Elsewhere the socket is written to.
import type { Socket } from 'node:net'
import { getSystemErrorName } from 'node:util'

/** Is told of a write that the kernel did not take at once. */
export interface Writer {
  /** The kernel has taken so many bytes more; or it has not, and will not. */
  written(size: number, error: Error | null): void
}

/** What is below a socket. */
export interface Handle {
  writeBuffer(request: null, bytes: Uint8Array): Result
  writeLatin1String(request: null, text: string): Result
}

/** 0 where the kernel has taken everything, an error's number, or what tells how it goes on. */
type Result = number | Request

interface Request {
  /** How it ended, where that is known already. */
  readonly writeStatus: number | null
  oncomplete: (this: Request, status: number) => void
  /** Kept until it is written. */
  buffer: Uint8Array | null
  writer: Writer
  size: number
}

/** Whether this runtime does it in the known way; undefined until it has been watched. */
let known: boolean | undefined

/** The handle of a socket; null where the socket itself must be written to. */
export function handleOf(socket: Socket): Handle | null {
  if (known === false) return null
  const { _handle: handle } = socket as { _handle?: Handle | null }
  if (handle === null || handle === undefined) return null
  if (known === undefined) watch(handle)
  return known === true ? handle : null
}

/** Writes text, one byte for each character. @returns how much the writer will be told of: 0 where the kernel has taken it */
export function writeText(handle: Handle, text: string, writer: Writer): number {
  const result = handle.writeLatin1String(null, text)
  return result === 0 ? 0 : awaited(result, text.length, null, writer)
}

/** Writes bytes, which must not change before they are written. @returns as `writeText` */
export function writeBytes(handle: Handle, bytes: Uint8Array, writer: Writer): number {
  const result = handle.writeBuffer(null, bytes)
  return result === 0 ? 0 : awaited(result, bytes.length, bytes, writer)
}

function awaited(result: Result, size: number, buffer: Uint8Array | null, writer: Writer): number {
  if (typeof result === 'number') process.nextTick(tell, writer, size, result)
  else {
    Object.assign(result, { buffer, writer, size, oncomplete: onComplete })
    if (result.writeStatus !== null) process.nextTick(tell, writer, size, result.writeStatus)
  }
  return size
}

function onComplete(this: Request, status: number): void {
  tell(this.writer, this.size, status)
}

function tell(writer: Writer, size: number, status: number): void {
  writer.written(size, status < 0 ? writeError(status) : null)
}

/** Sees how the handle is called when it is next written to. */
function watch(handle: Handle): void {
  const methods = handle as unknown as Record<string, unknown>
  for (const name of METHODS) {
    const method = methods[name]
    if (typeof method !== 'function' || Object.hasOwn(methods, name)) continue
    methods[name] = (...given: readonly unknown[]): unknown => {
      for (const each of METHODS) delete methods[each]
      const result: unknown = method.apply(handle, given)
      known ??= given[0] === null && isResult(result)
      return result
    }
  }
}

const METHODS = ['writeBuffer', 'writeLatin1String'] satisfies (keyof Handle)[]

function isResult(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'object' && value !== null && 'writeStatus' in value)
}

/** As Node's own. */
function writeError(status: number): Error {
  const code = getSystemErrorName(status)
  return Object.assign(new Error(`write ${code}`), { code, errno: status, syscall: 'write' })
}
