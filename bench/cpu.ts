// What a running server has used, as Linux counts it in /proc: processor time and memory of a process and all its descendants.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Seconds of processor time, user and system, that the tree of processes below `pid` has used; ended children count for their parent. */
export function cpuSeconds(pid: number): number {
  let ticks = 0
  for (const each of tree(pid)) ticks += cpuTicks(readProc(`${each}/stat`))
  return ticks / ticksPerSecond
}

/** Bytes of resident memory of the tree of processes below `pid`. */
export function residentBytes(pid: number): number {
  let bytes = 0
  for (const each of tree(pid)) bytes += statusBytes(readProc(`${each}/status`), ['VmRSS'])
  return bytes
}

/** The part of the resident memory that no file stands behind: what the processes have asked for, without the program's own pages. */
export function privateBytes(pid: number): number {
  let bytes = 0
  for (const each of tree(pid)) bytes += statusBytes(readProc(`${each}/status`), ['RssAnon', 'RssShmem'])
  return bytes
}

/** utime, stime, cutime and cstime of a /proc/PID/stat (proc_pid_stat(5)), in ticks. The program's name may hold any character, so fields count from its last parenthesis. */
export function cpuTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.length < 15 ? 0 : fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
}

/** The sum of the named lines of a /proc/PID/status, in bytes. */
export function statusBytes(status: string, names: readonly string[]): number {
  let kilobytes = 0
  for (const name of names) kilobytes += Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0)
  return kilobytes * 1024
}

function tree(pid: number): number[] {
  const found = [pid]
  for (const each of found) for (const thread of threads(each)) found.push(...children(each, thread))
  return found
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function children(pid: number, thread: string): number[] {
  return readProc(`${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number)
}

/** Empty for a process that has ended in between. */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'latin1')
  } catch {
    return ''
  }
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'latin1' }))
