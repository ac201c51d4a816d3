// HTTP/2 with curl: by prior knowledge and by upgrade in the clear, by ALPN over TLS.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { type Finished, run } from '../support/program.ts'
import { digestOf, type Security, TEXT, TwoWires, UPLOAD } from './h2-site.ts'

let site: TwoWires
let upload: string
before(async () => {
  site = await TwoWires.serve({ h2c: true })
  upload = site.file('upload', UPLOAD)
})
after(() => site.stop())

interface Way {
  readonly name: string
  /** HTTP/1.1 is left by `Upgrade: h2c`, with requests that have no content. */
  readonly upgrades?: true
  readonly security: Security
  readonly args: readonly string[]
}

const WAYS: readonly Way[] = [
  { name: 'over TLS', security: 'tls', args: ['--http2'] },
  { name: 'in the clear, by prior knowledge', security: 'clear', args: ['--http2-prior-knowledge'] },
  { name: 'in the clear, by upgrade', upgrades: true, security: 'clear', args: ['--http2'] },
]

async function curl(...args: string[]): Promise<Finished> {
  const finished = await run('curl', ['-sS', '-m', '30', '--cacert', site.certificate, ...args])
  assert.equal(finished.code, 0, finished.stderr)
  return finished
}

for (const { name, upgrades, security, args } of WAYS) {
  describe(name, () => {
    const url = (path: string): string => `${site.origin(security)}${path}`
    const said = async (...more: string[]): Promise<string> =>
      (await curl(...args, ...more)).stdout.toString('latin1').replace(SWITCHED, '')

    test('it is HTTP/2 that is spoken', async () => {
      assert.equal(await said('-o', '/dev/null', '-w', '%{http_version}', url('/')), '2')
      const alpn = security === 'tls' ? 'h2' : null
      assert.deepEqual(JSON.parse(await said(url('/-/wire'))), { version: '2', alpn })
    })

    test('GET gets the file, byte for byte', async () => {
      assert.equal(await said(url('/text.txt')), TEXT)
    })

    test('HEAD gets what GET gets, without the content', async () => {
      const fields = (head: string): string => head.replace(/\r\ndate: [^\r]+/, '')
      const head = await said('-I', url('/text.txt'))
      assert.match(head, /^HTTP\/2 200 \r\n/)
      assert.match(head, new RegExp(`\r\ncontent-length: ${TEXT.length}\r\n`))
      assert.equal(fields(head), fields(await said('-D', '-', '-o', '/dev/null', url('/text.txt'))))
    })

    test('ranges and conditions', async () => {
      assert.equal(await said('-r', '5-13', url('/text.txt')), TEXT.slice(5, 14))
      assert.match(await said('-i', '-r', '0-9,20-29', url('/text.txt')), /^HTTP\/2 206 \r\n/)
      const [, etag] = /\r\netag: ([^\r]+)/.exec(await said('-I', url('/text.txt'))) ?? []
      assert.match(
        await said('-i', '-H', `If-None-Match: ${etag}`, url('/text.txt')),
        /^HTTP\/2 304 \r\n[\s\S]*\r\n\r\n$/,
      )
    })

    test('103 comes before the reply', async () => {
      const { stdout } = await curl(...args, '-i', url('/-/hints'))
      const reply = stdout.toString('latin1').replace(SWITCHED, '')
      assert.match(
        reply,
        /^HTTP\/2 103 \r\nlink: <\/style\.css\?hinted>; rel=preload; as=style\r\n\r\nHTTP\/2 200 \r\n/,
      )
    })

    test('a large head is taken, and one over the limit gets 431', async () => {
      const sees = async (size: number): Promise<string> =>
        said('-o', '/dev/null', '-w', '%{http_code}', '-H', `X-Large: ${'l'.repeat(size)}`, url('/-/seen'))
      assert.equal(await sees(31_000), '200')
      assert.equal(await sees(33_000), '431')
      assert.equal(await sees(50_000), '431')
    })

    test('what breaks off is an error, not an end', async () => {
      const { code } = await run('curl', [
        ...['-sS', '-m', '30', '--cacert', site.certificate, ...args, url('/-/short/1000')],
      ])
      assert.ok([18, 92].includes(code ?? 0), `curl ended with ${code}`)
    })

    // A request with content stays on HTTP/1.1, and what follows 101 at once must fit into curl's buffer of 32 KB.
    if (upgrades) return

    test('a small upload comes back', async () => {
      assert.equal(await said('--data-binary', 'a=b&c', url('/-/echo')), 'a=b&c')
    })

    test('an upload of 20 MB arrives', async () => {
      assert.deepEqual(JSON.parse(await said('-T', upload, url('/-/digest'))), await digestOf(UPLOAD))
    })

    test('an upload of unknown length arrives', async () => {
      const { stdout } = await run('sh', [
        ...['-c', 'cat "$0" | curl "$@"', upload, '-sS', '-m', '30', '--cacert', site.certificate],
        ...[...args, '-T', '-', url('/-/digest')],
      ])
      assert.deepEqual(JSON.parse(stdout.toString()), await digestOf(UPLOAD))
    })

    test('an upload that waits for the word gets it', async () => {
      const { stdout, stderr } = await curl(
        ...[...args, '-v', '-H', 'Expect: 100-continue', '-T', upload, url('/-/digest')],
      )
      assert.deepEqual(JSON.parse(stdout.toString()), await digestOf(UPLOAD))
      assert.match(stderr, /< HTTP\/(2|1\.1) 100/)
      assert.doesNotMatch(stderr, /Done waiting for 100-continue/)
    })

    test('an upload that is refused is answered, and not sent to its end', async () => {
      for (const expect of [[], ['-H', 'Expect: 100-continue']]) {
        const reply = await said('-T', upload, '-i', '-w', '%{size_upload}', ...expect, url('/-/early'))
        const [, sent] = /^HTTP\/2 403 \r\n[\s\S]*\r\n\r\nNo, thanks(\d+)$/.exec(reply) ?? []
        assert.ok(Number(sent) < UPLOAD.length / 2, reply)
      }
    })

    test('trailers of the reply are shown', async () => {
      const { stdout } = await curl(...args, '-D', '-', '-o', '/dev/null', '--data-binary', TEXT, url('/-/trailers'))
      const { digest } = await digestOf(Buffer.from(TEXT))
      assert.match(stdout.toString('latin1'), new RegExp(`\r\nx-digest: ${digest}\r\n`))
    })

    test('a download of 20 MB arrives', async () => {
      assert.equal(
        await said('-o', '/dev/null', '-w', '%{size_download}', url(`/-/stream/${20 * 1_048_576}`)),
        String(20 * 1_048_576),
      )
    })

    test('a large head comes', async () => {
      assert.match(await said('-i', url('/-/large/60000')), /\r\nx-large: l{60000}\r\n/)
    })
  })
}

test('an upload is not upgraded, but answered', async () => {
  const { stdout } = await curl('--http2', '-w', '%{http_version}', '--data-binary', 'a=b&c', `${site.clear}/-/echo`)
  assert.equal(stdout.toString(), 'a=b&c1.1')
})

test('where upgrades are off, an offer of h2c is passed over', async () => {
  const other = await TwoWires.serve()
  try {
    const { stdout } = await curl('--http2', '-o', '/dev/null', '-w', '%{http_version}', `${other.clear}/`)
    assert.equal(stdout.toString(), '1.1')
  } finally {
    await other.stop()
  }
})

test('over TLS a client without ALPN gets HTTP/1.1', async () => {
  const { stdout } = await curl('--no-alpn', '-o', '/dev/null', '-w', '%{http_version}', `${site.tls}/`)
  assert.equal(stdout.toString(), '1.1')
})

// In the clear curl 7.88 has a fault of its own here, with other servers too.
test('many at once share a connection', async () => {
  const urls = Array.from({ length: 60 }, (_, i) => ['-o', '/dev/null', `${site.tls}/-/bytes/${i * 1000}`]).flat()
  const format = '%{num_connects} %{size_download}\n'
  const { stdout } = await curl('--http2', '-Z', '--parallel-max', '60', '-w', format, ...urls)
  const lines = stdout.toString().trim().split('\n')
  const sizes = lines.map(line => Number(line.split(' ')[1])).sort((a, b) => a - b)
  assert.deepEqual(
    sizes,
    Array.from({ length: 60 }, (_, i) => i * 1000),
  )
  assert.equal(lines.filter(line => line.startsWith('1 ')).length, 1)
})

test('a broken download is resumed where it broke', async () => {
  const file = site.file('resumed', TEXT.slice(0, 30_001))
  await curl('--http2', '-C', '-', '-o', file, `${site.tls}/text.txt`)
  assert.equal(readFileSync(file, 'latin1'), TEXT)
})

/** What curl shows of the switch of protocols before the reply. */
const SWITCHED = /^HTTP\/1\.1 101 [\s\S]*?\r\n\r\n/
