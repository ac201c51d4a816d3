// What compression can be told, and the checks on what was told.
import { AVAILABLE, CODINGS, type Coding, FOR_EVENTS } from './codings.ts'
import { isCompressible } from './eligible.ts'
import { KeptForms } from './kept.ts'
import { CodecMemory } from './memory.ts'

/** What to compress, how, and within which bounds. */
export interface CompressionOptions {
  /**
   * The codings to offer. Of those that a client likes best, the first one here is used; for event streams, the one that takes the least
   * memory. Default: zstd (where Node has it, from 22.15), br, gzip, deflate.
   */
  readonly codings?: readonly Coding[]
  /** How hard to try: zstd 1 to 19 (default 3), br 0 to 11 (4), gzip and deflate 1 to 9 (6). */
  readonly levels?: Readonly<Partial<Record<Coding, number>>>
  /** Bytes below which content is sent as it is. Default: 1024. */
  readonly minSize?: number
  /** Which media types to compress. Default: text, JSON, XML, SVG, WebAssembly, fonts that are not packed, and their like. */
  readonly compressible?: (mediaType: string) => boolean
  /** The most bytes of compressed forms that are kept, of files in memory and other `Content`. Default: 32 MB; 0 keeps none. */
  readonly keep?: number
  /**
   * The most bytes that the codecs of streams may take at a time; what comes beyond that is sent plain. Default: 64 MB, shared with all others who
   * leave it out.
   */
  readonly memory?: number
}

export interface CompressionSettings {
  readonly codings: readonly Coding[]
  readonly eventCodings: readonly Coding[]
  readonly levels: Readonly<Record<Coding, number>>
  readonly minSize: number
  readonly compressible: (mediaType: string) => boolean
  readonly kept: KeptForms
  readonly memory: CodecMemory
}

const MB = 1024 * 1024

/** 1 KB, as Express: less is not worth a field of the head. */
const MIN_SIZE = 1024
const KEEP = 32 * MB
const shared = new CodecMemory(64 * MB)

/** @throws TypeError that names the option which is wrong, and what would be right */
export function settingsOf(options: CompressionOptions): CompressionSettings {
  if (typeof options !== 'object' || options === null) throw wrong('options', options, 'an object')
  for (const name of Object.keys(options)) if (!(name in CHECKS)) throw unknownOption(name)
  for (const [name, [expected, holds]] of Object.entries(CHECKS)) {
    const value = options[name as keyof CompressionOptions]
    if (value !== undefined && !holds(value)) throw wrong(`the option ${name}`, value, expected)
  }
  const codings = (options.codings ?? AVAILABLE).filter(coding => AVAILABLE.includes(coding))
  return {
    codings,
    eventCodings: FOR_EVENTS.filter(coding => codings.includes(coding)),
    levels: levelsOf(options.levels ?? {}),
    minSize: options.minSize ?? MIN_SIZE,
    compressible: options.compressible ?? isCompressible,
    kept: new KeptForms(options.keep ?? KEEP),
    memory: options.memory === undefined ? shared : new CodecMemory(options.memory),
  }
}

function levelsOf(given: Readonly<Partial<Record<Coding, number>>>): Record<Coding, number> {
  const levels = {
    zstd: CODINGS.zstd.level,
    br: CODINGS.br.level,
    gzip: CODINGS.gzip.level,
    deflate: CODINGS.deflate.level,
  }
  for (const [coding, level] of Object.entries(given)) {
    if (!isCoding(coding)) throw wrong('a name in the option levels', coding, 'zstd, br, gzip or deflate')
    if (level === undefined) continue
    const { highest } = CODINGS[coding]
    const lowest = coding === 'br' ? 0 : 1
    if (!Number.isInteger(level) || level < lowest || level > highest)
      throw wrong(`levels.${coding}`, level, `a whole number from ${lowest} to ${highest}`)
    levels[coding] = level
  }
  return levels
}

type Check = readonly [expected: string, holds: (value: unknown) => boolean]

const BYTES: Check = ['a whole number of bytes from 0', value => Number.isSafeInteger(value) && (value as number) >= 0]

const CHECKS: Readonly<Record<keyof CompressionOptions, Check>> = {
  codings: ['a list of zstd, br, gzip and deflate', value => Array.isArray(value) && value.every(isCoding)],
  levels: ['levels by coding, such as { gzip: 6 }', value => typeof value === 'object' && value !== null],
  minSize: BYTES,
  compressible: ['a function from a media type to true or false', value => typeof value === 'function'],
  keep: BYTES,
  memory: BYTES,
}

function isCoding(value: unknown): value is Coding {
  return typeof value === 'string' && Object.hasOwn(CODINGS, value)
}

function wrong(what: string, value: unknown, expected: string): TypeError {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return new TypeError(`compression: ${what} must be ${expected}, not ${shown.slice(0, 80)}`)
}

function unknownOption(name: string): TypeError {
  return new TypeError(`compression: there is no option ${name}; the options are ${Object.keys(CHECKS).join(', ')}`)
}
