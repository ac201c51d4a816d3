// The request that the site's handler sees while live reload is on: a browser that opens a page always gets the whole
// page, as it is now and not compressed, so that the script can be put into it.
import type { Exchange } from '../../exchange/index.ts'
import type { Fields } from '../../http/fields.ts'

const HIDDEN = new Set(['accept-encoding', 'range', 'if-range', 'if-none-match', 'if-modified-since'])

/** The exchange as the handler is to see it. */
export function asPageRequest(exchange: Exchange): Exchange {
  const accept = exchange.fields.get('accept') ?? ''
  if (!/\btext\/html\b/i.test(accept)) return exchange
  const fields = new PageFields(exchange.fields)
  // The rest stays with the original, whose properties may be made on first use.
  return new Proxy(exchange, {
    get(target, name) {
      if (name === 'fields') return fields
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

class PageFields implements Fields {
  private readonly fields: Fields

  constructor(fields: Fields) {
    this.fields = fields
  }

  get(name: string): string | undefined {
    return HIDDEN.has(name.toLowerCase()) ? undefined : this.fields.get(name)
  }

  all(name: string): string[] {
    return HIDDEN.has(name.toLowerCase()) ? [] : this.fields.all(name)
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  *[Symbol.iterator](): Iterator<readonly [string, string]> {
    for (const field of this.fields) if (!HIDDEN.has(field[0].toLowerCase())) yield field
  }
}
