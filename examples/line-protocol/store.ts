// What the frames mean: a store of values by key. Pure: a frame in, the answer to send out.
import type { Output } from '../../src/bytes/output.ts'
import type { Frame } from './frames.ts'

/** So many values of the greatest size are a gigabyte: enough to show that there is a bound. */
const MOST_VALUES = 1000

export class Store {
  private readonly values = new Map<string, Uint8Array>()

  /** Carries a command out, and adds its answer to the output. */
  answer({ words, content }: Frame, output: Output): void {
    const [command, key] = words
    const known = COMMANDS.get(command)
    if (known === undefined) output.text(`ERROR there is no ${command}; there are ${[...COMMANDS.keys()].join(', ')}\n`)
    else if (words.length !== known.words) output.text(`ERROR it must be ${known.form}\n`)
    else known.run(this.values, key, content, output)
  }
}

interface Command {
  readonly form: string
  readonly words: number
  readonly run: (values: Map<string, Uint8Array>, key: string, content: Uint8Array | null, output: Output) => void
}

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>(
  Object.entries({
    SET: {
      form: 'SET key length, and the content',
      words: 3,
      run(values, key, content, output) {
        if (content === null) return
        if (!values.has(key) && values.size === MOST_VALUES)
          return output.text(`ERROR ${MOST_VALUES} values are the most\n`)
        values.set(key, content)
        output.text('OK\n')
      },
    },
    GET: {
      form: 'GET key',
      words: 2,
      run(values, key, _content, output) {
        const value = values.get(key)
        if (value === undefined) return output.text('NONE\n')
        output.text(`VALUE ${value.length}\n`)
        output.bytes(value)
        output.text('\n')
      },
    },
    DELETE: {
      form: 'DELETE key',
      words: 2,
      run: (values, key, _content, output) => output.text(values.delete(key) ? 'OK\n' : 'NONE\n'),
    },
  } satisfies Record<string, Command>),
)
