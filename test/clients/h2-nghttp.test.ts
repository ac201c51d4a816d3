// HTTP/2 with nghttp and h2load, the clients of nghttp2.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { run } from '../support/program.ts'
import { type Security, TEXT, TwoWires, UPLOAD } from './h2-site.ts'

let site: TwoWires
let upload: string
let small: string
before(async () => {
  site = await TwoWires.serve({ h2c: true })
  upload = site.file('upload', UPLOAD)
  small = site.file('small', TEXT)
})
after(() => site.stop())

/** What nghttp tells of the frames, without colours and times. */
async function nghttp(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run('nghttp', ['-t', '30', '-y', ...args])
  assert.equal(code, 0, stderr)
  return stdout.toString('latin1')
}

/** How often something was said. */
function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length
}

for (const security of ['clear', 'tls'] as const satisfies Security[]) {
  describe(security === 'tls' ? 'nghttp over TLS' : 'nghttp in the clear', () => {
    const url = (path: string): string => `${site.origin(security)}${path}`

    test('gets a file, and the server says its settings first', async () => {
      const said = await nghttp('-nv', url('/text.txt'))
      assert.match(said, /recv SETTINGS frame[\s\S]*recv SETTINGS frame <[^>]*>\s*; ACK/)
      assert.match(said, /recv [^\n]*:status: 200\n[\s\S]*recv [^\n]*content-length: 84000\n/)
      const received = [...said.matchAll(/recv DATA frame <length=(\d+)/g)].reduce(
        (sum, [, size]) => sum + Number(size),
        0,
      )
      assert.equal(received, TEXT.length)
      assert.doesNotMatch(said, /recv (GOAWAY|RST_STREAM) frame/)
    })

    test('content comes byte for byte through the smallest windows', async () => {
      assert.equal(await nghttp('-w', '1', '-W', '16', url('/-/bytes/500')), '.'.repeat(500))
      assert.equal(await nghttp('-w', '10', url('/text.txt')), TEXT)
    })

    test('uploads with padding, with and without their length', async () => {
      assert.equal(await nghttp('-d', small, '-b', '200', url('/-/echo')), TEXT)
      assert.equal(await nghttp('-d', small, '--no-content-length', url('/-/echo')), TEXT)
    })

    test('an upload of 20 MB arrives', async () => {
      assert.equal(JSON.parse(await nghttp('-d', upload, url('/-/digest'))).size, UPLOAD.length)
    })

    test('an upload that is refused early is answered, and then stopped', async () => {
      const said = await nghttp('-nv', '-d', upload, url('/-/early'))
      assert.match(
        said,
        /recv [^\n]*:status: 403\n[\s\S]*; END_STREAM[\s\S]*recv RST_STREAM frame [^\n]*\n *\(error_code=NO_ERROR/,
      )
      const sent = [...said.matchAll(/send DATA frame <length=(\d+)/g)].reduce((sum, [, size]) => sum + Number(size), 0)
      assert.ok(sent < UPLOAD.length / 2, `${sent} bytes were sent`)
    })

    test('an upload that waits for the word gets it', async () => {
      const said = await nghttp('-nv', '-d', small, '--expect-continue', url('/-/digest'))
      assert.match(said, /recv [^\n]*:status: 100\n[\s\S]*send DATA frame[\s\S]*recv [^\n]*:status: 200\n/)
    })

    test('trailers both ways', async () => {
      const said = await nghttp('-nv', '-d', small, '--trailer', 'x-mood: good', url('/-/trailers'))
      assert.match(said, /send HEADERS frame[\s\S]*x-mood: good[\s\S]*recv DATA frame[\s\S]*recv [^\n]*x-mood: good\n/)
    })

    test('103 comes before the reply', async () => {
      const said = await nghttp('-nv', url('/-/hints'))
      assert.match(said, /recv [^\n]*:status: 103\n[\s\S]*recv [^\n]*:status: 200\n/)
    })

    test('a head that goes on in CONTINUATION frames, both ways', async () => {
      const said = await nghttp('-nv', '--continuation', '-M', '1', url('/-/large/30000'))
      // Heads in several frames are shown as one, which is larger than any single frame may be.
      for (const way of ['send', 'recv']) {
        const [, size] = new RegExp(`${way} HEADERS frame <length=(\\d+)`).exec(said) ?? []
        assert.ok(Number(size) > 16_384, `${way} ${size}`)
      }
      assert.match(said, /recv [^\n]*:status: 200\n/)
    })

    test('header tables of other sizes, which change on the way', async () => {
      for (const sizes of [['0'], ['64K'], ['100', '4096']]) {
        const said = await nghttp('-nv', '-m', '5', ...sizes.flatMap(size => ['-c', size]), url('/-/repeated'))
        assert.equal(count(said, /recv [^\n]*:status: 200\n/g), 5)
      }
    })

    test('many at once', async () => {
      const said = await nghttp('-nv', '-m', '100', url('/-/bytes/10000'))
      assert.equal(count(said, /recv [^\n]*:status: 200\n/g), 100)
    })

    test('a page and what it needs', async () => {
      const said = await nghttp('-nva', url('/'))
      assert.equal(count(said, /recv [^\n]*:status: 200\n/g), 3)
    })
  })
}

test('nghttp comes by upgrade', async () => {
  const said = await nghttp('-nvu', `${site.clear}/text.txt`)
  assert.match(said, /HTTP\/1\.1 101 Switching Protocols\n?\r?/)
  assert.match(said, /recv \(stream_id=1\) :status: 200\n/)
})

test('nghttp uploads after an upgrade', async () => {
  const said = await nghttp('-vu', '-d', small, `${site.clear}/-/echo`)
  assert.match(said, /HTTP\/1\.1 101 Switching Protocols/)
  assert.ok(said.includes(TEXT.slice(0, 1000)))
})

describe('h2load', () => {
  for (const [what, args, path] of [
    ['small replies', ['-n', '4000', '-c', '4', '-m', '100'], '/-/hello'],
    ['files', ['-n', '1000', '-c', '4', '-m', '50'], '/text.txt'],
    ['uploads', ['-n', '400', '-c', '4', '-m', '20', '-d', ''], '/-/digest'],
    ['small windows', ['-n', '400', '-c', '4', '-m', '20', '-w', '12', '-W', '14'], '/text.txt'],
  ] as const) {
    for (const security of ['clear', 'tls'] as const satisfies Security[]) {
      test(`${what}, ${security === 'tls' ? 'over TLS' : 'in the clear'}`, async () => {
        const all = args.map(argument => (argument === '' ? small : argument))
        const { code, stdout } = await run('h2load', [...all, `${site.origin(security)}${path}`])
        const said = stdout.toString()
        const wanted = args[1]
        assert.equal(code, 0, said)
        assert.match(said, new RegExp(`${wanted} succeeded, 0 failed, 0 errored, 0 timeout`))
        assert.match(said, new RegExp(`${wanted} 2xx, 0 3xx, 0 4xx, 0 5xx`))
      })
    }
  }
})

test('nothing is left behind', () => {
  assert.equal(site.buffered, 0)
})
