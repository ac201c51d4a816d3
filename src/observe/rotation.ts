// Putting a log file aside: `server.log` becomes `server.log.1`, that one `server.log.2`, and the oldest goes.
import { renameSync, rmSync } from 'node:fs'

/** @throws Error where the file cannot be moved; those already moved keep their new names */
export function putAside(path: string, keep: number): void {
  if (keep === 0) {
    rmSync(path, { force: true })
    return
  }
  rmSync(`${path}.${keep}`, { force: true })
  for (let number = keep - 1; number > 0; number--) renameIfThere(`${path}.${number}`, `${path}.${number + 1}`)
  renameIfThere(path, `${path}.1`)
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
