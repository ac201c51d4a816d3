// File descriptors: how many there may be, and what that leaves for connections. Where they run out, libuv closes new
// connections without telling anybody; so there is a limit below, and a look at whether they have run out.
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'

/**
 * The most connections that may be open: `wanted`, or what the descriptor limit leaves beside those open now and a
 * reserve for files, logs and upstreams.
 */
export function connectionLimit(wanted: number): number {
  const limit = descriptorLimit()
  if (limit === Number.POSITIVE_INFINITY) return wanted
  const reserve = Math.min(RESERVE, Math.floor(limit / 4))
  return Math.max(1, Math.min(wanted, limit - openDescriptors() - reserve))
}

/** Whether a descriptor can be had right now. */
export function descriptorsRunOut(): boolean {
  try {
    closeSync(openSync('/dev/null', 'r'))
    return false
  } catch (error) {
    return OUT.has((error as NodeJS.ErrnoException).code ?? '')
  }
}

/** Whether the error says that the process or the machine has no descriptor left. */
export function saysRunOut(error: Error): boolean {
  return OUT.has((error as NodeJS.ErrnoException).code ?? '')
}

/** A judgement: a folder server holds a few dozen files open at a time, and nginx users are told to leave as many. */
const RESERVE = 128

const OUT = new Set(['EMFILE', 'ENFILE'])

/** Node raises the soft limit to the hard one at its start, so the soft one is what there is. */
function descriptorLimit(): number {
  const soft = softLimit()
  return typeof soft === 'number' && soft > 0 ? soft : Number.POSITIVE_INFINITY
}

function softLimit(): number | undefined {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))
    return line === null ? undefined : Number(line[1])
  } catch {
    // No /proc: the report knows it too, but takes milliseconds.
  }
  if (process.platform === 'win32' || process.report === undefined) return undefined
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } }
  return Number(report.userLimits?.open_files?.soft)
}

function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 32 // what Node itself holds, roughly
  }
}
