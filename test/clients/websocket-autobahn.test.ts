// The cases of the Autobahn suite (crossbario/autobahn-testsuite), made again from what it says of each, against the echo server: each
// of cases 1 to 7 in the clear, some over TLS and over HTTP/2, and of those about sizes and compression as many as a short run has time for.
// `websocket-autobahn.full.test.ts` runs them all.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CLOSE_CASES } from './autobahn/close-cases.ts'
import { Echo } from './autobahn/echo.ts'
import { MESSAGE_CASES } from './autobahn/message-cases.ts'
import { overHttp1, overHttp2, type Way } from './autobahn/opening.ts'
import { TEXT_CASES } from './autobahn/text-cases.ts'
import { COMPRESSION_CASES, LIMIT_CASES, shortened } from './autobahn/trip-cases.ts'
import { play, travel } from './autobahn/verdict.ts'

const PLAYED = [...MESSAGE_CASES, ...TEXT_CASES, ...CLOSE_CASES]
/** Of each rule one case: where the bytes come from makes no difference to the others. */
const SOME = new Set(
  '1.1.7 1.2.8 2.4 2.5 2.11 3.2 3.3 3.7 4.1.5 4.2.3 5.8 5.15 5.18 5.20 6.3.2 6.4.1 6.4.3 7.1.1 7.1.2 7.1.6 7.3.1 7.3.6 7.5.1 7.7.9 7.9.5'.split(
    ' ',
  ),
)
const FEW_TRIPS = new Set(
  '9.1.3 9.2.2 9.3.4 9.4.7 9.5.5 9.7.2 9.8.6 10.1.1 12.1.4 12.2.10 12.3.11 12.4.6 12.5.8'.split(' '),
)

let echo: Echo
before(async () => {
  echo = await Echo.start()
})
after(() => echo.stop())

test('there are 517 cases', () => {
  const all = [...PLAYED, ...LIMIT_CASES, ...COMPRESSION_CASES]
  assert.equal(new Set(all.map(({ id }) => id)).size, 517)
  assert.equal(all.length, 517)
})

describe('in the clear', { concurrency: 16 }, () => {
  for (const one of PLAYED) {
    test(`${one.id}: ${one.name}`, async () => {
      const { behaviour, why } = await play(one, overHttp1(echo.port))
      assert.equal(behaviour, one.informational ? 'INFORMATIONAL' : 'OK', why)
    })
  }
})

const WAYS: readonly (() => Way | Promise<Way>)[] = [() => overHttp1(echo.tlsPort, true), () => overHttp2(echo.port)]

for (const [i, name] of ['over TLS', 'over HTTP/2'].entries()) {
  describe(name, { concurrency: 16 }, () => {
    let way: Way | null = null
    before(async () => {
      way = await WAYS[i]()
    })
    after(() => way?.close())
    for (const one of PLAYED.filter(({ id }) => SOME.has(id))) {
      test(`${one.id}: ${one.name}`, async () => {
        const { behaviour, why } = await play(one, way!)
        assert.equal(behaviour, 'OK', why)
      })
    }
  })
}

describe('sizes and compression', { concurrency: 4 }, () => {
  const chosen = [...LIMIT_CASES, ...COMPRESSION_CASES].filter(({ id }) => FEW_TRIPS.has(id) || /^13\.\d\.4$/.test(id))
  for (const one of chosen.map(trips => shortened(trips, 500_000, 100))) {
    test(`${one.id}: ${one.name}`, async () => {
      const { behaviour, why } = await travel(one, overHttp1(echo.port))
      assert.equal(behaviour, 'OK', why)
    })
  }
})
