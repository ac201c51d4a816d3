// All 517 cases of the Autobahn suite over each way. Cases about sizes and compression are cut down to so many bytes each that a run ends
// within a minute or two; `AUTOBAHN=whole` sends each message of them: ten minutes of computing.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CLOSE_CASES } from './autobahn/close-cases.ts'
import { Echo } from './autobahn/echo.ts'
import { MESSAGE_CASES } from './autobahn/message-cases.ts'
import { overHttp1, overHttp2, type Way } from './autobahn/opening.ts'
import { TEXT_CASES } from './autobahn/text-cases.ts'
import { COMPRESSION_CASES, LIMIT_CASES, shortened } from './autobahn/trip-cases.ts'
import { play, type Trips, travel } from './autobahn/verdict.ts'

const whole = process.env.AUTOBAHN === 'whole'

interface Round {
  readonly name: string
  readonly way: (echo: Echo) => Way | Promise<Way>
  /** Which of the round trips, and how many messages of them. */
  readonly trips: readonly Trips[]
}

const ROUNDS: readonly Round[] = [
  {
    name: 'in the clear',
    way: ({ port }) => overHttp1(port),
    trips: [...LIMIT_CASES, ...COMPRESSION_CASES.map(trips => (whole ? trips : shortened(trips, 1_500_000, 1000)))],
  },
  {
    name: 'over TLS',
    way: ({ tlsPort }) => overHttp1(tlsPort, true),
    trips: few(LIMIT_CASES, COMPRESSION_CASES),
  },
  {
    name: 'over HTTP/2',
    way: ({ port }) => overHttp2(port),
    trips: few(LIMIT_CASES, COMPRESSION_CASES),
  },
  { name: 'over HTTP/2 and TLS', way: ({ tlsPort }) => overHttp2(tlsPort, true), trips: [] },
]

function few(...families: readonly (readonly Trips[])[]): Trips[] {
  return families.flat().flatMap((trips, i) => (i % 3 === 0 ? shortened(trips, 300_000, 100) : []))
}

for (const { name, way: makeWay, trips } of ROUNDS) {
  describe(name, { concurrency: 8 }, () => {
    let echo: Echo
    let way: Way | null = null
    before(async () => {
      echo = await Echo.start()
      way = await makeWay(echo)
    })
    after(async () => {
      way?.close()
      await echo.stop()
    })
    for (const one of [...MESSAGE_CASES, ...TEXT_CASES, ...CLOSE_CASES]) {
      test(`${one.id}: ${one.name}`, async () => {
        const { behaviour, why } = await play(one, way!)
        assert.equal(behaviour, one.informational ? 'INFORMATIONAL' : 'OK', why)
      })
    }
    for (const one of trips) {
      test(`${one.id}: ${one.name}`, async () => {
        const { behaviour, why } = await travel(one, way!)
        assert.equal(behaviour, 'OK', why)
      })
    }
  })
}
