// The log: takes events and messages, and writes each to where it belongs.
//
// Text goes to stderr. The formats that programs read (JSON, Common, Combined) go to stdout. Where there is a log file,
// all of it goes there, and warnings and errors to stderr as well. Common and Combined have lines for requests alone,
// and have their place to themselves: other records go to stderr as text.
import type { Report } from '../exchange/index.ts'
import { apacheFormat } from './apache.ts'
import { coloursIf } from './colour.ts'
import { describe, line, type Record } from './describe.ts'
import { FileSink, type FileSinkOptions } from './file-sink.ts'
import type { Format } from './format.ts'
import { jsonFormat } from './json.ts'
import { isLogged, type Level } from './levels.ts'
import type { Sink } from './sink.ts'
import { type LineStream, StreamSink } from './stream-sink.ts'
import { textFormat } from './text.ts'

/** What is logged, how, and where. */
export interface LogOptions {
  /** The least that is logged. */
  readonly level: Level
  /** Text for people, Common or Combined Log Format, or JSON, a line for each. */
  readonly format: 'text' | 'common' | 'combined' | 'json'
  /** Whether each request has a line. */
  readonly access: boolean
  /** Whether text on stderr has colour. */
  readonly colour: boolean
  /** The file to log to, and when to begin another; null for none. */
  readonly file: Pick<FileSinkOptions, 'path' | 'maxSize' | 'maxAge' | 'keep'> | null
  /** Where lines for programs go without a file. */
  readonly stdout: LineStream
  /** Where text goes, and what is wrong. */
  readonly stderr: LineStream
  /** Milliseconds since 1970. */
  readonly date: () => number
  /** Calls back after so many milliseconds; for tests. */
  readonly after?: FileSinkOptions['after']
}

/** A log. Its methods escape what they are given, and never throw. */
export interface Log {
  /** To be given to `serve`. */
  readonly report: Report
  /** Which of the frequent events are logged at all, so that nobody makes the others. */
  readonly reports: { readonly exchanges: boolean; readonly connections: boolean }
  /** Whether lines for programs go to stdout, so that nothing else should. */
  readonly usesStdout: boolean
  /** Writes a line that helps to find a fault. */
  debug(message: string): void
  /** Writes a line about the ordinary course of things. */
  info(message: string): void
  /** Writes a line about something that may go wrong. An error is told with its stack. */
  warn(message: string, error?: unknown): void
  /** Writes a line about something that went wrong. An error is told with its stack. */
  error(message: string, error?: unknown): void
  /** Writes what was gathered, at once. To be called when the process ends. */
  flush(): void
  /** Opens the log file anew. */
  reopen(): void
  /** Writes what was gathered and lets go of the file. */
  close(): void
}

interface Target {
  readonly sink: Sink
  readonly format: Pick<Format, 'record'>
  readonly least: Level
}

/**
 * Makes a log.
 * @throws Error where the log file cannot be opened
 */
export function createLog(options: LogOptions): Log {
  const { level, format, date } = options
  const text = textFormat(coloursIf(options.colour))
  const stderr = new StreamSink(options.stderr)
  const file = options.file && openFile(options, options.file, stderr, text)
  const requestsAlone = format === 'common' || format === 'combined'
  const stdout = format !== 'text' && file === null ? new StreamSink(options.stdout) : null
  const main = file ?? stdout ?? stderr

  const targets: Target[] = []
  if (!requestsAlone) targets.push({ sink: main, format: recordFormat(options), least: level })
  if (main !== stderr) targets.push({ sink: stderr, format: text, least: requestsAlone ? level : stricter(level) })

  const accessFormat = requestsAlone ? apacheFormat(format === 'combined') : recordFormat(options)
  const reports = { exchanges: options.access && isLogged('INFO', level), connections: isLogged('DEBUG', level) }
  const sinks = new Set([main, stderr])

  const put = (record: Record) => {
    for (const target of targets)
      if (isLogged(record.level, target.least)) target.sink.write(target.format.record(record, date()))
  }
  const say = (level: Level) => (message: string, error?: unknown) =>
    put({ level, message: line(message), ...(error === undefined ? {} : { error }) })

  return {
    report: event => {
      if (event.kind !== 'exchange') put(describe(event))
      else if (reports.exchanges) main.write(accessFormat.exchange(event, date()))
    },
    reports,
    usesStdout: stdout !== null,
    debug: say('DEBUG'),
    info: say('INFO'),
    warn: say('WARNING'),
    error: say('ERROR'),
    flush: () => sinks.forEach(sink => void sink.flush()),
    reopen: () => sinks.forEach(sink => void sink.reopen()),
    close: () => sinks.forEach(sink => void sink.close()),
  }
}

/** What text looks like in the main place: colour belongs to the terminal alone. */
function recordFormat({ format, file, colour }: LogOptions): Format {
  return format === 'json' ? jsonFormat : textFormat(coloursIf(colour && file === null))
}

function stricter(level: Level): Level {
  return level === 'ERROR' ? 'ERROR' : 'WARNING'
}

function openFile(options: LogOptions, file: NonNullable<LogOptions['file']>, stderr: Sink, text: Format): FileSink {
  return new FileSink({
    ...file,
    date: options.date,
    after: options.after ?? ((milliseconds, call) => void setTimeout(call, milliseconds).unref()),
    complain: message => stderr.write(text.record({ level: 'ERROR', message }, options.date())),
  })
}
