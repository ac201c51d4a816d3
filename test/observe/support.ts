// An exchange and a stream to log with.
import type { Exchange, ServerEvent } from '../../src/exchange/index.ts'
import { FieldList } from '../../src/http/fields.ts'
import type { LineStream } from '../../src/observe/stream-sink.ts'

export interface Told {
  readonly method?: string
  readonly target?: string
  readonly address?: string
  readonly fields?: Readonly<Record<string, string>>
  readonly status?: number
  readonly sent?: number
  readonly complete?: boolean
}

export function exchangeEvent(told: Told = {}): Extract<ServerEvent, { kind: 'exchange' }> {
  const {
    method = 'GET',
    target = '/',
    address = '192.0.2.1',
    fields = {},
    status = 200,
    sent = 5,
    complete = true,
  } = told
  const exchange = {
    method,
    target,
    version: '1.1',
    authority: 'localhost',
    fields: FieldList.of(fields),
    client: { address, scheme: 'http', host: 'localhost' },
    peer: { connection: 7, address, port: 1, localAddress: '192.0.2.2', localPort: 80, tls: null },
  } as unknown as Exchange
  return { kind: 'exchange', exchange, status, sent, duration: 1.25, complete }
}

export class Lines implements LineStream {
  written = ''
  writableLength = 0
  private failed: (error: Error) => void = () => {}

  write(text: string): boolean {
    this.written += text
    return true
  }

  on(_event: 'error', listener: (error: Error) => void): void {
    this.failed = listener
  }

  break(error: Error): void {
    this.failed(error)
  }
}
