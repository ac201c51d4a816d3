// Standard Schema (https://standardschema.dev), version 1: what libraries for schemas, such as zod, valibot and arktype, have in common. Written
// down here by its shape, so that none of them is needed.

/** A schema of any library that keeps to Standard Schema. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** What the standard says of a schema. */
  readonly '~standard': {
    /** The version of the standard. */
    readonly version: 1
    /** The library. */
    readonly vendor: string
    /** Judges a value, at once or later. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    /** What goes in and what comes out, for the type system alone. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a schema makes of a value: another value, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  /** What is wrong, in words. */
  readonly message: string
  /** Where in the value. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The type of what a schema gives. */
export type SchemaOutput<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['output']

/** An issue in a line: `todos.0.title: expected a string`. */
export function issueText({ message, path = [] }: SchemaIssue): string {
  const keys = path.map(step => String(typeof step === 'object' ? step.key : step))
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`
}
