import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { linksFor } from '../../src/cli/addresses.ts'
import { banner, hasHyperlinks } from '../../src/cli/banner.ts'
import { cacheFolder } from '../../src/cli/cache-folder.ts'
import { readCommandLine } from '../../src/cli/command-line.ts'
import { withHealth } from '../../src/cli/health.ts'
import { tooOld } from '../../src/cli/node-version.ts'
import { firstFree, placesToListen } from '../../src/cli/where.ts'
import { loadConfig } from '../../src/config/index.ts'
import { type Exchange, Reply, text } from '../../src/exchange/index.ts'
import { coloursIf } from '../../src/observe/index.ts'

const { engines } = createRequire(import.meta.url)('../../package.json')

const interfaces = () => [
  { address: '127.0.0.1', family: 'IPv4', internal: true },
  { address: '192.168.1.5', family: 'IPv4', internal: false },
  { address: 'fe80::1', family: 'IPv6', internal: false },
  { address: '2001:db8::5', family: 'IPv6', internal: false },
]

const configOf = async (flags: readonly string[]) => {
  const line = readCommandLine(flags, '0', 80)
  assert(line.command !== 'print')
  const loaded = await loadConfig({ ...line.given, file: null, environment: {}, directory: import.meta.dirname })
  return loaded.config
}

describe('links', () => {
  test('both loopback addresses are one link', () => {
    const listening = [
      { host: '127.0.0.1', port: 8000 },
      { host: '::1', port: 8000 },
    ]
    assert.deepEqual(linksFor('http', listening, interfaces), { local: ['http://localhost:8000/'], network: [] })
  })

  test('::1 alone is called by its number', () => {
    assert.deepEqual(linksFor('http', [{ host: '::1', port: 8000 }], interfaces).local, ['http://[::1]:8000/'])
  })

  test('a wildcard stands for the machine’s addresses, but for link-local ones', () => {
    assert.deepEqual(linksFor('http', [{ host: '0.0.0.0', port: 80 }], interfaces), {
      local: ['http://localhost/'],
      network: ['http://192.168.1.5/'],
    })
    assert.deepEqual(linksFor('https', [{ host: '::', port: 8443 }], interfaces).network, [
      'https://192.168.1.5:8443/',
      'https://[2001:db8::5]:8443/',
    ])
  })
})

describe('the banner', () => {
  const facts = {
    version: '1',
    folder: 'public',
    links: { local: ['http://localhost:8000/'], network: [] },
    others: [],
    hosts: [],
    isOpen: false,
    hints: ['hint'],
  }

  test('is plain text, and says how to open the server to the network', () => {
    const shown = banner(facts, { colours: coloursIf(false), hyperlinks: false })
    assert.match(shown, /Local +http:\/\/localhost:8000\/\n/)
    assert.match(shown, /--host 0\.0\.0\.0/)
    assert(!shown.includes('\u001b'))
  })

  test('has links where the terminal makes them', () => {
    const shown = banner(facts, { colours: coloursIf(false), hyperlinks: true })
    assert(shown.includes('\u001b]8;;http://localhost:8000/\u001b\\http://localhost:8000/\u001b]8;;\u001b\\'))
  })

  for (const [isTerminal, environment, expected] of [
    [true, { TERM: 'xterm' }, false],
    [true, { VTE_VERSION: '7600' }, true],
    [true, { TERM_PROGRAM: 'iTerm.app' }, true],
    [true, { TERM_PROGRAM: 'iTerm.app', CI: '1' }, false],
    [false, { VTE_VERSION: '7600' }, false],
    [false, { FORCE_HYPERLINK: '1' }, true],
  ] as const)
    test(`links are ${expected ? '' : 'not '}known to ${JSON.stringify(environment)}, terminal ${isTerminal}`, () => {
      assert.equal(hasHyperlinks(isTerminal, environment), expected)
    })
})

describe('places to listen', () => {
  test('are what systemd hands over, a Unix socket, or a port', async () => {
    assert.deepEqual(placesToListen(await configOf([]), [{ fd: 3 }, { fd: 4 }]), [[{ fd: 3 }, { fd: 4 }]])
    const socket = await configOf(['--unix-socket', 'x.sock'])
    assert.deepEqual(placesToListen(socket, []), [[{ path: join(import.meta.dirname, 'x.sock') }]])
    assert.deepEqual(placesToListen(await configOf([]), []), [[{ port: 8000, host: undefined }]])
    assert.deepEqual(placesToListen(await configOf(['-H', '::', '-p', '1']), []), [[{ port: 1, host: '::' }]])
    assert.deepEqual(placesToListen(await configOf(['-p', 'auto']), []).slice(0, 2), [
      [{ port: 8000, host: undefined }],
      [{ port: 8001, host: undefined }],
    ])
  })

  test('are tried until one is free; another error ends it', async () => {
    const error = (code: string) => Object.assign(new Error(code), { code })
    const places = [[{ port: 1 }], [{ port: 2 }], [{ port: 3 }]]
    const tried: number[] = []
    const start =
      (codes: readonly string[]) =>
      async ([where]: readonly object[]) => {
        const { port } = where as { port: number }
        tried.push(port)
        const code = codes[port - 1]
        if (code) throw error(code)
        return port
      }
    assert.equal(await firstFree(places, start(['EADDRINUSE'])), 2)
    await assert.rejects(firstFree(places, start(['EACCES'])), /EACCES/)
    await assert.rejects(firstFree(places, start(['EADDRINUSE', 'EADDRINUSE', 'EADDRINUSE'])), /EADDRINUSE/)
    assert.deepEqual(tried, [1, 2, 1, 1, 2, 3])
  })
})

describe('the health address', () => {
  test('says that the server is well, then that it stops; all else is the handler’s', async () => {
    let stopping = false
    const handler = withHealth(
      () => text('page'),
      '/healthz',
      () => stopping,
    )
    const ask = async (path: string, method = 'GET') => {
      const reply = await handler({ path, method } as Exchange)
      assert(reply instanceof Reply)
      return `${reply.status} ${reply.body}`
    }
    assert.equal(await ask('/healthz'), '200 OK\n')
    assert.equal(await ask('/healthz/x'), '200 page')
    assert.equal(await ask('/healthz', 'POST'), '200 page')
    stopping = true
    assert.equal(await ask('/healthz'), '503 Stopping\n')
  })
})

test('the cache folder is where each system wants it', () => {
  assert.equal(cacheFolder({ XDG_CACHE_HOME: '/c' }, 'linux', '/home/x'), join('/c', 'wirewright'))
  assert.equal(cacheFolder({}, 'linux', '/home/x'), join('/home/x', '.cache', 'wirewright'))
  assert.equal(cacheFolder({}, 'darwin', '/Users/x'), join('/Users/x', 'Library', 'Caches', 'wirewright'))
  assert.equal(cacheFolder({ LOCALAPPDATA: 'L' }, 'win32', 'x'), join('L', 'wirewright', 'cache'))
})

test('which Node is too old goes by its numbers, and engines says the same', () => {
  for (const node of ['22.12.0', '22.13.1', '23.0.0', '24.3.0', '100.1.0']) assert.equal(tooOld({ node }), null)
  for (const node of ['22.11.9', '20.20.2', '9.0.0'])
    assert.match(tooOld({ node }) ?? '', new RegExp(`is Node ${node}$`))
  assert.match(tooOld({ node: '20.0.0' }) ?? '', new RegExp(engines.node.slice(2)))
})
