// What both commands of the bench share: how they read the command line, tell where they are, and fail.
import { loadavg } from 'node:os'

/** Those of a table that a list of names asks for, in the table's order; all without a list. `echo*` is all whose names begin so. */
export function chosen<T extends { readonly name: string }>(
  all: readonly T[],
  names: string | undefined,
  what: string,
): T[] {
  if (names === undefined) return [...all]
  const wanted = names.split(',')
  for (const name of wanted) if (!all.some(each => isMeant(each.name, name))) throw unknown(what, name, all)
  return all.filter(each => wanted.some(name => isMeant(each.name, name)))
}

function isMeant(name: string, wanted: string): boolean {
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted
}

/** The number that an option has; undefined without it. */
export function whole(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,5}$/.test(text)) throw notWhole(option, text)
  return Number(text)
}

/** Runs a command. Where it was called wrongly it says so in a line; any other failure shows where it comes from. */
export async function command(main: () => Promise<void>): Promise<never> {
  try {
    await main()
    process.exit(0)
  } catch (error) {
    const wrongUse = error instanceof WrongUse || (error instanceof TypeError && 'code' in error)
    console.error(wrongUse ? `${error.message}\nSee --help.` : error)
    process.exit(wrongUse ? 2 : 1)
  }
}

/** Says so when others use the machine: the figures will be noisy then. */
export function warnIfBusy(): void {
  const load = loadavg()[0] ?? 0
  if (load > 0.5) console.log(`The machine is busy (a load of ${load.toFixed(1)}): don't keep figures measured now.`)
}

/** One line that the next one overwrites; nothing where nobody watches. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

/** The command line asks for what there is not. */
export class WrongUse extends Error {}

function unknown(what: string, name: string, all: readonly { readonly name: string }[]): WrongUse {
  return new WrongUse(`There is no ${what} "${name}"; there are: ${all.map(each => each.name).join(', ')}`)
}

function notWhole(option: string, text: string): WrongUse {
  return new WrongUse(`${option} takes a whole number from 1, not "${text}"`)
}
