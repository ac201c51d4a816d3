// What was thrown, as text for a log or a page. Its law: it never throws, whatever was thrown, for it runs where a failure
// is being told.

/** A stack is cut after this many characters: enough for any that a person reads. */
const LONGEST_STACK = 8192

/** The stack of what was thrown, and of its causes. Nothing in it is escaped. */
export function stackOf(thrown: unknown): string {
  let text = ''
  let cause: unknown = thrown
  for (let depth = 0; cause !== undefined && text.length < LONGEST_STACK; depth++) {
    text += (depth === 0 ? '' : '\ncaused by ') + describe(cause)
    cause = causeOf(cause)
  }
  return text.length > LONGEST_STACK ? `${text.slice(0, LONGEST_STACK)}…` : text
}

/** What was thrown in one line: the message of an error. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown)
  } catch {
    return 'something that cannot be shown as text'
  }
}

/** `thrown instanceof Kind`, also for a proxy that throws when it is asked what it is. */
export function isThrown<Kind>(thrown: unknown, Kind: abstract new (...given: never[]) => Kind): thrown is Kind {
  try {
    return thrown instanceof Kind
  } catch {
    return false
  }
}

function describe(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return String(thrown.stack ?? thrown)
    return typeof thrown === 'object' ? (JSON.stringify(thrown) ?? 'an object') : String(thrown)
  } catch {
    return 'something that cannot be shown as text'
  }
}

function causeOf(thrown: unknown): unknown {
  try {
    return thrown instanceof Error ? thrown.cause : undefined
  } catch {
    return undefined
  }
}
