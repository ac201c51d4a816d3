import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { about, KEYS } from '../../src/config/index.ts'
import { folderOf, wirewright } from './support.ts'

const root = join(import.meta.dirname, '..', '..')

async function outcome(
  context: Parameters<typeof folderOf>[0],
  args: readonly string[],
  started: { env?: Record<string, string>; files?: Record<string, string> } = {},
) {
  const cwd = folderOf(context, started.files)
  const run = wirewright(context, args, { cwd, env: started.env ?? {} })
  const code = await run.ended
  return { code, stdout: run.stdout(), stderr: run.stderr(), cwd }
}

describe('help and version', { concurrency: true }, () => {
  test('--help lists every option of the command line, under headings', async context => {
    const { code, stdout } = await outcome(context, ['--help'])
    assert.equal(code, 0)
    for (const option of [
      '-H, --host <',
      '-p, --port <',
      '-d, --document-root <',
      '-c, --config <',
      '--log-level <',
      '--log-file <',
      '--[no-]color',
      '--directory-listing',
      '--[no-]enable-cache',
      '--max-threads <',
      '--ssl ',
      '--ssl-cert <',
      '--ssl-key <',
      '--request-timeout <',
      '--connection-queue <',
    ])
      assert(stdout.includes(option), option)
    assert.match(stdout, /^Security:$/m)
    assert(stdout.split('\n').every(line => line.length <= 120))
    const words = stdout.replace(/\s+/g, ' ')
    for (const key of KEYS) {
      const { shape } = about(key)
      if (shape.type === 'choice') for (const choice of shape.of) assert(words.includes(choice), `${key}: ${choice}`)
    }
  })

  test('--version is the version of the package', async context => {
    const { code, stdout } = await outcome(context, ['--version'])
    assert.equal(code, 0)
    assert.equal(stdout.trim(), JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)
  })
})

describe('what is wrong is told at once, with exit code 2', { concurrency: true }, () => {
  for (const [what, args, message] of [
    ['an unknown flag', ['--prot', '9'], /there is no option --prot\. Did you mean --port\?/],
    ['an unknown flag with a value', ['--log-levl=INFO'], /there is no option --log-levl\. Did you mean --log-level\?/],
    ['a flag without its value', ['--port'], /'-p, --port <port>' argument missing/],
    ['a wrong value', ['--port', '70000'], /--port must be a whole number from 0 to 65535, or auto, not "70000"/],
    ['two folders', ['a', 'b'], /"b": one folder is served at a time/],
    ['a folder named twice', ['a', '-d', 'b'], /the folder is named twice/],
    ['a folder that is not there', ['nowhere'], /There is no folder .*nowhere to serve/],
    ['a file that is not there', ['-c', 'none.json'], /none\.json cannot be read: there is no such file/],
    [
      'a certificate that is not there',
      ['--ssl', '--ssl-cert', 'c.pem', '--ssl-key', 'k.pem'],
      /ssl_cert .*c\.pem cannot be read: there is no such file/,
    ],
    ['a proxy that is no address', ['--trusted-proxy', 'nobody'], /--trusted-proxy.*: trusted_proxies: /],
    ['a redirect that cannot be', ['--redirect', '/a //evil.example/'], /redirects\[0\]\.to must be/],
    ['a host that is not ours', ['--host', '192.0.2.77', '--port', '0'], /This machine has no address "192\.0\.2\.77"/],
    ['a file where a folder should be', [import.meta.filename], /command\.test\.ts is no folder/],
    [
      'a template that is not there',
      ['--directory-listing', '--listing-template', 'no.html'],
      /: --listing-template: /,
    ],
    ['a version that cannot be sent', ['--server-version', 'a\u0001'], /--server-version: server_version: /],
    [
      'a Unix socket in no folder',
      ['--unix-socket', 'none/s'],
      /cannot be made: there is no such folder \(from --unix/,
    ],
    ['config behind an option', ['-p', '0', 'config', '--json'], /: config stands first: wirewright config/],
    ['a log file that is a folder', ['--log-file', '.'], /The log file .* cannot be written/],
  ] as const)
    test(what, async context => {
      const { code, stdout, stderr } = await outcome(context, args)
      assert.match(stderr, message)
      assert.equal(code, 2)
      assert.equal(stdout, '')
    })

  test('a Node that is too old', async context => {
    const pretend = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.20.2'}})`
    const { code, stderr } = await outcome(context, ['--port', '0'], { env: { NODE_OPTIONS: `--import=${pretend}` } })
    assert.match(stderr, /^wirewright: Node 22\.12 or newer is needed, and this is Node 20\.20\.2$/m)
    assert.equal(code, 1)
  })

  test('problems of all sources come together', async context => {
    const { code, stderr } = await outcome(context, ['--prot', '1', '--spa=x'], {
      env: { WIREWRIGHT_PORT: 'x' },
      files: { 'wirewright.json': '{ "hots": 1 }' },
    })
    assert.equal(code, 2)
    for (const part of [
      '--prot',
      'WIREWRIGHT_PORT',
      'wirewright.json:1:3: there is no option hots. Did you mean host?',
    ])
      assert(stderr.includes(part), part)
  })
})

describe('wirewright config', { concurrency: true }, () => {
  test('prints what is in force and where it came from', async context => {
    const { code, stdout, cwd } = await outcome(context, ['config', '-p', '1234'], {
      env: { WIREWRIGHT_AUTH: 'me:hunter2' },
      files: { 'config.json': '{ "directory": "www" }' },
    })
    assert.equal(code, 0)
    assert.match(stdout, /^port +1234 +--port$/m)
    assert.match(stdout, /^auth +"\(hidden\)" +WIREWRIGHT_AUTH$/m)
    assert(new RegExp(`^document_root +"${cwd}/www" +config\\.json:1:3$`, 'm').test(stdout))
  })

  test('--json and --schema are JSON', async context => {
    const values = JSON.parse((await outcome(context, ['config', '--json'])).stdout)
    assert.deepEqual(values.port, { value: 8000, origin: 'default' })
    const schema = JSON.parse((await outcome(context, ['config', '--schema'])).stdout)
    assert(schema.properties.document_root)
  })

  test('the samples are configurations', async context => {
    for (const name of ['wirewright.json', 'https.json', 'development.json', 'older-server.json']) {
      const { code, stderr } = await outcome(context, ['config', '-c', join(root, 'examples', 'config', name)])
      assert.equal(code, 0, stderr)
    }
  })
})
