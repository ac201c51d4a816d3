import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { violations } from '../../tools/arrows.ts'

const made: string[] = []
after(() => {
  for (const folder of made) rmSync(folder, { recursive: true })
})

/** What is wrong with a house of these files, one line each. */
function wrong(files: Record<string, string>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'wirewright-arrows-'))
  made.push(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return violations(folder).map(({ file, line, message }) => `${file}:${line} ${message}`)
}

test('every import of the source follows an arrow', () => {
  assert.deepEqual(violations(fileURLToPath(new URL('../../src', import.meta.url))), [])
})

test('imports along the arrows are nothing to complain about', () => {
  assert.deepEqual(
    wrong({
      'bytes/text.ts': 'export const a = 1\n',
      'http/dates.ts': "import { a } from '../bytes/text.ts'\nexport type B = typeof a\n",
      'h1/index.ts': "export type { B } from '../http/dates.ts'\nexport * from './states.ts'\n",
      'h1/states.ts': "import type { B } from '../http/dates.ts'\nexport const c: B = 1\n",
      'transport/index.ts': "import net from 'node:net'\nimport { a } from '../bytes/text.ts'\nexport { a, net }\n",
      'server/index.ts': "import { c } from '../h1/index.ts'\nexport { c }\n",
      'observe/index.ts': "import { pino } from 'pino'\nimport fs from 'node:fs'\nexport { fs, pino }\n",
      'middleware/x/index.ts': "import zlib from 'node:zlib'\nexport * from './y.ts'\nexport { zlib }\n",
      'middleware/x/y.ts': '',
      'cli/main.ts': "import '../server/index.ts'\nimport '../index.ts'\nimport '../middleware/x/index.ts'\n",
      'index.ts': "export { c } from './server/index.ts'\n",
    }),
    [],
  )
})

const PLANTED: Readonly<Record<string, { files: Record<string, string>; complaint: string }>> = {
  'an import against the arrows': {
    files: { 'bytes/a.ts': "\nimport { b } from '../http/b.ts'\n", 'http/b.ts': '' },
    complaint: 'bytes/a.ts:2 there is no arrow bytes → http: bytes/ may import from no other room',
  },
  'a folder of middleware entered by another file than its index': {
    files: { 'cli/a.ts': "import '../middleware/x/y.ts'\n", 'middleware/x/y.ts': '' },
    complaint: 'cli/a.ts:1 enters middleware/ by y.ts: a room is entered by its index.ts alone',
  },
  'an import of a type alone': {
    files: { 'h1/a.ts': "import type { E } from '../exchange/index.ts'\n", 'exchange/index.ts': '' },
    complaint: 'h1/a.ts:1 there is no arrow h1 → exchange: h1/ may import from http, bytes',
  },
  'export … from': {
    files: { 'h1/index.ts': "\n\nexport { E } from '../exchange/index.ts'\n", 'exchange/index.ts': '' },
    complaint: 'h1/index.ts:3 there is no arrow h1 → exchange: h1/ may import from http, bytes',
  },
  'export * from': {
    files: { 'h1/index.ts': "export * from '../exchange/index.ts'\n", 'exchange/index.ts': '' },
    complaint: 'h1/index.ts:1 there is no arrow h1 → exchange: h1/ may import from http, bytes',
  },
  'a dynamic import': {
    files: { 'h1/a.ts': "export const e = () => import('../exchange/index.ts')\n", 'exchange/index.ts': '' },
    complaint: 'h1/a.ts:1 there is no arrow h1 → exchange: h1/ may import from http, bytes',
  },
  'import() as a type': {
    files: { 'h1/a.ts': "export type E = import('../exchange/index.ts').E\n", 'exchange/index.ts': '' },
    complaint: 'h1/a.ts:1 there is no arrow h1 → exchange: h1/ may import from http, bytes',
  },
  'an import over several lines, by its first line': {
    files: { 'h1/a.ts': "// …\nimport {\n  type E,\n  f,\n} from '../exchange/index.ts'\n", 'exchange/index.ts': '' },
    complaint: 'h1/a.ts:2 there is no arrow h1 → exchange: h1/ may import from http, bytes',
  },
  'a room entered by the window': {
    files: { 'server/a.ts': "import '../h1/states.ts'\n", 'h1/states.ts': '' },
    complaint: 'server/a.ts:1 enters h1/ by states.ts: a room is entered by its index.ts alone',
  },
  'a room entered by the window from the public face': {
    files: { 'index.ts': "export { s } from './h1/states.ts'\n", 'h1/states.ts': '' },
    complaint: 'index.ts:1 enters h1/ by states.ts: a room is entered by its index.ts alone',
  },
  'the public face imported by a room': {
    files: { 'files/a.ts': "import '../index.ts'\n", 'index.ts': '' },
    complaint: 'files/a.ts:1 there is no arrow files → the public face: files/ may import from exchange, http',
  },
  'sockets outside of transport/': {
    files: { 'server/a.ts': "import net from 'node:net'\n" },
    complaint: 'server/a.ts:1 imports node:net, which only transport may',
  },
  'TLS outside of transport/, without the prefix': {
    files: { 'cli/a.ts': "import type tls from 'tls'\n" },
    complaint: 'cli/a.ts:1 imports tls, which only transport may',
  },
  "Node's own HTTP": {
    files: { 'transport/a.ts': "import { STATUS_CODES } from 'node:http'\n" },
    complaint: 'transport/a.ts:1 imports node:http, which nothing here may: every byte is our own',
  },
  'Node in a pure room': {
    files: { 'http/a.ts': "import { inspect } from 'node:util'\n" },
    complaint: 'http/a.ts:1 imports node:util, but http/ knows nothing of Node: what it needs is handed in',
  },
  'a package in a pure room': {
    files: { 'bytes/a.ts': "import mrmime from 'mrmime'\n" },
    complaint: 'bytes/a.ts:1 imports the package mrmime, but bytes/ has no dependencies',
  },
  'a package below the server': {
    files: { 'transport/a.ts': "import { pino } from 'pino'\n" },
    complaint: 'transport/a.ts:1 imports the package pino, but transport/ has no dependencies',
  },
  'an import from outside of the source': {
    files: { 'config/a.ts': "import '../../tools/arrows.ts'\n" },
    complaint: 'config/a.ts:1 imports ../../tools/arrows.ts, which is outside of the source folder',
  },
  'a circle of files': {
    files: {
      'h1/a.ts': "import './b.ts'\n",
      'h1/b.ts': "import type { C } from './c.ts'\n",
      'h1/c.ts': "export * from './a.ts'\n",
    },
    complaint: 'h1/a.ts:1 imports itself in a circle: h1/a.ts → h1/b.ts → h1/c.ts → h1/a.ts',
  },
  'a file that is too long': {
    files: { 'h1/a.ts': '//\n'.repeat(401) },
    complaint: 'h1/a.ts:401 has 401 lines; 400 is the most',
  },
  'a room that the house does not have': {
    files: { 'utils/a.ts': '' },
    complaint: 'utils:1 is no room of the house: add it to the table in tools/arrows.ts',
  },
}

describe('found and named', () => {
  for (const [what, { files, complaint }] of Object.entries(PLANTED)) {
    test(what, () => assert.deepEqual(wrong(files), [complaint]))
  }
})

test('a generated table may be longer', () => {
  assert.deepEqual(wrong({ 'hpack/table.ts': `// Generated by tools/table.ts\n${'//\n'.repeat(500)}` }), [])
})
