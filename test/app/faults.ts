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

const SLOWER = 'the general way, which is right for this case too, and slower'
const FOR_TYPES = 'asked for the sake of the types'

/** By file: what was changed into what, and why nobody can see it. */
export const EQUIVALENT: Readonly<Record<string, readonly (readonly [was: string, is: string, since: string])[]>> = {
  'src/app/answers.ts': [['answer instanceof Promise', 'false', SLOWER]],
  'src/app/app.ts': [
    ['app.after.length > 0', 'true', SLOWER],
    ['unrouted ??= compose(noRoute, [hooks])', 'unrouted = compose(noRoute, [hooks])', SLOWER],
    [
      'route.run ??= compose(context => asReply(context, route.handler(context)), route.levels)',
      'route.run = compose(context => asReply(context, route.handler(context)), route.levels)',
      SLOWER,
    ],
  ],
  'src/app/context.ts': [['this.fieldsToSet = null', ';', 'a context completes one reply']],
  'src/app/handlers.ts': [
    ["'fetch' in what && typeof what.fetch === 'function'", "typeof what.fetch === 'function'", FOR_TYPES],
    ["'handler' in what && typeof what.handler === 'function'", "typeof what.handler === 'function'", FOR_TYPES],
  ],
  'src/app/hooks.ts': [
    ['answer === undefined', 'false', SLOWER],
    ['answer instanceof Reply', 'false', SLOWER],
    [
      'other instanceof Reply ? inPlaceOf(reply, other) : other.then(settled => inPlaceOf(reply, settled))',
      '(inPlaceOf(reply, other))',
      'what was waited for is never waited for again',
    ],
    [
      'reply instanceof Reply ? withFieldsOf(error, reply) : reply.then(value => withFieldsOf(error, value))',
      '(withFieldsOf(error, reply))',
      'what was waited for is never waited for again',
    ],
    [
      "held === null || typeof held !== 'object' || !('cancel' in held) || reply.body === held",
      "held === null || typeof held !== 'object' || !('cancel' in held)",
      'the same content is content that may hold it',
    ],
    [
      'fields === reply.fields ? reply : reply.withFields(fields)',
      '(reply.withFields(fields))',
      'a reply that is made again is the same',
    ],
  ],
  'src/app/mounted.ts': [
    ['0', '1', 'the first segment of a prefix has a character at least'],
    ['1', '2', 'each segment of a prefix has a character at least'],
  ],
  'src/app/socket-checking.ts': [['!isThenable(result)', 'false', SLOWER]],
  'src/app/socket-message.ts': [
    ['64', '65', SLOWER],
    ['size > SHORT', 'false', SLOWER],
  ],
  'src/app/socket-peer.ts': [
    ['2', '3', 'a name for a state'],
    ["answer === undefined ? undefined : this.settled('message', answer)", "(this.settled('message', answer))", SLOWER],
  ],
}
