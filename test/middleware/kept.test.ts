// Content that is sent many times is compressed once, is never stale, and what is kept has a bound.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Content } from '../../src/exchange/index.ts'
import { FieldList, Reply } from '../../src/index.ts'
import { type CompressionOptions, compressed } from '../../src/middleware/compression/index.ts'
import { type Form, KeptForms } from '../../src/middleware/compression/kept.ts'
import { fakeExchange } from '../support/exchange.ts'
import { decoded, prose } from './support.ts'

const FIELDS = FieldList.of({ 'Content-Type': 'text/plain' })

function server(options?: CompressionOptions) {
  const contents = new Map<string, Content>()
  const handler = compressed(
    ({ path }) => new Reply(200, FIELDS, contents.get(path) ?? new Content(Buffer.alloc(0))),
    options,
  )
  const get = async (path: string, coding = 'gzip') =>
    (await handler(fakeExchange({ target: path, fields: { 'Accept-Encoding': coding } }))) as Reply
  return { contents, get, handler }
}

const contentOf = ({ body }: Reply): Content => {
  assert(body instanceof Content)
  return body
}

test('a content is compressed once for each coding, and its reply is made once', async () => {
  const { contents, get } = server()
  contents.set('/', new Content(Buffer.from(prose(200_000))))
  const first = await get('/')
  assert.equal(await get('/'), first, 'the very same reply')
  const other = await get('/', 'deflate')
  assert.notEqual(contentOf(other), contentOf(first))
  assert.equal(await get('/', 'deflate'), other)
  assert.equal(await get('/'), first)
  const plain = await get('/', '')
  assert.equal(await get('/', ''), plain)
})

test('two requests at the same time compress once', async () => {
  for (const keep of [undefined, 0]) {
    const { contents, get } = server(keep === undefined ? {} : { keep })
    contents.set('/', new Content(Buffer.from(prose(300_000))))
    const [a, b, c] = await Promise.all([get('/'), get('/'), get('/')])
    assert.equal(contentOf(a), contentOf(b))
    assert.equal(contentOf(a), contentOf(c))
    const later = await get('/')
    assert.equal(contentOf(later) === contentOf(a), keep === undefined, 'kept unless nothing is to be')
  }
})

test('another content under the same address is another one: nothing stale is sent', async () => {
  const { contents, get } = server()
  for (let i = 0; i < 3; i++) {
    const text = `Version ${i}\n${prose(5000)}`
    contents.set('/', new Content(Buffer.from(text)))
    for (let turn = 0; turn < 2; turn++) assert.equal(decoded(contentOf(await get('/')).bytes, 'gzip').toString(), text)
  }
})

test('the same content with other fields is the same bytes under these fields', async () => {
  const content = new Content(Buffer.from(prose(5000)))
  let count = 0
  const handler = compressed(() => new Reply(200, FIELDS.with('X-Count', ++count), content))
  const get = async () => (await handler(fakeExchange({ fields: { 'Accept-Encoding': 'gzip' } }))) as Reply
  const [first, second] = [await get(), await get()]
  assert.deepEqual(
    [first, second].map(({ fields }) => fields.get('x-count')),
    ['1', '2'],
  )
  assert.equal(contentOf(first), contentOf(second))
})

test('what is kept stays within its bound; the least recently used goes first', async () => {
  const kept = new KeptForms(40_000)
  let made = 0
  const compress = (): Uint8Array => {
    made++
    return new Uint8Array(9000)
  }
  const contents = Array.from({ length: 10 }, () => new Content(new Uint8Array(10_000)))
  for (const content of contents) {
    kept.form(content, 'gzip', compress)
    kept.form(contents[0], 'gzip', compress)
    assert(kept.size <= 40_000)
  }
  assert.equal(made, 10, 'the first was used all along')
  kept.form(contents[1], 'gzip', compress)
  assert.equal(made, 11, 'the second had to go')
})

test('a form that is larger than the bound is not kept, and does not push out the others', () => {
  const kept = new KeptForms(20_000)
  let made = 0
  const compress = (size: number) => (): Uint8Array => {
    made++
    return new Uint8Array(size)
  }
  const small = new Content(new Uint8Array(2000))
  const large = new Content(new Uint8Array(90_000))
  kept.form(small, 'br', compress(1000))
  for (let i = 0; i < 2; i++)
    assert.equal((kept.form(large, 'br', compress(50_000)) as Form).content?.bytes.length, 50_000)
  kept.form(small, 'br', compress(1000))
  assert.equal(made, 3)
})

test('that compressing fails is not kept', async () => {
  const kept = new KeptForms(20_000)
  const content = new Content(new Uint8Array(10_000))
  await assert.rejects(
    async () => kept.form(content, 'gzip', () => Promise.reject(new Error('no memory'))),
    /no memory/,
  )
  const form = (await kept.form(content, 'gzip', async () => new Uint8Array(10))) as Form
  assert.equal(form.content?.bytes.length, 10)
})

test('forms go with their content', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')
  const kept = new KeptForms(10_000_000)
  ;(() => {
    for (let i = 0; i < 100; i++) kept.form(new Content(new Uint8Array(20_000)), 'gzip', () => new Uint8Array(10_000))
  })()
  assert(kept.size > 1_000_000)
  for (let turn = 0; turn < 50 && kept.size > 0; turn++) {
    collectGarbage()
    await new Promise(resolve => setImmediate(resolve))
  }
  assert.equal(kept.size, 0)
})
