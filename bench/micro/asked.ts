// A request without a wire, to ask handlers with.
import { type Exchange, Refused, type Reply, text } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'

/** A request as a wire makes it, as far as these handlers look. */
export class Asked implements Exchange {
  readonly target: string
  readonly method = 'GET'
  readonly base = ''
  readonly authority = 'localhost'
  readonly version = '1.1'
  readonly fields = FieldList.empty
  readonly trailers = FieldList.empty
  readonly protocol = undefined

  constructor(target: string) {
    this.target = target
  }

  get path(): string {
    const question = this.target.indexOf('?')
    return question === -1 ? this.target : this.target.slice(0, question)
  }

  get query(): string {
    return ''
  }

  get content(): never {
    throw notAsked()
  }

  get peer(): never {
    throw notAsked()
  }

  get client(): never {
    throw notAsked()
  }

  get signal(): never {
    throw notAsked()
  }

  inform(): void {}

  accept(): never {
    throw new Error('There is no connection')
  }

  waitUntil(): void {}

  refuse(error: unknown): Reply {
    if (!(error instanceof Refused)) throw error
    return text(error.message, error.refusal.status)
  }

  cut(): void {}
}

function notAsked(): Error {
  return new Error('No case asks for this')
}
