// The tests notice faults: each of these is planted in a copy of the rooms, and must be found.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { mutate, Random } from '../../tools/fuzzing/mutate.ts'
import { check, type Room, seeds } from '../fuzz/decompression-check.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const ROOM = 'src/middleware/compression'

interface Fault {
  readonly file: string
  readonly find: string
  readonly put: string
}

/** A copy of the project's sources and tests in which one place is another; gone after `use`. */
async function withFault({ file, find, put }: Fault, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wirewright-planted-'))
  try {
    for (const name of ['src', 'test', 'tools', 'package.json', 'tsconfig.json', 'welcome'])
      cpSync(join(root, name), join(folder, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const path = join(folder, ROOM, file)
    const text = readFileSync(path, 'utf8')
    assert.equal(text.split(find).length, 2, `${file} must have «${find}» once`)
    writeFileSync(
      path,
      text.replace(find, () => put),
    )
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const DECODING: Readonly<Record<string, Fault>> = {
  'bytes behind the end are passed over': {
    file: 'decoded-body.ts',
    find: 'if (codec?.ended && codec.unused > 0) throw contentBehindTheEnd(this.coding)',
    put: '',
  },
  'content that is cut off is taken': {
    file: 'decoded-body.ts',
    find: 'if (!codec.ended) codec.end()\n      return true',
    put: 'return false',
  },
  'the limit is one byte off': { file: 'decoding-bounds.ts', find: 'this.size > limit', put: 'this.size >= limit' },
  'there is no limit': { file: 'decoding-bounds.ts', find: 'if (this.size > limit)', put: 'if (false)' },
  'memory is kept': { file: 'decoded-body.ts', find: 'this.bounds.close()', put: '' },
  'what broke is no refusal': {
    file: 'decoded-body.ts',
    find: 'error === this.codec?.failed ? brokenContent(this.coding, error as Error) : error',
    put: 'error',
  },
}

const MOST_INPUTS = 3000

describe('the fuzzer finds', { concurrency: 2 }, () => {
  for (const [name, fault] of Object.entries(DECODING))
    test(`that ${name}`, { timeout: 120_000 }, () =>
      withFault(fault, async folder => {
        const load = (file: string) => import(pathToFileURL(join(folder, ROOM, file)).href)
        const room: Room = {
          ...(await load('decoded-body.ts')),
          ...(await load('decoding-bounds.ts')),
          ...(await load('memory.ts')),
        }
        assert(await isFound(room), `not found in ${MOST_INPUTS} inputs`)
      }),
    )

  test('nothing wrong in the room as it is', async () => {
    const load = (file: string) => import(pathToFileURL(join(root, ROOM, file)).href)
    const room: Room = {
      ...(await load('decoded-body.ts')),
      ...(await load('decoding-bounds.ts')),
      ...(await load('memory.ts')),
    }
    assert(!(await isFound(room)))
  })
})

async function isFound(room: Room): Promise<boolean> {
  const corpus = seeds()
  const random = new Random(1)
  for (let i = 0; i < MOST_INPUTS; i++) {
    const input = corpus[i] ?? mutate(random.of(corpus), { corpus, dictionary: [] }, random)
    // A copy has its own `Refused`, so that what it refuses is known by its name.
    const { wrong } = await check(room, input)
    if (wrong.some(complaint => !/^threw Refused:/.test(complaint))) return true
  }
  return false
}

/** Each "never" and each promise, taken back: the tests of replies and events must fail then. */
const COMPRESSING: Readonly<Record<string, Fault & { readonly tests: string }>> = {
  'what has a coding is coded again': {
    tests: 'compression',
    file: 'eligible.ts',
    find: '      closed = true\n    } else if (FIXES_BYTES',
    put: '    } else if (FIXES_BYTES',
  },
  'no-transform is passed over': {
    tests: 'compression',
    file: 'eligible.ts',
    find: " || (name === 'cache-control' && forbidsTransforming(value))",
    put: '',
  },
  ...Object.fromEntries(
    ['content-range', 'content-md5', 'digest', 'content-digest', 'repr-digest', 'signature'].map(name => [
      `${name} is passed over`,
      { tests: 'compression', file: 'eligible.ts', find: `  '${name}',\n`, put: '' },
    ]),
  ),
  'types are not looked at': {
    tests: 'compression',
    file: 'eligible.ts',
    find: 'mediaType === null || !isCompressible(mediaType)',
    put: 'mediaType === null',
  },
  'a reply without a type is compressed': {
    tests: 'compression',
    file: 'eligible.ts',
    find: 'closed || mediaType === null || !isCompressible(mediaType)',
    put: "closed || !isCompressible(mediaType ?? 'text/plain')",
  },
  'small content is compressed': {
    tests: 'compression',
    file: 'compress.ts',
    find: ' || isTooSmall(body, minSize)',
    put: '',
  },
  'what gets larger is sent all the same': {
    tests: 'compression',
    file: 'compress.ts',
    find: 'made.length < (sizeOf(reply.body) ?? 0)',
    put: 'true',
  },
  'a kept form that is larger is sent': {
    tests: 'compression',
    file: 'kept.ts',
    find: 'compressed.length < content.bytes.length',
    put: 'true',
  },
  'strong tags stay': {
    tests: 'compression',
    file: 'fields.ts',
    find: "if (lower === 'etag') pairs.push([name, weak(value)])\n    else ",
    put: '',
  },
  'Accept-Ranges stays': { tests: 'compression', file: 'fields.ts', find: ", 'accept-ranges'", put: '' },
  'plain replies have no Vary': {
    tests: 'compression',
    file: 'compress.ts',
    find: 'made = varied(fields)',
    put: 'made = fields',
  },
  'compressed replies have no Vary': {
    tests: 'compression',
    file: 'fields.ts',
    find: 'return varied(FieldList.of(pairs))',
    put: 'return FieldList.of(pairs)',
  },
  'Vary: * does not stay': { tests: 'compression', file: 'fields.ts', find: "name === '*' || ", put: '' },
  'a 304 is left as it is': {
    tests: 'compression',
    file: 'fields.ts',
    find: "isKnownWeak ? fields.with('ETag', weak(etag)) : fields",
    put: 'fields',
  },
  'digests stay among the trailers': {
    tests: 'compression',
    file: 'compress.ts',
    find: 'withoutDigests(trailers())',
    put: 'trailers()',
  },
  'what declined is marked on the wire': {
    tests: 'compression',
    file: 'compress.ts',
    find: "return reply.withFields(reply.fields.without('Content-Encoding'))",
    put: 'return reply',
  },
  'fields set on the context come too late': {
    tests: 'compression',
    file: 'compression.ts',
    find: 'context.complete(reply)',
    put: 'reply',
  },
  'the first coding is taken whatever the client likes': {
    tests: 'compression',
    file: 'compress.ts',
    find: 'const chosen = chooseEncoding(accepted, codings)',
    put: 'const chosen = codings[0] ?? chooseEncoding(accepted, codings)',
  },
  'HEAD of a stream is plain': {
    tests: 'compression',
    file: 'compress.ts',
    find: "if (exchange.method === 'HEAD') return changed",
    put: "if (exchange.method === 'HEAD') return plain(reply) ?? changed",
  },
  'nothing is flushed': { tests: 'streams', file: 'compressed-body.ts', find: 'await codec.flush()\n', put: '' },
  'memory is never given back': { tests: 'streams', file: 'memory.ts', find: 'this.lent -= own\n', put: '' },
  'a source is not told that nobody reads on': {
    tests: 'streams',
    file: 'compressed-body.ts',
    find: 'if (!this.sourceEnded) this.source.cancel(reason)',
    put: '',
  },
  'chunks that are lent are kept': {
    tests: 'events',
    file: 'event-deflate.ts',
    find: 'return new Uint8Array(event.subarray(event.length - HISTORY))',
    put: 'return event.subarray(event.length - HISTORY)',
  },
  'a step is taken for that of another past': {
    tests: 'events',
    file: 'event-deflate.ts',
    find: 'if (step.before !== before && Buffer.compare(step.before, before) !== 0) return false',
    put: '',
  },
  'events of brotli wait': { tests: 'events', file: 'codings.ts', find: 'flush: P.BROTLI_OPERATION_FLUSH, ', put: '' },
  'events of zstd wait': { tests: 'events', file: 'codings.ts', find: 'flush: P.ZSTD_e_flush, ', put: '' },
  'streams are not ended in order': { tests: 'events', file: 'source-of-events.ts', find: 'this.stop?.()', put: '' },
  'a failure is kept': {
    tests: 'kept',
    file: 'kept.ts',
    find: 'forms.byCoding.delete(coding)\n        throw',
    put: 'throw',
  },
  'kept forms outlive their content': {
    tests: 'kept',
    file: 'kept.ts',
    find: 'this.recent?.delete(forms)',
    put: 'void forms',
  },
  'the kept reply is sent under other fields': {
    tests: 'kept',
    file: 'compress.ts',
    find: 'made.fields === fields && ',
    put: '',
  },
  'requests at the same time each compress': {
    tests: 'kept',
    file: 'kept.ts',
    find: 'forms.byCoding.set(coding, coming)',
    put: '',
  },
  'the ratio is not looked at': {
    tests: 'decompression',
    file: 'decoding-bounds.ts',
    find: 'if (this.size > ANY_RATIO && ',
    put: 'if (this.size < 0 && ',
  },
  'codings are taken off in the wrong order': {
    tests: 'decompression',
    file: 'decompression.ts',
    find: 'codings.toReversed()',
    put: 'codings',
  },
  'any number of codings is taken': {
    tests: 'decompression',
    file: 'decompression.ts',
    find: 'if (named.length > MOST_CODINGS)',
    put: 'if (named.length > 1000)',
  },
}

describe('the tests notice', { concurrency: 2 }, () => {
  for (const [name, { tests, ...fault }] of Object.entries(COMPRESSING))
    test(`that ${name}`, { timeout: 240_000 }, () =>
      withFault(fault, async folder => {
        const { failed, said } = await tested(join('test/middleware', `${tests}.test.ts`), folder)
        assert(failed, said.slice(-500))
      }),
    )
})

/** Runs a file of tests as a program of its own. */
function tested(file: string, cwd: string): Promise<{ readonly failed: boolean; readonly said: string }> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['--test', '--test-timeout=20000', file]
  return new Promise(resolve => {
    execFile(process.execPath, args, { cwd, env, maxBuffer: 100_000_000 }, (error, said) => {
      resolve({ failed: error !== null && /^. (?:fail|cancelled) [1-9]/m.test(said), said })
    })
  })
}
