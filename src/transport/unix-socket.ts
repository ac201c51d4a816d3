// Unix sockets: a file that nobody listens on any more is replaced, its mode is right from the first moment, and it is
// gone when we are.
import { chmodSync, lstatSync, renameSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { type Door, type Doorkeeper, openDoor } from './door.ts'

/**
 * Listens under another name in the same folder, then renames: nobody can connect before the mode is set, and a stale
 * file is replaced in one step.
 * @throws Error EADDRINUSE where somebody listens there, or the path is something else than a socket
 */
export async function openUnixSocket(
  { path, mode }: { readonly path: string; readonly mode?: number | undefined },
  backlog: number,
  keeper: Doorkeeper,
): Promise<Door> {
  if (!isFile(path)) return openDoor({ path, backlog }, keeper)
  await mustBeFree(path)
  const made = join(dirname(path), `.${process.pid.toString(36)}-${(++opened).toString(36)}`)
  const door = await openDoor({ path: made, backlog }, keeper)
  try {
    if (mode !== undefined) chmodSync(made, mode)
    renameSync(made, path)
  } catch (error) {
    door.close()
    throw error
  }
  const { ino } = lstatSync(path)
  return {
    server: door.server,
    address: { path },
    close() {
      if (!door.server.listening) return
      door.close()
      removeOwn(path, ino)
    },
  }
}

let opened = 0

/** Windows' pipes and Linux's abstract sockets are names only. */
function isFile(path: string): boolean {
  return process.platform !== 'win32' && !path.startsWith('\0')
}

async function mustBeFree(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isSocket()) throw notASocket(path)
  if (await isListenedOn(path)) throw inUse(path)
}

/** Only a refused connection proves that nobody listens; a full queue or a missing permission do not. */
function isListenedOn(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ path })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT')
    })
  })
}

/** Another server may have taken the name since: its file stays. */
function removeOwn(path: string, ino: number): void {
  try {
    if (lstatSync(path).ino === ino) unlinkSync(path)
  } catch {
    // It is gone already.
  }
}

function inUse(path: string): Error {
  return coded('EADDRINUSE', `Somebody listens on the Unix socket ${path} already`)
}

function notASocket(path: string): Error {
  return coded('EADDRINUSE', `${path} exists and is not a socket; it is left alone`)
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
