// What can be wrong with a configuration, told all at once: where it stands, what is wrong, what would be right.
import { type Origin, originText } from './origin.ts'
import { expected, type Option } from './shapes.ts'

export interface Problem {
  readonly origin: Origin
  readonly message: string
}

/** A configuration that cannot be used, with everything that is wrong with it. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], hint = '') {
    super(summary(problems) + (hint && `\n${hint}`))
    this.problems = problems
  }
}

/** A value as an error shows it: like JSON, without control characters, cut after 60 characters. */
export function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value)
  const visible = json.replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, escaped)
  return visible.length > 60 ? `${visible.slice(0, 59)}…` : visible
}

export function unknownName(origin: Origin, name: string, suggestion: string | undefined): Problem {
  const hint = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`
  return { origin, message: `there is no option ${shown(name).slice(1, -1)}.${hint}` }
}

/** What is wrong with a value that no option describes. */
export function mustBe(origin: Origin, name: string, what: string, value: unknown): Problem {
  return { origin, message: `${name} must be ${what}, not ${shown(value)}` }
}

export function wrongValue(origin: Origin, name: string, option: Option<unknown>, value: unknown): Problem {
  const not = option.secret ? '' : `, not ${shown(value)}`
  return { origin, message: `${name} must be ${expected(option)}${not}` }
}

export function givenTwice(origin: Origin, name: string, other: string): Problem {
  const message = name === other ? `${name} is given twice` : `${name} and ${other} are the same option; give only one`
  return { origin, message }
}

function summary(problems: readonly Problem[]): string {
  const lines = problems.map(({ origin, message }) => {
    const where = originText(origin)
    return origin.source === 'default' || message.startsWith(where) ? message : `${where}: ${message}`
  })
  return lines.length === 1
    ? lines[0]
    : `${lines.length} things in the configuration are wrong:\n${lines.map(line => `  ${line}`).join('\n')}`
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
