// Ends the tests at the first that fails, and tells which that is. Each that passes is a line end: a sign of life.
import { writeSync } from 'node:fs'

interface TestEvent {
  readonly type: string
  readonly data: { readonly name?: string; readonly details?: { readonly type?: string } }
}

export default async function* firstFailure(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type === 'test:pass') writeSync(1, '\n')
    if (type !== 'test:fail' || data.details?.type === 'suite') continue
    writeSync(1, `${data.name}`)
    process.exit(1)
  }
  yield ''
}
