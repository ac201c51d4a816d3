import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addressShare, plainAddress } from '../../src/transport/address.ts'
import { systemdSockets } from '../../src/transport/index.ts'

describe('addresses', () => {
  const plain: [string, string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:db8::ffff:1', '2001:db8::ffff:1'],
    ['', ''],
  ]
  for (const [given, expected] of plain) {
    it(`${given || 'nothing'} is ${expected || 'nothing'}`, () => assert.equal(plainAddress(given), expected))
  }

  const shares: [string, string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['::2:3:4:5:6:7:8', '0:2:3:4::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
  ]
  for (const [given, expected] of shares) {
    it(`${given} counts as ${expected}`, () => assert.equal(addressShare(given), expected))
  }
})

describe('sockets from systemd', () => {
  it('start at descriptor 3, with their names', () => {
    const environment = { LISTEN_PID: '7', LISTEN_FDS: '2', LISTEN_FDNAMES: 'http:https' }
    assert.deepEqual(systemdSockets(environment, 7), [
      { fd: 3, name: 'http' },
      { fd: 4, name: 'https' },
    ])
  })

  it('may lack names', () => {
    assert.deepEqual(systemdSockets({ LISTEN_PID: '7', LISTEN_FDS: '1' }, 7), [{ fd: 3, name: 'unknown' }])
  })

  it('are none if they are meant for another process, or not there', () => {
    assert.deepEqual(systemdSockets({ LISTEN_PID: '8', LISTEN_FDS: '1' }, 7), [])
    assert.deepEqual(systemdSockets({}, 7), [])
    assert.deepEqual(systemdSockets({ LISTEN_FDS: '1' }, 7), [])
  })

  it('with a count that is none are an error', () => {
    for (const count of ['-1', 'two', '', '99999', '1.5'])
      assert.throws(() => systemdSockets({ LISTEN_PID: '7', LISTEN_FDS: count }, 7), RangeError)
  })
})
