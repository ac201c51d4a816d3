import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import {
  ConfigError,
  configJson,
  configTable,
  HOST_KEYS,
  jsonSchema,
  loadConfig,
  originText,
} from '../../src/config/index.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wirewright-hosts-'))
})

afterEach(() => rmSync(directory, { recursive: true }))

function load(text: string, environment: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(directory, 'wirewright.json'), text)
  return loadConfig({ flags: [], environment, directory })
}

async function problemsOf(text: string): Promise<string[]> {
  try {
    await load(text)
  } catch (error) {
    assert(error instanceof ConfigError)
    return error.problems.map(({ origin, message }) => `${originText(origin)}: ${message}`)
  }
  assert.fail('the configuration was taken')
}

const TWO = `{
  "document_root": "all", "spa": true, "port": 8080,
  "hosts": [
    { "names": ["a.example", "www.a.example"], "document_root": "a", "auth": "me:hunter2" },
    { "names": "b.example", "port": [8443, 9443], "ssl_cert": "b.pem", "ssl_key": "b.key", "spa": false }
  ]
}`

describe('the hosts of a file', () => {
  test('have what they say, and else what stands beside them', async () => {
    const { hosts, config } = await load(TWO, { WIREWRIGHT_CLEAN_URLS: 'yes' })
    const [a, b] = hosts
    assert.equal(config.document_root, join(directory, 'all'))
    assert.deepEqual([a.names, b.names], [['a.example', 'www.a.example'], ['b.example']])
    assert.deepEqual([a.ports, b.ports], [null, [8443, 9443]])
    assert.deepEqual(
      [a.config.document_root, b.config.document_root],
      ['a', 'all'].map(name => join(directory, name)),
    )
    assert.deepEqual([a.config.spa, b.config.spa], [true, false])
    assert.deepEqual([a.config.clean_urls, b.config.clean_urls], [true, true])
    assert.equal(b.config.ssl_key, join(directory, 'b.key'))
    assert.equal(originText(b.origins.spa), 'wirewright.json:5:92')
    assert.equal(originText(b.origins.document_root), 'wirewright.json:2:3')
  })

  test('speak TLS where they name a certificate', async () => {
    const { hosts } = await load(TWO)
    assert.deepEqual(
      hosts.map(({ config }) => config.enable_ssl),
      [false, true],
    )
    const off = await load('{ "hosts": [{ "names": "a", "ssl_cert": "c", "ssl_key": "k", "enable_ssl": false }] }')
    assert.equal(off.hosts[0].config.enable_ssl, false)
  })

  test('are none where the file names none', async () => {
    assert.deepEqual((await load('{}')).hosts, [])
    assert.deepEqual((await load('{ "hosts": [] }')).hosts, [])
  })

  for (const [what, hosts, ...problems] of [
    ['no list', '{ "names": ["a"] }', /^wirewright\.json:1:3: hosts must be a list of hosts: \[\{ "names"/],
    ['no object', '["a.example"]', /^wirewright\.json:1:13: hosts\[0\] must be an object: \{ "names"/],
    ['no names', '[{ "names": "a" }, {}]', /^wirewright\.json:1:31: hosts\[1\] needs names/],
    ['names that are none', '[{ "names": [1] }]', /:1:15: hosts\[0\]\.names must be host names, .*, not \[1\]/],
    ['an empty list of names', '[{ "names": [] }]', /hosts\[0\]\.names must be host names/],
    [
      'a wrong port',
      '[{ "names": "a", "port": [80, 70000] }]',
      /:1:29: hosts\[0\]\.port must be a port from 0 to 65535, or a list of such, not \[80,70000\]/,
    ],
    [
      'an unknown option',
      '[{ "names": "a", "document_rot": "x" }]',
      /hosts\[0\]\.document_rot\. Did you mean hosts\[0\]\.document_root\?/,
    ],
    [
      'a name slightly wrong',
      '[{ "nams": "a" }]',
      /needs names/,
      /no option hosts\[0\]\.nams\. Did you mean hosts\[0\]\.names\?/,
    ],
    [
      'what is the same for all',
      '[{ "names": "a", "log_file": "x" }]',
      /hosts\[0\]\.log_file cannot be: log_file is the same for all hosts/,
    ],
    ['a wrong value', '[{ "names": "a", "spa": "x" }]', /hosts\[0\]\.spa must be true or false, not "x"/],
    ['an option twice', '[{ "names": "a", "spa": true, "spa": true }]', /hosts\[0\]\.spa is given twice/],
    ['names twice', '[{ "names": "a", "names": "b" }]', /hosts\[0\]\.names is given twice/],
    [
      'a key without its certificate',
      '[{ "names": "a" }, { "names": "b", "ssl_key": "x" }]',
      /hosts\[1\]\.ssl_key needs hosts\[1\]\.ssl_cert beside it/,
    ],
    [
      'what does not fit together',
      '[{ "names": "a", "auth": "x" }]',
      /hosts\[0\]\.auth must be a name, a colon and a password/,
    ],
  ] as [string, string, ...RegExp[]][]) {
    test(`cannot have ${what}`, async () => {
      const found = await problemsOf(`{ "hosts": ${hosts} }`)
      assert.equal(found.length, problems.length, found.join('\n'))
      for (const problem of problems)
        assert(
          found.some(text => problem.test(text)),
          found.join('\n'),
        )
    })
  }

  test('do not repeat what is wrong beside them', async () => {
    const found = await problemsOf('{ "auth": "x", "hosts": [{ "names": "a" }, { "names": "b" }] }')
    assert.equal(found.length, 1)
  })

  test('cannot be given twice', async () => {
    assert.match((await problemsOf('{ "hosts": [], "hosts": [] }'))[0], /hosts is given twice/)
  })

  test('are shown with what they say themselves, secrets hidden', async () => {
    const loaded = await load(TWO)
    const table = configTable(loaded)
    assert.match(table, /^hosts\[0\]\.names +\["a\.example","www\.a\.example"\] +wirewright\.json:4:5$/m)
    assert.match(table, /^hosts\[1\]\.port +\[8443,9443\] +wirewright\.json:5:5$/m)
    assert.match(table, /^hosts\[1\]\.enable_ssl +true +wirewright\.json:5:51$/m)
    assert.match(table, /^hosts\[0\]\.auth +"\(hidden\)"/m)
    assert.doesNotMatch(table, /hunter2|hosts\[0\]\.spa/)
    const json = JSON.parse(configJson(loaded))
    assert.deepEqual(json.hosts[1].port.value, [8443, 9443])
    assert.equal(json.hosts[1].spa.value, false)
    assert.equal(json.hosts[0].auth.value, '(hidden)')
  })

  test('stand in the JSON Schema', async () => {
    const schema = JSON.parse(JSON.stringify(await jsonSchema()))
    const { properties, required, additionalProperties } = schema.properties.hosts.items
    assert.deepEqual(required, ['names'])
    assert.equal(additionalProperties, false)
    assert.deepEqual(Object.keys(properties), ['names', 'port', ...HOST_KEYS])
  })
})
