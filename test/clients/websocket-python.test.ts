// Python's clients from Debian: `websockets`, in the clear and over TLS, and Autobahn.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { folderFor } from '../support/folder.ts'
import { run } from '../support/program.ts'
import { SocketSite } from './websocket-site.ts'

// Debian's own, whatever else is installed: it is the one that Debian's packages are for.
const PYTHON = '/usr/bin/python3'

/** Why tests of a module's client are skipped. */
function lacking(module: string): string | false {
  return spawnSync(PYTHON, ['-c', `import ${module}`]).status !== 0 && `python3-${module} is not installed`
}

/** What a client in this folder tells. */
async function told(client: string, ...args: string[]): Promise<Record<string, unknown>> {
  const file = fileURLToPath(new URL(client, import.meta.url))
  const { code, stdout, stderr } = await run(PYTHON, [file, ...args])
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout.toString())
}

let site: SocketSite
before(async () => {
  site = await SocketSite.serve()
})
after(() => site.stop())

describe('websockets', { skip: lacking('websockets') }, () => {
  const packed = { same: true, extensions: ['permessage-deflate'] }
  const expected = {
    echoes: {
      default: packed,
      none: { same: true, extensions: [] },
      'no takeover': packed,
      'small windows': packed,
      'no takeover, small windows': packed,
    },
    fragments: true,
    pings: true,
    subprotocol: ['chat.v1', 'over 1.1'],
    'closed by server': { heard: ['Goodbye'], code: 4005, reason: 'enough' },
    failed: { heard: [], code: 1011, reason: '' },
    'closed by client': 4002,
    pushed: true,
    refused: [403, 404],
  }

  test('does all that it can, in the clear', async () => {
    assert.deepEqual(await told('websocket-client.py', String(site.port)), expected)
    const { code, reason } = await site.closing('/echo/python')
    assert.deepEqual({ code, reason }, { code: 4002, reason: 'grüß dich' })
  })

  test('does all that it can, over TLS', async t => {
    const certificate = folderFor(t).write('certificate.pem', site.certificate)
    assert.deepEqual(await told('websocket-client.py', new URL(site.tls).port, certificate), expected)
  })
})

test('Autobahn sends and gets, with each of its offers', { skip: lacking('autobahn') }, async () => {
  const good = { same: true, clean: true, code: 1000 }
  assert.deepEqual(await told('websocket-autobahn-client.py', String(site.port)), {
    none: { ...good, compressed: false },
    default: { ...good, compressed: true },
    'no takeover': { ...good, compressed: true },
    'smallest window': { ...good, compressed: true },
    several: { ...good, compressed: true },
  })
})
