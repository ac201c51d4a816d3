// SETTINGS: what each parameter may be, what comes of it, and what we send.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { RuleName } from '../../src/h2/errors.ts'
import { DEFAULT_LIMITS } from '../../src/h2/limits.ts'
import { applySettings, PeerSettings, type Role, settingsPayload } from '../../src/h2/settings.ts'

type Parameter = readonly [number: number, value: number]

function payload(parameters: readonly Parameter[]): Uint8Array {
  const bytes = Buffer.alloc(parameters.length * 6)
  parameters.forEach(([number, value], i) => {
    bytes.writeUInt16BE(number, 6 * i)
    bytes.writeUInt32BE(value, 6 * i + 2)
  })
  return bytes
}

/** The payload stands in the midst of other bytes, as it does in a read. */
function apply(settings: PeerSettings, peer: Role, ...parameters: readonly Parameter[]): RuleName | null {
  const bytes = Buffer.concat([Buffer.alloc(3, 0xff), payload(parameters), payload([[4, 2 ** 32 - 1]])])
  return applySettings(settings, peer, bytes, 3, 3 + 6 * parameters.length)
}

describe('a SETTINGS frame', () => {
  it('finds the defaults of the protocol: RFC 9113 section 6.5.2', () => {
    assert.deepEqual(
      { ...new PeerSettings() },
      {
        headerTableSize: 4096,
        leastHeaderTableSize: 4096,
        enablePush: true,
        maxConcurrentStreams: Number.POSITIVE_INFINITY,
        initialWindowSize: 65535,
        maxFrameSize: 16384,
        maxHeaderListSize: Number.POSITIVE_INFINITY,
        enableConnectProtocol: false,
        noRfc7540Priorities: false,
        received: false,
      },
    )
  })

  it('changes nothing while it is empty, but that it has come', () => {
    const settings = new PeerSettings()
    assert.equal(apply(settings, 'client'), null)
    assert.deepEqual(settings, Object.assign(new PeerSettings(), { received: true }))
  })

  it('sets what it names', () => {
    const settings = new PeerSettings()
    const rule = apply(
      settings,
      'client',
      [1, 0],
      [2, 0],
      [3, 7],
      [4, 2 ** 31 - 1],
      [5, 2 ** 24 - 1],
      [6, 2 ** 32 - 1],
      [8, 1],
      [9, 1],
    )
    assert.equal(rule, null)
    assert.deepEqual(
      { ...settings },
      {
        headerTableSize: 0,
        leastHeaderTableSize: 0,
        enablePush: false,
        maxConcurrentStreams: 7,
        initialWindowSize: 2 ** 31 - 1,
        maxFrameSize: 2 ** 24 - 1,
        maxHeaderListSize: 2 ** 32 - 1,
        enableConnectProtocol: true,
        noRfc7540Priorities: true,
        received: true,
      },
    )
  })

  it('ignores what it does not know: RFC 9113 section 6.5.2', () => {
    const settings = new PeerSettings()
    assert.equal(apply(settings, 'client', [0, 1], [7, 2], [0xf0f0, 3], [0xffff, 2 ** 32 - 1]), null)
    assert.deepEqual(settings, Object.assign(new PeerSettings(), { received: true }))
  })

  it('is taken up in order, so that the last value of a parameter stays: RFC 9113 section 6.5.3', () => {
    const settings = new PeerSettings()
    assert.equal(apply(settings, 'client', [4, 1], [3, 1], [4, 2], [3, 2]), null)
    assert.equal(settings.initialWindowSize, 2)
    assert.equal(settings.maxConcurrentStreams, 2)
  })

  it('tells the smallest table size of the frame: RFC 7541 section 4.2', () => {
    const settings = new PeerSettings()
    apply(settings, 'client', [1, 4096], [1, 0], [1, 8192])
    assert.equal(settings.headerTableSize, 8192)
    assert.equal(settings.leastHeaderTableSize, 0)
    apply(settings, 'client')
    assert.equal(settings.leastHeaderTableSize, 8192)
  })

  it('must be made of whole parameters: RFC 9113 section 6.5', () => {
    for (const length of [1, 5, 7])
      assert.equal(applySettings(new PeerSettings(), 'client', new Uint8Array(20), 3, 3 + length), 'wrong-frame-size')
  })

  const bad: readonly (readonly [what: string, peer: Role, RuleName | null, ...Parameter[]])[] = [
    ['ENABLE_PUSH of 1 from a client', 'client', null, [2, 1]],
    ['ENABLE_PUSH of 2: RFC 9113 section 6.5.2', 'client', 'invalid-enable-push', [2, 2]],
    ['ENABLE_PUSH of 1 from a server: RFC 9113 section 6.5.2', 'server', 'invalid-enable-push', [2, 1]],
    ['ENABLE_PUSH of 0 from a server', 'server', null, [2, 0]],
    ['INITIAL_WINDOW_SIZE above 2^31-1: RFC 9113 section 6.5.2', 'client', 'invalid-initial-window', [4, 2 ** 31]],
    ['INITIAL_WINDOW_SIZE of 0', 'client', null, [4, 0]],
    ['MAX_FRAME_SIZE below 16384: RFC 9113 section 6.5.2', 'client', 'invalid-max-frame-size', [5, 16383]],
    ['MAX_FRAME_SIZE above 2^24-1: RFC 9113 section 6.5.2', 'client', 'invalid-max-frame-size', [5, 2 ** 24]],
    ['MAX_FRAME_SIZE of 16384', 'client', null, [5, 16384]],
    ['MAX_CONCURRENT_STREAMS of 0', 'client', null, [3, 0]],
    ['ENABLE_CONNECT_PROTOCOL of 2: RFC 8441 section 3', 'server', 'invalid-connect-protocol', [8, 2]],
    ['ENABLE_CONNECT_PROTOCOL back to 0: RFC 8441 section 3', 'server', 'invalid-connect-protocol', [8, 1], [8, 0]],
    ['ENABLE_CONNECT_PROTOCOL of 0', 'server', null, [8, 0]],
    ['NO_RFC7540_PRIORITIES of 2: RFC 9218 section 2.1', 'client', 'invalid-no-rfc7540-priorities', [9, 2]],
    ['one bad value behind good ones', 'client', 'invalid-max-frame-size', [3, 1], [5, 0], [4, 1]],
  ]
  for (const [what, peer, rule, ...parameters] of bad)
    it(`${rule === null ? 'may' : 'must not'} have ${what}`, () =>
      assert.equal(apply(new PeerSettings(), peer, ...parameters), rule))

  it('must not go back on ENABLE_CONNECT_PROTOCOL in another frame: RFC 8441 section 3', () => {
    const settings = new PeerSettings()
    apply(settings, 'server', [8, 1])
    assert.equal(apply(settings, 'server', [8, 0]), 'invalid-connect-protocol')
  })

  it('must not change NO_RFC7540_PRIORITIES after the first: RFC 9218 section 2.1', () => {
    const settings = new PeerSettings()
    assert.equal(apply(settings, 'client'), null)
    assert.equal(apply(settings, 'client', [9, 0]), null)
    assert.equal(apply(settings, 'client', [9, 1]), 'invalid-no-rfc7540-priorities')
    const other = new PeerSettings()
    assert.equal(apply(other, 'client', [9, 1]), null)
    assert.equal(apply(other, 'client', [9, 1]), null)
    assert.equal(apply(other, 'client', [9, 0]), 'invalid-no-rfc7540-priorities')
  })

  it('never leaves a value that the protocol does not allow', () => {
    const parameter = fc.tuple(
      fc.integer({ min: 0, max: 10 }),
      fc.oneof(fc.integer({ min: 0, max: 3 }), fc.nat(), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
    )
    fc.assert(
      fc.property(fc.array(parameter), fc.constantFrom<Role>('server', 'client'), (parameters, peer) => {
        const settings = new PeerSettings()
        apply(settings, peer, ...parameters)
        assert.ok(settings.initialWindowSize <= 2 ** 31 - 1)
        assert.ok(settings.maxFrameSize >= 16384 && settings.maxFrameSize <= 2 ** 24 - 1)
        assert.ok(settings.leastHeaderTableSize <= settings.headerTableSize)
      }),
    )
  })
})

describe('our SETTINGS', () => {
  it('of a server say what differs from the defaults', () => {
    assert.deepEqual(
      settingsPayload({ ...DEFAULT_LIMITS, streams: 99, headBytes: 12345 }, 'server'),
      new Uint8Array(
        payload([
          [3, 99],
          [8, 1],
          [9, 1],
          [6, 12345],
        ]),
      ),
    )
  })

  it('of a client switch push off', () => {
    assert.deepEqual(
      settingsPayload({ ...DEFAULT_LIMITS, streamWindow: 1000 }, 'client'),
      new Uint8Array(
        payload([
          [2, 0],
          [3, 0],
          [4, 1000],
          [6, DEFAULT_LIMITS.headBytes],
        ]),
      ),
    )
  })

  it('are taken by the other role', () => {
    for (const role of ['server', 'client'] as const) {
      const bytes = settingsPayload(DEFAULT_LIMITS, role)
      assert.equal(applySettings(new PeerSettings(), role, bytes, 0, bytes.length), null)
    }
  })

  it('never go beyond what fits', () => {
    const settings = new PeerSettings()
    const bytes = settingsPayload({ ...DEFAULT_LIMITS, headBytes: Number.MAX_SAFE_INTEGER, streams: 2 ** 40 }, 'server')
    applySettings(settings, 'server', bytes, 0, bytes.length)
    assert.equal(settings.maxHeaderListSize, 2 ** 32 - 1)
    assert.equal(settings.maxConcurrentStreams, 2 ** 32 - 1)
  })
})
