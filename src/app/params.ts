// What a route's path says about its parameters, in the type system: `/users/:id<int>/*` has { id: number; '*': string }.
// The same grammar is read at run time by routing/pattern.ts.

/** The types that a parameter can ask for, by the name between its angle brackets. Paths that do not fit do not match. */
export interface ParamTypes {
  /** A whole number as JavaScript can hold it exactly, in its one spelling: `0`, `-7`, `42`, not `007` or `+1`. */
  int: number
  /** A UUID in any version (RFC 9562), as it was sent. */
  uuid: string
}

/** The parameters of a path. */
export type Params<Path extends string> = string extends Path ? AnyParams : Flat<InSegments<Path>>

/** The parameters of a path that is not known while compiling. */
export type AnyParams = Readonly<Record<string, string | number | undefined>>

type InSegments<Path extends string> = Path extends `${infer First}/${infer Rest}`
  ? InSegment<First> & InSegments<Rest>
  : InSegment<Path>

type InSegment<Segment extends string> = Segment extends `*${infer Name}`
  ? { readonly [N in Name extends '' ? '*' : Name]: string }
  : Segment extends `:${infer Name}<${infer Type}>?`
    ? { readonly [N in Name]?: TypeOf<Type> }
    : Segment extends `:${infer Name}<${infer Type}>`
      ? { readonly [N in Name]: TypeOf<Type> }
      : Segment extends `:${infer Name}?`
        ? { readonly [N in Name]?: string }
        : Segment extends `:${infer Name}`
          ? { readonly [N in Name]: string }
          : unknown

type TypeOf<Name extends string> = Name extends keyof ParamTypes ? ParamTypes[Name] : never

/** One object in place of an intersection, as editors show it best. */
type Flat<Type> = { [Key in keyof Type]: Type[Key] }
