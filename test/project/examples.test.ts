import assert from 'node:assert/strict'
import { connect } from 'node:http2'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { askOver2 } from '../clients/h2-ask.ts'
import { Program, run } from '../support/program.ts'

const example = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))

describe('the echo server', () => {
  let program: Program
  const origins: string[] = []
  before(async () => {
    program = new Program(process.execPath, [example('echo.ts'), '--port', '0', '--tls-port', '0'])
    const [, port] = await program.says(/Echo on port (\d+)/)
    const [, tlsPort] = await program.says(/Echo over TLS on port (\d+)/)
    origins.push(`http://127.0.0.1:${port}`, `https://127.0.0.1:${tlsPort}`)
  })
  after(() => program.stop())

  async function curl(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run('curl', ['-sS', '-k', '-m', '20', ...args])
    assert.equal(code, 0, stderr)
    return stdout.toString('latin1')
  }

  test('answers OK where there is nothing to echo, in the clear and over TLS', async () => {
    for (const origin of origins) assert.equal(await curl('--http1.1', `${origin}/`), 'OK')
    for (const origin of origins) assert.equal((await curl(`${origin}/`)).trimEnd(), 'OK')
    assert.equal(await curl('-d', '', `${origins[0]}/`), 'OK')
    const server = ['-X', 'OPTIONS', '--request-target', '*', '-w', '%{http_code}']
    assert.equal(await curl(...server, `${origins[0]}`), '204')
  })

  test('sends content back with its length, whether it came with one or in chunks', async () => {
    for (const origin of origins) {
      for (const coding of [[], ['-H', 'Transfer-Encoding: chunked']]) {
        const reply = await curl('--http1.1', '-i', '--data-binary', 'a=b&c', ...coding, `${origin}/some/path`)
        assert.match(reply, /^HTTP\/1\.1 200 /)
        assert.match(reply, /\r\ncontent-length: 5\r\n/i)
        assert.match(reply, /\r\n\r\na=b&c$/)
      }
    }
  })

  test('empty chunked content is nothing to echo', async () => {
    assert.equal(await curl('-H', 'Transfer-Encoding: chunked', '-d', '', `${origins[0]}/`), 'OK')
  })

  test('shows fields and cookies, a line each', async () => {
    const fields = await curl('-H', 'X-One: 1', '-H', 'X-One: 2', '-H', 'X-Umlaut: \u00fc', `${origins[0]}/echo`)
    assert.match(fields, /^X-One: 1\nX-One: 2\n/m)
    assert.match(fields, /^X-Umlaut: \u00c3\u00bc\n/m)
    assert.equal(await curl('-H', 'Cookie: a=1; b="2"; a=3', `${origins[0]}/cookie`), 'a=1\nb="2"\n')
  })

  test('makes as many bytes as are wanted', async () => {
    assert.equal((await curl(`${origins[1]}/bytes/200001`)).length, 200_001)
    assert.equal(await curl(`${origins[0]}/bytes/0`), '')
    assert.match(await curl('-I', `${origins[0]}/bytes/5000000000000`), /\r\ncontent-length: 5000000000000\r\n/i)
  })

  test('speaks HTTP/2 in the clear, by upgrade too, and over TLS', async () => {
    for (const args of [
      ['--http2-prior-knowledge', origins[0]],
      ['--http2', origins[0]],
      ['--http2', origins[1]],
    ]) {
      assert.match(await curl('-i', ...args), /(^|\n)HTTP\/2 200 [\s\S]*\r\n\r\nOK\n*$/)
      assert.match(await curl('-X', 'BREW', ...args), /^OK\n*$/)
      assert.equal(await curl('--data-binary', 'a=b&c', ...args), 'a=b&c')
    }
  })

  test('the client made of the HTTP/2 connection asks it for several things at once', async () => {
    const { code, stdout, stderr } = await run(process.execPath, [
      ...[example('h2-client.ts'), origins[0], '/', '/bytes/200001', '/bytes/0'],
    ])
    assert.equal(code, 0, stderr)
    assert.equal(stdout.toString(), '200 /, 5 bytes\n200 /bytes/200001, 200001 bytes\n200 /bytes/0, 0 bytes\n')
  })

  test('refuses to keep more than it has room for', async () => {
    const reply = await curl('-i', '-H', 'Expect:', '-H', 'Content-Length: 20000000', '-X', 'POST', `${origins[0]}/`)
    assert.match(reply, /^HTTP\/1\.1 413 /)
  })

  test('refuses more than it keeps for all requests of a connection together, and then has room again', async () => {
    const session = connect(origins[0], { maxSessionMemory: 100 })
    try {
      const echoed = (): Promise<string> =>
        askOver2(session, { path: '/', content: TEN_MEGABYTES, method: 'POST' }).then(
          ({ status, content }) => `${status} ${status === 200 ? content.length : ''}`,
        )
      const answers = await Promise.all([echoed(), echoed(), echoed()])
      assert.ok(answers.filter(answer => answer === '413 ').length >= 1, answers.join())
      assert.equal(await echoed(), `200 ${TEN_MEGABYTES.length}`)
    } finally {
      session.close()
    }
  })
})

const TEN_MEGABYTES = Buffer.alloc(10_000_000, 'x')
