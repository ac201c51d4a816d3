// What may stand in an option, as data: one description serves the check, the error, the schema and the help.

/** The headings that help puts the options under, in its order. */
export const GROUPS = [
  'Where to listen',
  'What to serve',
  'Caching',
  'Security',
  'HTTPS',
  'Limits and time-outs',
  'Logging',
  'Development',
  'Read and checked now, in force in a later version',
] as const

export type Group = (typeof GROUPS)[number]

export type Shape =
  | { readonly type: 'flag' }
  | { readonly type: 'number'; readonly min: number; readonly max: number; readonly whole: boolean }
  | { readonly type: 'text' }
  | { readonly type: 'path'; readonly of: 'file' | 'folder' }
  | { readonly type: 'choice'; readonly of: readonly string[] }
  | { readonly type: 'port' }
  | { readonly type: 'list' }
  | { readonly type: 'redirects' }
  | { readonly type: 'headers' }

/** A shape that knows the type of what stands in it. */
export type ShapeOf<T> = Shape & { readonly holds?: T }

export interface Option<T> extends About {
  readonly shape: Shape
  /** What holds where no source says anything. */
  readonly initial: T
  readonly help: string
}

export interface About {
  readonly group: Group
  /** The one-letter flag. */
  readonly short?: string
  /** The names of its flags, the one to show first, where they are not the key in kebab-case. */
  readonly flags?: readonly string[]
  /** Older keys that mean the same. */
  readonly aliases?: readonly string[]
  /** What stands for the value in help. */
  readonly placeholder?: string
  /** Null may stand in it, and means none. */
  readonly nullable?: boolean
  /** The value is never shown. */
  readonly secret?: boolean
  /** One of several hosts may have a value of its own. */
  readonly perHost?: boolean
  /** Whether the value asks for something that this version does not do yet. */
  readonly later?: (value: unknown) => boolean
}

/** Requests for `from` are redirected to `to`. `*` stands for anything, `:name` for a segment; `:splat` in `to` is what `*` stood for. */
export interface RedirectRule {
  readonly from: string
  readonly to: string
  readonly status: 301 | 302 | 303 | 307 | 308
}

/** Fields that are set on the files whose paths fit; null takes a field away. */
export interface HeaderRule {
  readonly for: string
  readonly set: Readonly<Record<string, string | null>>
}

export const flag: ShapeOf<boolean> = { type: 'flag' }
export const text: ShapeOf<string> = { type: 'text' }
export const port: ShapeOf<number | 'auto'> = { type: 'port' }
export const redirects: ShapeOf<readonly RedirectRule[]> = { type: 'redirects' }
export const headers: ShapeOf<readonly HeaderRule[]> = { type: 'headers' }
/** Several texts: a flag is repeated for each, an environment variable has commas between them. */
export const list: ShapeOf<readonly string[]> = { type: 'list' }
/** Paths are relative to the file that names them, or else to the working directory. */
export const file: ShapeOf<string> = { type: 'path', of: 'file' }
export const folder: ShapeOf<string> = { type: 'path', of: 'folder' }

/** A whole number within limits. */
export function count(min: number, max: number = Number.MAX_SAFE_INTEGER): ShapeOf<number> {
  return { type: 'number', min, max, whole: true }
}

/** A time in seconds, fractions allowed. */
export function seconds(max: number): ShapeOf<number> {
  return { type: 'number', min: 0, max, whole: false }
}

export function choice<const T extends string>(of: readonly T[]): ShapeOf<T> {
  return { type: 'choice', of }
}

export function option<T>(shape: ShapeOf<T>, initial: NoInfer<T>, help: string, about: About): Option<T> {
  return { shape, initial, help, ...about }
}

/** An option that may have no value at all, which is null. */
export function optional<T>(
  shape: ShapeOf<T>,
  help: string,
  about: About,
  initial: NoInfer<T> | null = null,
): Option<T | null> {
  return { shape, initial, help, nullable: true, ...about }
}

/** What would be right, to end the sentence "… must be". */
export function expected({ shape, nullable }: Pick<Option<unknown>, 'shape' | 'nullable'>): string {
  return nullable ? `${whatFits(shape)}, or null` : whatFits(shape)
}

function whatFits(shape: Shape): string {
  switch (shape.type) {
    case 'flag':
      return 'true or false'
    case 'number': {
      const kind = shape.whole ? 'a whole number' : 'a number'
      return shape.max === Number.MAX_SAFE_INTEGER
        ? `${kind} of at least ${shape.min}`
        : `${kind} from ${shape.min} to ${shape.max}`
    }
    case 'text':
      return 'text'
    case 'path':
      return `the path of a ${shape.of}`
    case 'choice':
      return `one of ${shape.of.join(', ')}`
    case 'port':
      return 'a whole number from 0 to 65535, or auto'
    case 'list':
      return 'a list of texts'
    case 'redirects':
      return 'a list of rules such as { "from": "/old", "to": "/new", "status": 301 } or "/old /new 301"'
    case 'headers':
      return 'a list of rules such as { "for": "/docs/*", "set": { "Name": "value" } } or "/docs/* Name: value"'
  }
}
