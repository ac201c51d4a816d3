// Where a value came from, so that an error and `wirewright config` can say it.

export type Origin =
  | { readonly source: 'default' }
  | { readonly source: 'file'; readonly path: string; readonly line: number; readonly column: number }
  | { readonly source: 'environment'; readonly variable: string }
  | { readonly source: 'flag'; readonly flag: string }

/** The origin in a few words: `wirewright.json:4:3`, `WIREWRIGHT_PORT`, `--port`, `default`. */
export function originText(origin: Origin): string {
  switch (origin.source) {
    case 'default':
      return 'default'
    case 'file':
      return `${origin.path}:${origin.line}:${origin.column}`
    case 'environment':
      return origin.variable
    case 'flag':
      return origin.flag
  }
}
