// The command line: what was typed becomes a command with flags, or text to print. The options come out of the table in
// config/; commander takes the arguments apart and lays out the help.
import { Command, CommanderError, Option } from 'commander'
import {
  about,
  type FlagGiven,
  flagNames,
  flagsOf,
  GROUPS,
  KEYS,
  type Key,
  nearest,
  type Problem,
  type Shape,
  unknownName,
} from '../config/index.ts'

export type CommandLine =
  | { readonly command: 'serve' | 'config'; readonly given: Given; readonly json: boolean; readonly schema: boolean }
  /** Help, version, or an error that leaves nothing to be done. */
  | { readonly command: 'print'; readonly text: string; readonly exitCode: number }

export interface Given {
  readonly flags: readonly FlagGiven[]
  /** The file that was named; null for none at all, undefined for none named. */
  readonly file: string | null | undefined
  readonly problems: readonly Problem[]
}

/** Takes the arguments apart; `version` is what `--version` prints, `width` how wide help may be. */
export function readCommandLine(args: readonly string[], version: string, width: number): CommandLine {
  const isConfig = args[0] === 'config'
  const flags: FlagGiven[] = []
  const problems: Problem[] = []
  const program = programOf(isConfig, version, flags)
  let printed = ''
  const print = (text: string): void => {
    printed += text
  }
  program.configureOutput({
    writeOut: print,
    writeErr: print,
    getOutHelpWidth: () => width,
    getErrHelpWidth: () => width,
  })
  try {
    const { operands, unknown } = program.parseOptions(isConfig ? args.slice(1) : [...args])
    if (program.opts().help) program.outputHelp()
    if (printed !== '') return { command: 'print', text: printed, exitCode: 0 }
    const wrong = unknown.filter(arg => arg.startsWith('-'))
    const isLate = !isConfig && operands[0] === 'config'
    if (isLate) problems.push(lateCommand())
    else problems.push(...wrong.map(unknownFlag))
    if (wrong.length === 0 && !isLate) readFolder(isConfig ? [] : operands, flags, problems)
    if (isConfig && operands.length > 0) problems.push(tooMany(operands[0], 'wirewright config takes no arguments'))
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { command: 'print', text: printed, exitCode: 0 }
    problems.push({ origin: { source: 'default' }, message: error.message.replace(/^error: /, '') })
  }
  const { config, json = false, schema = false } = program.opts()
  const file = config === false ? null : (config as string | undefined)
  return { command: isConfig ? 'config' : 'serve', given: { flags, file, problems }, json, schema }
}

function programOf(isConfig: boolean, version: string, flags: FlagGiven[]): Command {
  const program = new Command(isConfig ? 'wirewright config' : 'wirewright')
    .exitOverride()
    .helpOption(false)
    .configureHelp({ sortOptions: false, optionTerm: term })
    .optionsGroup('General:')
  program.version(version, '-v, --version', 'print the version')
  program.addOption(new Option('-h, --help', 'print this help'))
  program.addOption(
    new Option('-c, --config <file>', 'configuration file; else wirewright.json or config.json of this folder'),
  )
  program.addOption(new Option('--no-config', 'read no configuration file'))
  if (isConfig) {
    program.description('Prints what is in force and where each value came from.').usage('[options]')
    program.addOption(new Option('--json', 'print it as JSON'))
    program.addOption(new Option('--schema', 'print the JSON Schema of the configuration file, for editors'))
  } else {
    program
      .description('Serves a folder over HTTP.')
      .usage('[folder] [options]\n       wirewright config [--json | --schema] [options]')
      .argument('[folder]', 'folder to serve, as --document-root')
      .addHelpText('after', AFTER)
  }
  for (const group of GROUPS) {
    for (const key of KEYS) if (about(key).group === group) addOption(program, key, flags)
  }
  return program
}

/** A switch that is on by default is shown with both of its forms. */
function term(option: Option): string {
  return option.negate && option.long !== '--no-config' ? option.flags.replace('--no-', '--[no-]') : option.flags
}

const AFTER = `
Every option can also stand in the configuration file (--document-root as "document_root") and in the environment
(WIREWRIGHT_DOCUMENT_ROOT). Flags are stronger than the environment, the environment is stronger than the file.`

/** The flags of an option: the first name is in the help, the others are understood. */
function addOption(program: Command, key: Key, flags: FlagGiven[]): void {
  const { shape, nullable, short, group, help, placeholder, initial } = about(key)
  const isFlag = shape.type === 'flag'
  const names = flagsOf(key)
  const add = (spelling: string, name: string, isShown: boolean) => {
    const option = new Option(spelling, help + defaultText(initial)).helpGroup(`${group}:`)
    program.addOption(isShown ? option : option.hideHelp())
    program.on(`option:${name}`, (value: string | null | undefined) => {
      const off = name.startsWith('no-')
      flags.push({ key, flag: `--${name}`, value: value ?? !off })
    })
  }
  const value = isFlag ? '' : ` <${placeholder ?? placeholderOf(shape)}>`
  for (const [at, name] of names.entries()) {
    const letter = at === 0 && short ? `-${short}, ` : ''
    add(`${letter}--${name}${value}`, name, at === 0 && !(isFlag && initial === true))
    if (isFlag || nullable) add(`--no-${name}`, `no-${name}`, at === 0 && isFlag && initial === true)
  }
}

const PLACEHOLDERS: Readonly<Record<string, string>> = { number: 'number', port: 'port', choice: 'name' }

function placeholderOf(shape: Shape): string {
  return shape.type === 'path' ? shape.of : (PLACEHOLDERS[shape.type] ?? 'text')
}

function defaultText(initial: unknown): string {
  if (initial === true) return ' [on]'
  if (initial === null || initial === false || initial === '' || (Array.isArray(initial) && initial.length === 0))
    return ''
  return ` [${Array.isArray(initial) ? initial.join(', ') : String(initial)}]`
}

function readFolder(operands: readonly string[], flags: FlagGiven[], problems: Problem[]): void {
  const [folder, ...more] = operands
  if (folder === undefined) return
  if (more.length > 0) problems.push(tooMany(more[0], 'one folder is served at a time'))
  if (flags.some(({ key }) => key === 'document_root')) problems.push(tooMany(folder, 'the folder is named twice'))
  flags.push({ key: 'document_root', flag: 'the folder named on the command line', value: folder })
}

function unknownFlag(arg: string): Problem {
  const name = arg.split('=', 1)[0]
  return unknownName({ source: 'default' }, name, nearest(name, [...flagNames(), '--help', '--version', '--config']))
}

function lateCommand(): Problem {
  const message = 'config stands first: wirewright config [options]. A folder of that name is ./config'
  return { origin: { source: 'default' }, message }
}

function tooMany(argument: string, message: string): Problem {
  return { origin: { source: 'flag', flag: JSON.stringify(argument).slice(0, 80) }, message }
}
