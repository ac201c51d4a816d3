// What a route's path says about its parameters, in the type system: `/users/:id<int>/*` has { id: number; '*': string }.
// The same grammar is read at run time by routing/pattern.ts, where what is wrong with a path is said; here it has no type.

/** The types that a parameter can ask for, by the name between its angle brackets. Paths that do not fit do not match. */
export interface ParamTypes {
  /** A whole number as JavaScript can hold it exactly, in its one spelling: `0`, `-7`, `42`, not `007` or `+1`. */
  int: number
  /** A UUID in any version (RFC 9562), as it was sent. */
  uuid: string
}

/**
 * The parameters of a path: `Params<'/users/:id<int>/:tab?'>` is `{ readonly id: number; readonly tab?: string }`. The values
 * of `:name` are one segment, percent-decoded; that of `*` or `*name` is all that is left of the path.
 */
export type Params<Path extends string> = string extends Path ? AnyParams : Flat<InSegments<Path>>

/** The parameters of a path that is not known while compiling. */
export type AnyParams = Readonly<Record<string, string | number | undefined>>

type InSegments<Path extends string> = Path extends `${infer First}/${infer Rest}`
  ? InSegment<First> & InSegments<Rest>
  : InSegment<Path>

type InSegment<Segment extends string> = Segment extends `*${infer Name}`
  ? { readonly [N in Name extends '' ? '*' : Name]: string }
  : Segment extends `${string}:${infer Written}`
    ? Parameter<NameAndTail<Written>>
    : None

/** What stands behind the name tells the type, and whether it can be left out. */
type Parameter<Parts> = Parts extends readonly [infer Name extends string, infer Tail]
  ? Tail extends `<${infer Type}>?${string}`
    ? { readonly [N in Name]?: TypeOf<Type> }
    : Tail extends `<${infer Type}>${string}`
      ? { readonly [N in Name]: TypeOf<Type> }
      : Tail extends `?${string}`
        ? { readonly [N in Name]?: string }
        : { readonly [N in Name]: string }
  : None

/** A name ends where a character cannot be in it: `file.json` is `['file', '.json']`. */
type NameAndTail<Written extends string, Name extends string = ''> = Written extends `${infer First}${infer Others}`
  ? First extends NameCharacter
    ? NameAndTail<Others, `${Name}${First}`>
    : [Name, Written]
  : [Name, '']

type NameCharacter = Letter | Uppercase<Letter> | '_' | `${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`

type Letter =
  | ('a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h' | 'i' | 'j' | 'k' | 'l' | 'm')
  | ('n' | 'o' | 'p' | 'q' | 'r' | 's' | 't' | 'u' | 'v' | 'w' | 'x' | 'y' | 'z')

/** What adds no parameter. Unlike `unknown` it leaves those of other paths alone, where a path is one of several. */
type None = Record<never, never>

type TypeOf<Name extends string> = Name extends keyof ParamTypes ? ParamTypes[Name] : never

/** One object in place of an intersection, as editors show it best. */
type Flat<Type> = { [Key in keyof Type]: Type[Key] }
