// The fields of a request as `Headers`: read where they lie, until something is asked of them that needs the platform's own.
//
// What is about the connection alone is not shown (RFC 9110 section 7.6.1): HTTP/2 has none of it, and in a request that is passed
// on it would be wrong. A request for another protocol keeps the two fields that say so.
import type { Exchange } from '../../exchange/index.ts'
import type { Fields } from '../../http/fields.ts'
import { enumerable, natives, standBefore } from './natives.ts'

export class LightHeaders {
  readonly #fields: Fields
  readonly #host: string
  #native: Headers | null = null

  constructor({ fields, authority }: Exchange) {
    this.#fields = fields
    this.#host = authority
  }

  /** The same as the platform's own; what is changed in one of them from now on is changed in both. */
  static native(headers: LightHeaders): Headers {
    headers.#native ??= new (natives().Headers)(headers.#shown())
    return headers.#native
  }

  /** What to make a request's own of: pairs, where nothing was changed (a copy of `Headers` may lose an empty value at the end). */
  static initial(headers: LightHeaders): Headers | [string, string][] {
    return headers.#native ?? headers.#shown()
  }

  /** Lets a request's own headers be what these stand for. */
  static adopt(headers: LightHeaders, native: Headers): void {
    headers.#native = native
  }

  get(name: string): string | null {
    if (this.#native !== null || typeof name !== 'string') return LightHeaders.native(this).get(name)
    const lower = name.toLowerCase()
    const value = SPECIAL.has(lower) ? this.#special(lower) : this.#fields.get(lower)
    if (value !== undefined) return value
    // It cannot be there, but for a wrong name there is an error.
    return NAME.test(lower) ? null : LightHeaders.native(this).get(name)
  }

  has(name: string): boolean {
    if (this.#native !== null || typeof name !== 'string') return LightHeaders.native(this).has(name)
    return this.get(name) !== null
  }

  /** As one field where RFC 9110 lets a reader see one; undefined where it is not shown. */
  #special(lower: string): string | undefined {
    if (lower === 'host') return this.#host === '' ? undefined : this.#host
    if (lower === 'cookie') {
      const lines = this.#fields.all(lower)
      return lines.length === 0 ? undefined : lines.join('; ')
    }
    return OF_UPGRADE.has(lower) && this.#fields.has('upgrade') ? this.#fields.get(lower) : undefined
  }

  #shown(): [string, string][] {
    const shown: [string, string][] = this.#host === '' ? [] : [['host', this.#host]]
    const upgrades = this.#fields.has('upgrade')
    for (const [name, value] of this.#fields) {
      const lower = name.toLowerCase()
      if (!SPECIAL.has(lower) || lower === 'cookie' || (upgrades && OF_UPGRADE.has(lower))) shown.push([name, value])
    }
    return shown
  }
}

/** A token, in lower case (RFC 9110 section 5.6.2). */
const NAME = /^[!#$%&'*+\-.^_`|~\da-z]+$/

const OF_UPGRADE: ReadonlySet<string> = new Set(['connection', 'upgrade'])

/** Fields that are not shown as they came. */
const SPECIAL: ReadonlySet<string> = new Set([
  ...OF_UPGRADE,
  'host',
  'cookie',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'te',
  'trailer',
  'expect',
])

/** Makes them what `instanceof Headers` says they are. */
export function prepareHeaders(): void {
  enumerable(LightHeaders.prototype)
  standBefore(LightHeaders, natives().Headers, LightHeaders.native)
}
