// Faults that the fuzz target of applications has to find, and changes of the source that nobody could see.
import type { Fault } from '../h1/planted.ts'

export const FAULTS: Readonly<Record<string, Fault>> = {
  'Allow does not name OPTIONS': {
    file: 'routing/router.ts',
    find: "return [...methods.add('OPTIONS')]",
    put: 'return [...methods]',
  },
  'Allow names HEAD though there is no GET': {
    file: 'routing/router.ts',
    find: "if (methods.has('GET')) methods.add('HEAD')",
    put: "methods.add('HEAD')",
  },
  'what is mounted sees the query as part of its path': {
    file: 'mounted.ts',
    find: 'this.path = outer.path.slice(cut)',
    put: 'this.path = outer.target.slice(cut)',
  },
  'the base of what is mounted is one character short': {
    file: 'mounted.ts',
    find: 'if (at === -1) return path.length',
    put: 'if (at === -1) return path.length - 1',
  },
  'fields that are set are lost where a hook answers': {
    file: 'context.ts',
    find: 'if (set === null) return reply',
    put: 'if (set === null || reply.status === 203) return reply',
  },
  'a hook that answers is not asked a second time': {
    file: 'hooks.ts',
    find: 'if (answer === undefined) return inner(context)',
    put: "if (answer === undefined || (context as { method: string }).method === 'HEAD') return inner(context)",
  },
  'an encoded letter is another letter': {
    file: 'routing/encoding.ts',
    find: 'return decodeURIComponent(text.replaceAll(/%2f/gi, ENCODED_SLASH))',
    put: 'return decodeURIComponent(text.replaceAll(/%[26]f/gi, ENCODED_SLASH))',
  },
}
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
