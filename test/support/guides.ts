// The programs in the guides, and what the guides say of them. In a guide,
//
//   ```ts
//   // file: hello.ts
//
// begins a program, and the ```console block behind it, if there is one, has the commands to try it with, each after a `$ `,
// and what they print. `…` stands for anything in a line; a line that is nothing else, for any number of lines.

export interface GuideProgram {
  readonly file: string
  readonly code: string
  /** The line of the guide that its code begins at. */
  readonly line: number
  /** Empty where the guide does not run it. */
  readonly commands: readonly GuideCommand[]
}

export interface GuideCommand {
  readonly command: string
  readonly output: string
  readonly line: number
}

interface Block {
  readonly language: string
  readonly text: string
  /** The line its text begins at. */
  readonly line: number
}

/** @throws Error for a name that is used twice */
export function guidePrograms(markdown: string): GuideProgram[] {
  const programs: GuideProgram[] = []
  for (const { language, text, line } of blocks(markdown)) {
    const [, file] = /^\/\/ file: ([\w.-]+)\n/.exec(text) ?? []
    if (file !== undefined) {
      if (programs.some(program => program.file === file)) throw new Error(`line ${line}: ${file} is there twice`)
      programs.push({ file, code: text, line, commands: [] })
    } else if (language === 'console') {
      const program = programs.pop()
      if (program !== undefined) programs.push({ ...program, commands: [...program.commands, ...commands(text, line)] })
    }
  }
  return programs
}

/** The commands of all console blocks. */
export function shownCommands(markdown: string): GuideCommand[] {
  return [...blocks(markdown)].flatMap(({ language, text, line }) =>
    language === 'console' ? commands(text, line) : [],
  )
}

/** Whether a text is as a guide shows it. Spaces at the ends of lines and empty lines at the end are not looked at. */
export function isAsShown(text: string, shown: string): boolean {
  const pattern = tidy(shown)
    .split('\n')
    .map(line => (line.trim() === '…' ? ANY_LINES : `${line.split('…').map(escaped).join('[^\\n]*')}\\n`))
    .join('')
  return new RegExp(`^${pattern}$`).test(`${tidy(text)}\n`)
}

/** Lines, and what is left of the last one. */
const ANY_LINES = '(?:[^\\n]*\\n)*'

function tidy(text: string): string {
  return text.replace(/[ \t\r]+$/gm, '').replace(/\n+$/, '')
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function* blocks(markdown: string): Generator<Block> {
  let language: string | null = null
  let begin = 0
  const lines = markdown.split('\n')
  for (const [i, line] of lines.entries()) {
    if (!line.startsWith('```')) continue
    if (language === null) {
      language = line.slice(3).trim()
      begin = i + 1
    } else {
      yield { language, text: `${lines.slice(begin, i).join('\n')}\n`, line: begin + 1 }
      language = null
    }
  }
}

/** A command goes on in the next line after a backslash. */
function commands(text: string, first: number): GuideCommand[] {
  const found: GuideCommand[] = []
  let unfinished = false
  for (const [i, line] of text.replace(/\n$/, '').split('\n').entries()) {
    const last = found.pop()
    if (line.startsWith('$ ')) {
      if (last !== undefined) found.push(last)
      found.push({ command: line.slice(2), output: '', line: first + i })
    } else if (last !== undefined) {
      const { command, output } = last
      found.push(unfinished ? { ...last, command: `${command}\n${line}` } : { ...last, output: `${output}${line}\n` })
    }
    unfinished = line.endsWith('\\') && (unfinished || line.startsWith('$ '))
  }
  return found
}
