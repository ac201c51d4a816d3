// Streams of events whose source throws what is hard to show: the failure is reported, and the program goes on.
import assert from 'node:assert/strict'
import { App } from '../../src/index.ts'
import { eachWire } from './support.ts'

const THROWN: Readonly<Record<string, () => unknown>> = {
  'an error': () => new Error('plain'),
  nothing: () => undefined,
  'a symbol': () => Symbol('thrown'),
  'an object without a prototype': () => Object.create(null),
  'an error whose message throws': () =>
    Object.defineProperty(new Error('x'), 'message', {
      get() {
        throw new Error('asked')
      },
    }),
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  },
}

for (const [name, thrown] of Object.entries(THROWN))
  eachWire(
    `events of a source that throws ${name}`,
    () =>
      new App()
        .events('/', async function* () {
          yield 'one'
          throw thrown()
        })
        .get('/alive', () => 'alive'),
    async wire => {
      const { status, content } = await wire.get('/')
      assert.equal(status, 200)
      assert.match(content, /data: ?one\n\n/)
      assert.equal(wire.told('failed').length, 1)
      assert.match(String((wire.told('failed')[0].error as Error).message), /The events of GET \/ broke off/)
      assert.equal((await wire.get('/alive')).content, 'alive')
    },
    { fails: true },
  )
