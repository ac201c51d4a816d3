// Changes of the source that nobody could see, with the reason why.
export interface Equivalent {
  readonly file: string
  readonly was: string
  readonly is: string
  readonly since: string
}

const SAME_BUT_SLOWER = 'the general way, which is right for this case too, and slower'
const FOR_TYPES = 'asked for the sake of the types'

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'src/app/answers.ts',
    was: 'answer instanceof Promise',
    is: 'false',
    since: SAME_BUT_SLOWER,
  },
  {
    file: 'src/app/mounted.ts',
    was: 'segments === 0 ? exchange : new MountedExchange(exchange, endOfSegments(exchange.path, segments))',
    is: '(new MountedExchange(exchange, endOfSegments(exchange.path, segments)))',
    since: SAME_BUT_SLOWER,
  },
  { file: 'src/app/mounted.ts', was: '0', is: '1', since: 'the first segment of a prefix has a character at least' },
  { file: 'src/app/mounted.ts', was: '1', is: '2', since: 'each segment of a prefix has a character at least' },
  {
    file: 'src/app/handlers.ts',
    was: "'fetch' in what && typeof what.fetch === 'function'",
    is: "typeof what.fetch === 'function'",
    since: FOR_TYPES,
  },
  {
    file: 'src/app/handlers.ts',
    was: "'handler' in what && typeof what.handler === 'function'",
    is: "typeof what.handler === 'function'",
    since: FOR_TYPES,
  },
]
