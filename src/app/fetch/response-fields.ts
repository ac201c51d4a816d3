// The fields of a `Response` that is made from text or bytes, as the list that goes out. Its law: what this file accepts, the
// platform would accept, and would send the same; whatever it is not sure of it leaves to the platform, with its errors.
import { FieldError, FieldList } from '../../http/fields.ts'

/** What a body is said to be where the fields do not say it; empty for no body, or one of bytes. */
export type DefaultType = '' | 'text/plain;charset=UTF-8' | 'application/json'

/** The fields with the default Content-Type, if they have none; null where only the platform knows. */
export function fieldsOf(given: unknown, type: DefaultType): FieldList | null {
  if (given === undefined) return DEFAULTS[type]
  if (typeof given !== 'object' || given === null) return null
  if (given instanceof Headers) return listed(given, type)
  if (Array.isArray(given)) return given.every(isPair) ? listed(given, type) : null
  const prototype = Object.getPrototypeOf(given)
  if ((prototype !== Object.prototype && prototype !== null) || Symbol.iterator in given) return null
  const names = Object.keys(given)
  const value = (given as Record<string, unknown>)[names[0]]
  if (names.length === 1 && typeof value === 'string') return single(names[0], value, type)
  const pairs: [string, string][] = []
  for (const name of names) {
    const one = (given as Record<string, unknown>)[name]
    if (typeof one !== 'string' && typeof one !== 'number') return null
    pairs.push([name, String(one)])
  }
  return listed(pairs, type)
}

const DEFAULTS: Readonly<Record<DefaultType, FieldList>> = {
  '': FieldList.empty,
  'text/plain;charset=UTF-8': FieldList.of({ 'content-type': 'text/plain;charset=UTF-8' }),
  'application/json': FieldList.of({ 'content-type': 'application/json' }),
}

/**
 * Lists of one field, which are often the same: by default type, name and value. A wire keeps what it prepared in a list.
 * Bounded in all, since values may be what clients sent.
 */
const singles = new Map<DefaultType, Map<string, Map<string, FieldList>>>()
let singlesKept = 0
const MOST_SINGLES = 256
const LONGEST_SINGLE = 256

function single(name: string, value: string, type: DefaultType): FieldList | null {
  const known = singles.get(type)?.get(name)?.get(value)
  if (known !== undefined) return known
  const made = listed([[name, value]], type)
  if (made === null || name.length + value.length > LONGEST_SINGLE) return made
  if (singlesKept === MOST_SINGLES) {
    singles.clear()
    singlesKept = 0
  }
  const byName = singles.get(type) ?? new Map<string, Map<string, FieldList>>()
  const byValue = byName.get(name) ?? new Map<string, FieldList>()
  singles.set(type, byName.set(name, byValue.set(value, made)))
  singlesKept++
  return made
}

function listed(pairs: Iterable<readonly [string, string]>, type: DefaultType): FieldList | null {
  try {
    const list = FieldList.of(pairs)
    return type === '' || list.has('content-type') ? list : list.concat(DEFAULTS[type])
  } catch (error) {
    if (error instanceof FieldError) return null
    throw error
  }
}

function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string'
}
