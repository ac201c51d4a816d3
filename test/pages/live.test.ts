import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import {
  type Body,
  bodyOf,
  type Chunk,
  Content,
  type Exchange,
  type Handler,
  Refused,
  Reply,
  type ReplyBody,
} from '../../src/exchange/index.ts'
import { changesOf, LONGEST_WAIT, REST, systemTimer, systemWatch, type Timer } from '../../src/files/live/changes.ts'
import { liveReload } from '../../src/files/live/index.ts'
import { HEARTBEAT } from '../../src/files/live/stream.ts'
import { FieldList } from '../../src/http/fields.ts'
import { drain, fakeExchange } from '../support/exchange.ts'
import { folderFor } from '../support/folder.ts'

/** Time that passes when a test says so. */
class FakeTimer implements Timer {
  private time = 0
  private readonly waiting = new Map<object, { due: number; done: () => void }>()

  get count(): number {
    return this.waiting.size
  }

  after(delay: number, done: () => void): () => void {
    const key = {}
    this.waiting.set(key, { due: this.time + delay, done })
    return () => this.waiting.delete(key)
  }

  pass(milliseconds: number): void {
    const end = this.time + milliseconds
    for (;;) {
      const next = [...this.waiting].filter(([, { due }]) => due <= end).sort(([, a], [, b]) => a.due - b.due)[0]
      if (next === undefined) break
      this.waiting.delete(next[0])
      this.time = next[1].due
      next[1].done()
    }
    this.time = end
  }
}

const HTML = { 'Content-Type': 'text/html; charset=utf-8' }
const TAG = /<script src="\/\.wirewright\/live\.js\?since=[\w.]+"><\/script>/

function live(handler: Handler) {
  const timer = new FakeTimer()
  let changed: (path: string | null) => void = () => {}
  let watching = true
  const watch = (_root: string, tell: (path: string | null) => void) => {
    changed = tell
    return () => {
      watching = false
    }
  }
  const reload = liveReload(handler, '/site', { timer, watch })
  const ask = async (target = '/', fields: Record<string, string> = {}, method = 'GET') =>
    await reload(fakeExchange({ target, fields, method }))
  return { reload, ask, timer, change: (path: string | null) => changed(path), watching: () => watching }
}

function answering(body: ReplyBody, fields: Record<string, string> = HTML, status = 200) {
  return live(() => new Reply(status, FieldList.of(fields), body))
}

async function contentOf({ body }: Reply): Promise<string> {
  if (body === null || typeof body === 'string') return body ?? ''
  if (body instanceof Uint8Array) return Buffer.from(body).toString()
  if (body instanceof Content) return Buffer.from(body.bytes).toString()
  return (await drain(body as Body)).toString()
}

describe('live reload puts its script', () => {
  it('before the end of a page’s body', async () => {
    // İ has two characters in lower case.
    const page = '<body>’İİ</BODY> text </Body></html>'
    const bytes = new TextEncoder().encode(page)
    for (const body of [page, bytes, new Content(bytes)]) {
      const text = await contentOf(await answering(body).ask())
      assert.equal(text.replace(TAG, '|'), '<body>’İİ</BODY> text |</Body></html>')
    }
  })

  it('at the end where there is no body element, or content that streams', async () => {
    assert.match(await contentOf(await answering('<p>hi').ask()), new RegExp(`^<p>hi${TAG.source}$`))
    const streamed = () => bodyOf([Buffer.from('<body>a'), Buffer.from('</body>')])
    assert.match(await contentOf(await answering(streamed()).ask()), new RegExp(`^<body>a</body>${TAG.source}$`))
    const sync: Body = { length: 0, pull: () => null, cancel() {} }
    assert.match(await contentOf(await answering(sync).ask()), new RegExp(`^${TAG.source}$`))
  })

  it('with the length that follows, and without what is true of the old content only', async () => {
    const known = { length: 4, ...bodyless('abcd') }
    const fields = {
      ...HTML,
      'Content-Length': '4',
      ETag: '"a"',
      'Last-Modified': 'x',
      'Accept-Ranges': 'bytes',
      'Cache-Control': 'max-age=9',
    }
    for (const body of ['abcd', Buffer.from('abcd'), known]) {
      const reply = await answering(body, fields).ask()
      const text = await contentOf(reply)
      assert.equal(reply.fields.get('Content-Length'), String(Buffer.byteLength(text)))
      for (const name of ['ETag', 'Last-Modified', 'Accept-Ranges']) assert.ok(!reply.fields.has(name), name)
      assert.equal(reply.fields.get('Cache-Control'), 'no-store')
    }
    const head = await answering(null, fields).ask('/', {}, 'HEAD')
    assert.ok(!head.fields.has('Content-Length'))
  })

  it('into nothing that is not a whole page', async () => {
    const others: [Record<string, string>, number][] = [
      [{ 'Content-Type': 'text/css' }, 200],
      [{ 'Content-Type': 'text/html-sandboxed' }, 200],
      [{ ...HTML, 'Content-Encoding': 'br' }, 200],
      [{ ...HTML, 'Content-Range': 'bytes 0-1/2' }, 206],
      [{ 'Content-Type': 'text/html; charset=UTF-16LE' }, 200],
      [{ ...HTML, 'Content-Disposition': 'attachment' }, 200],
      [{}, 200],
    ]
    for (const [fields, status] of others)
      assert.equal(await contentOf(await answering('<p>', fields, status).ask()), '<p>')
    const utf16 = Buffer.from('\ufeff<p>', 'utf16le')
    assert.deepEqual((await answering(utf16).ask()).body, utf16)
  })

  it('so that the page’s policy lets it run', async () => {
    const policies: [before: string, after: string][] = [
      ["default-src 'self'", "default-src 'self'; script-src 'self'; connect-src 'self'"],
      ["default-src 'none'; img-src *", "default-src 'none'; img-src *; script-src 'self'; connect-src 'self'"],
      ["script-src 'nonce-a'; connect-src 'none'", "script-src 'nonce-a' 'self'; connect-src 'self'"],
      [
        "script-src-elem https://x; default-src y; connect-src 'SELF'",
        "script-src-elem https://x 'self'; default-src y; connect-src 'self'",
      ],
      ['img-src *', 'img-src *'],
    ]
    for (const [before, after] of policies) {
      const { fields } = await answering('<p>', { ...HTML, 'Content-Security-Policy': before }).ask()
      assert.equal(fields.get('Content-Security-Policy'), after)
    }
  })

  it('into error pages too', () => {
    const { reload } = answering('')
    const refuse = reload.refuse(() => new Reply(404, FieldList.of(HTML), '<body>no</body>'))
    const reply = refuse({ status: 404, rule: 'x', detail: 'x' }, null)
    assert.equal(reply.status, 404)
    assert.match(String(reply.body), TAG)
  })

  it('into the page as it is now: a browser gets it whole, fresh and not compressed', async () => {
    let seen: Exchange | undefined
    const { ask } = live(exchange => {
      seen = exchange
      return new Reply(200)
    })
    const fields = {
      'Accept-Encoding': 'br',
      'If-None-Match': '"a"',
      'If-Modified-Since': 'x',
      Range: 'bytes=0-',
      'If-Range': '"a"',
      Cookie: 'c',
    }
    await ask('/page?q', { Accept: 'text/html,*/*', ...fields })
    assert.deepEqual(
      [...(seen?.fields ?? [])].map(([name]) => name),
      ['Accept', 'Cookie'],
    )
    assert.equal(seen?.fields.get('range'), undefined)
    assert.equal(seen?.fields.has('Accept-Encoding'), false)
    assert.deepEqual(seen?.fields.all('if-none-match'), [])
    assert.equal(seen?.fields.get('cookie'), 'c')
    assert.equal(seen?.path, '/page')
    await ask('/film.mp4', { Accept: '*/*', ...fields })
    assert.equal(seen?.fields.get('Range'), 'bytes=0-')
  })

  it('and has everything else asked for again', async () => {
    const { fields } = await answering('p{}', {
      'Content-Type': 'text/css',
      'Cache-Control': 'max-age=86400',
      ETag: '"a"',
    }).ask()
    assert.equal(fields.get('Cache-Control'), 'no-cache')
    assert.equal(fields.get('ETag'), '"a"')
  })

  function bodyless(text: string): Pick<Body, 'pull' | 'cancel'> {
    const chunks: Chunk[] = [Buffer.from(text)]
    return { pull: () => chunks.shift() ?? null, cancel() {} }
  }
})

describe('the script and the stream', () => {
  it('have addresses of their own, which take GET and HEAD alone', async () => {
    const { ask } = answering('<p>')
    const script = await ask('/.wirewright/live.js?since=x')
    assert.equal(script.fields.get('Content-Type'), 'text/javascript; charset=utf-8')
    assert.doesNotThrow(() => new Function(String(script.body)))
    assert.equal((await ask('/.wirewright/live', {}, 'HEAD')).body, null)
    await assert.rejects(
      ask('/.wirewright/live', {}, 'POST'),
      (error: unknown) => error instanceof Refused && error.refusal.fields?.get('Allow') === 'GET, HEAD',
    )
  })

  it('tell pages to load again once things have come to rest', async () => {
    const { ask, timer, change } = answering('<p>')
    const next = reader(await ask('/.wirewright/live'))
    assert.match((await next()) ?? '', /^retry: 500\nevent: hello\nid: .*\ndata: null\n\n$/)
    const told = next()
    change('index.html')
    timer.pass(REST - 1)
    change('sub\\page.html')
    timer.pass(REST - 1)
    assert.equal(await settledNow(told), false)
    timer.pass(1)
    assert.match((await told) ?? '', /^event: reload\nid: .*\ndata: null\n\n$/)
  })

  it('tell of style sheets alone by their names', async () => {
    const { ask, timer, change } = answering('<p>')
    const next = reader(await ask('/.wirewright/live'))
    await next()
    change('a.css')
    change('sub/b.css')
    timer.pass(REST)
    assert.match((await next()) ?? '', /^event: css\nid: .*\ndata: \["\/a\.css","\/sub\/b\.css"\]\n\n$/)
    change('a.css')
    change('a.js')
    timer.pass(REST)
    assert.match((await next()) ?? '', /^event: reload\n/)
    change(null)
    timer.pass(REST)
    assert.match((await next()) ?? '', /^event: reload\n/)
  })

  it('do not wait for ever where something is written all the time', async () => {
    const { ask, timer, change } = answering('<p>')
    const next = reader(await ask('/.wirewright/live'))
    await next()
    const told = next()
    for (let time = 0; time < LONGEST_WAIT; time += 50) {
      change('growing.log')
      timer.pass(50)
    }
    assert.match((await told) ?? '', /^event: reload\n/)
  })

  it('do not care for hidden files and installed packages', async () => {
    const { ask, timer, change } = answering('<p>')
    const next = reader(await ask('/.wirewright/live'))
    await next()
    const told = next()
    for (const path of ['.git/index.lock', 'a/.b.swp', 'node_modules/x/y.js', 'page.html~']) change(path)
    timer.pass(REST * 2)
    assert.equal(await settledNow(told), false)
  })

  it('tell a page at once of what it missed', async () => {
    const { ask, timer, change } = answering('<body></body>')
    const since = /since=([\w.]+)/.exec(await contentOf(await ask()))?.[1] ?? ''
    assert.match((await reader(await ask(`/.wirewright/live?since=${since}`))()) ?? '', /event: hello/)
    change('x.html')
    timer.pass(REST)
    assert.match((await reader(await ask(`/.wirewright/live?since=${since}`))()) ?? '', /event: reload/)
    assert.match((await reader(await ask('/.wirewright/live?since=earlier-run.0'))()) ?? '', /event: reload/)
    const id = /id: (.*)/.exec((await reader(await ask('/.wirewright/live'))()) ?? '')?.[1] ?? ''
    assert.match(
      (await reader(await ask(`/.wirewright/live?since=${since}`, { 'Last-Event-ID': id }))()) ?? '',
      /event: hello/,
    )
  })

  it('send a sign of life, so that who is gone is noticed', async () => {
    const { ask, timer } = answering('<p>')
    const next = reader(await ask('/.wirewright/live'))
    await next()
    const told = next()
    timer.pass(HEARTBEAT)
    assert.equal(await told, ': still here\n\n')
  })

  it('end with the page: its FIN is enough', async () => {
    const { ask } = answering('<p>')
    assert.equal(((await ask('/.wirewright/live')).body as Body).endless, true)
  })

  it('serve a bounded number of pages, and let go of those that leave', async () => {
    const { ask, timer } = answering('<p>')
    const replies: Reply[] = []
    for (let n = 0; n < 64; n++) replies.push(await ask('/.wirewright/live'))
    await assert.rejects(
      ask('/.wirewright/live'),
      (error: unknown) => error instanceof Refused && error.refusal.status === 503,
    )
    const body = replies[0].body as Body
    await body.pull()
    const waiting = body.pull()
    body.cancel('gone')
    assert.equal(await waiting, null)
    assert.equal(timer.count, 0)
    assert.equal((await ask('/.wirewright/live')).status, 200)
  })

  it('do not keep more than a few events for a page that does not read', async () => {
    const { ask, timer, change } = answering('<p>')
    const { body } = await ask('/.wirewright/live')
    for (let n = 0; n < 1000; n++) {
      change('a.css')
      timer.pass(REST)
    }
    const chunk = await (body as Body).pull()
    assert.ok((chunk?.length ?? 0) < 2000)
    assert.match(Buffer.from(chunk ?? []).toString(), /event: reload/)
  })

  it('end when live reload is closed', async () => {
    const { ask, reload, change, timer, watching } = answering('<p>')
    const next = reader(await ask('/.wirewright/live'))
    await next()
    const told = next()
    change('x')
    reload.close()
    assert.equal(await told, null)
    assert.equal(timer.count, 0)
    assert.equal(watching(), false)
  })
})

it('changes on a real disk are noticed, in new folders too', async (test: TestContext) => {
  const folder = folderFor(test, { 'sub/a.html': '1' })
  let hear: (paths: readonly string[] | null) => void = () => {}
  const changes = changesOf(folder.path, systemWatch, systemTimer, paths => hear(paths), assert.fail)
  // The watcher's timers do not keep the process alive; this one does while the test waits.
  const alive = setInterval(() => {}, 1000)
  test.after(() => {
    clearInterval(alive)
    changes.close()
  })
  const heard = (name: string) =>
    new Promise<void>(resolve => {
      hear = paths => {
        if (paths === null || paths.includes(name)) resolve()
      }
    })
  const first = heard('sub/a.html')
  folder.write('sub/a.html', '22', 'now')
  await first
  const inNewFolder = heard('new/b.html')
  folder.write('new/b.html', '1', 'now')
  await inNewFolder
})

it('a folder that cannot be watched is told of, and pages are served all the same', async () => {
  const errors: Error[] = []
  const reload = liveReload(() => new Reply(200, FieldList.of(HTML), '<p>'), '/no/such/folder', {
    failed: error => errors.push(error),
  })
  assert.match(String((await reload(fakeExchange())).body), TAG)
  await new Promise(resolve => setImmediate(resolve))
  reload.close()
  assert.equal(errors.length, 1)
})

/** Reads a stream's chunks as text. */
function reader({ body }: Reply): () => Promise<string | null> {
  return async () => {
    const chunk = await (body as Body).pull()
    return chunk === null ? null : Buffer.from(chunk).toString()
  }
}

async function settledNow(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  await new Promise(resolve => setImmediate(resolve))
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending
}
