// A configuration file of any bytes is taken apart or refused with a place in it; nothing else is thrown.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, KEYS, type Problem } from '../../src/config/index.ts'
import { membersOf } from '../../src/config/json.ts'
import { keyNamed } from '../../src/config/options.ts'
import { pourHosts } from '../../src/config/pour.ts'
import { fits } from '../../src/config/schema.ts'

export default {
  name: 'config-file',
  seeds: [
    readFileSync(join(import.meta.dirname, '..', 'config', 'fixtures', 'older-server.json')),
    new TextEncoder().encode('{ "redirects": ["/a /b 301", { "from": "/c", "to": "/d" }], /* x */ "port": "auto", }'),
    new TextEncoder().encode('{ "headers": [{ "for": "/*", "set": { "A": "b" } }], "log_level": "debug" } // y'),
    new TextEncoder().encode(
      '{ "hosts": [{ "names": ["a"], "port": [80, 81], "spa": true }, 1, { "names": "b", "ssl_cert": "c" }] }',
    ),
  ],
  run(bytes: Uint8Array): void {
    try {
      const members = membersOf(bytes, 'fuzz.json')
      const problems: Problem[] = []
      for (const { at, names, ports } of pourHosts(
        members.filter(({ name }) => name === 'hosts'),
        '/',
        problems,
      ))
        assert(problems.length > 0 || (names.length > 0 && ports?.length !== 0), at)
      for (const { message } of problems) assert.doesNotMatch(message, /\p{Cc}/u)
      for (const { name, value, origin } of members) {
        assert(origin.source === 'file' && origin.line > 0 && origin.column > 0)
        const key = keyNamed(name)
        assert(key === undefined || KEYS.includes(key))
        if (key !== undefined) fits(key, value)
      }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      assert.doesNotMatch(error.message, /\p{Cc}/u)
    }
  },
}
