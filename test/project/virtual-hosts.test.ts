// The examples of docs/virtual-hosts.md do what the page says.
import assert from 'node:assert/strict'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../src/config/index.ts'
import { folderOf } from '../cli/support.ts'
import { certificateFor } from '../support/certificates.ts'
import { run } from '../support/program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/virtual-hosts.md'), 'utf8')
const blocks = (language: string) =>
  [...page.matchAll(/```(\w+)\n(.*?)```/gs)].flatMap(([, of, text]) => (of === language ? [text] : []))

describe('files of configurations are taken', () => {
  for (const [i, text] of blocks('json').entries()) {
    test(`of docs/virtual-hosts.md, ${i + 1}`, async context => {
      const directory = folderOf(context, { 'wirewright.json': text })
      const { hosts, config } = await loadConfig({ flags: [], environment: {}, directory })
      assert.equal(hosts.length, JSON.parse(text).hosts.length)
      assert.deepEqual(hosts[2].ports, [8443])
      assert.equal(hosts[0].config.ssl_key, join(directory, 'certificates/example.org/privkey.pem'))
      assert.equal(hosts[0].config.clean_urls && hosts[0].config.enable_ssl && config.clean_urls, true)
    })
  }
  for (const file of globSync('examples/config/*.json', { cwd: root })) {
    test(file, async () => {
      await loadConfig({ flags: [], environment: {}, directory: root, file: join(root, file) })
    })
  }
})

describe('programs of docs/virtual-hosts.md', () => {
  /** The program with ports that are free, and something to do once it serves. */
  const programOf = (text: string, then: string) =>
    text
      .replace("'wirewright'", `'${join(root, 'src/index.ts')}'`)
      .replaceAll(/port: \d+/g, 'port: 0')
      .replaceAll(/host: '::'/g, "host: '127.0.0.1'")
      .concat(then)

  test('serve each host', async context => {
    const docs = await certificateFor(['*.docs.example'])
    const org = await certificateFor(['example.org', 'www.example.org'])
    const folder = folderOf(context, {
      'sites/example.org/index.html': 'example.org',
      'certificates/example.org/fullchain.pem': org.cert,
      'certificates/example.org/privkey.pem': org.key,
      'certificates/docs.pem': docs.cert,
      'certificates/docs.key': docs.key,
    })
    const asking = `
      import { ask } from '${join(root, 'test/support/host-clients.ts')}'
      const [secure, plain, status] = server.places.map(({ addresses: [address] }) => address.port)
      const answers = await Promise.all([
        ask({ port: secure, host: 'www.example.org', serverName: 'www.example.org' }, 'HTTP/2'),
        ask({ port: secure, host: 'x.docs.example', serverName: 'x.docs.example' }),
        ask({ port: plain, host: 'example.org' }),
        ask({ port: status, host: 'status.example' }),
      ])
      console.log(JSON.stringify(answers.map(({ status, content, location }) => [status, content, location?.replace(String(secure), 'S')])))`
    writeFileSync(join(folder, 'program.ts'), programOf(blocks('ts')[0], asking))
    const { stdout, stderr, code } = await run(process.execPath, ['program.ts'], { cwd: folder })
    assert.equal(code, 0, stderr)
    assert.deepEqual(JSON.parse(stdout.toString()), [
      [200, 'example.org', null],
      [200, 'The documents of x.docs.example\n', null],
      [308, '', 'https://example.org:S/'],
      [200, '{"well":true}', null],
    ])
  })

  test('end together', async context => {
    const folder = folderOf(context, {})
    writeFileSync(join(folder, 'program.ts'), programOf(blocks('ts')[1], `\nconsole.log(servers.servers.length)`))
    const { stdout, stderr, code } = await run(process.execPath, ['program.ts'], { cwd: folder })
    assert.equal(code, 0, stderr)
    assert.equal(stdout.toString(), '2\n')
  })
})
