import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { matcher } from '../../src/files/listing/glob.ts'
import { compareBy, sorted } from '../../src/files/listing/order.ts'
import { listingMain } from '../../src/files/listing/page.ts'
import { type Disk, disk, type Entry, fill, MOST_ENTRIES, scan } from '../../src/files/listing/scan.ts'
import { type View, Viewer } from '../../src/files/listing/view.ts'
import { humanSize } from '../../src/files/listing/wording.ts'
import { markup, visible } from '../../src/files/pages/index.ts'
import { decodePath, encodeSegment } from '../../src/http/paths.ts'

const everything = () => true

function entry(name: string, more: Partial<Entry> = {}): Entry {
  return { name, folder: false, href: encodeSegment(name), size: 1, modified: 0, ...more }
}

function viewOf(entries: readonly Entry[], path = '/'): View {
  const order = { column: 'name', direction: 'asc' } as const
  const counts = { folders: 0, files: entries.length, before: 0, page: 1, pages: 1, pageSize: 1000 }
  return { path, wholePath: path, title: '', entries, order, ...counts, unnamable: 0, cut: false }
}

/** A disk with these names, made up as they are read, where looking at one of them may fail. */
function diskOf(
  count: number,
  stat: (name: string) => number | string = () => 1,
): Disk & { opened: number; stats: number } {
  const made = {
    opened: 0,
    stats: 0,
    async opendir() {
      made.opened++
      return (async function* () {
        for (let n = 0; n < count; n++)
          yield { name: `f${n}`, isFile: () => true, isDirectory: () => false, isSymbolicLink: () => false }
      })()
    },
    async stat(path: string) {
      made.stats++
      const found = stat(path.split('/').at(-1) ?? '')
      if (typeof found === 'string') throw Object.assign(new Error(found), { code: found })
      return { size: found, mtimeMs: 0, isFile: () => true, isDirectory: () => false }
    },
    realpath: async (path: string) => path,
  }
  return made as unknown as Disk & { opened: number; stats: number }
}

describe('names in a listing', () => {
  const names = fc.oneof(
    fc.string({ minLength: 1, unit: 'binary' }),
    fc.string({
      minLength: 1,
      unit: fc.constantFrom('<', '>', '"', "'", '&', '%', '#', '?', '\n', '\0', '/', 'a', ';', '\u202e'),
    }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x>',
      "' onclick='x",
      '&lt;',
      '\ud800',
      'javascript:alert(1)',
    ),
  )

  it('never get into the page unescaped', () => {
    const frame = listingMain(viewOf([entry('')], '/a/')).html
    const tags = tagsOf(frame)
    fc.assert(
      fc.property(names, name => {
        const { html } = listingMain(viewOf([entry(name)], '/a/'))
        // A name adds no tag and no attribute: the page is the same but for the text and the link's target.
        assert.equal(tagsOf(html), tags)
        const shown = unescaped(/<bdi>([^<]*)<\/bdi><\/a><\/td>/.exec(html)?.[1] ?? '')
        assert.equal(shown, visible(name))
      }),
    )
  })

  it('never get out of the breadcrumbs or the title', () => {
    const tags = tagsOf(listingMain(viewOf([], '/x/')).html)
    fc.assert(
      fc.property(names, name => {
        fc.pre(!name.includes('/'))
        assert.equal(tagsOf(listingMain(viewOf([], `/${name}/`)).html), tags)
      }),
    )
  })

  it('come back from their links as they are', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), name => {
        const decoded = decodePath(`/${encodeSegment(name)}`, false)
        if (typeof decoded !== 'string' && decoded.segments.length > 0) assert.deepEqual(decoded.segments, [name])
      }),
    )
  })

  it('cannot end an attribute that they stand in', () => {
    const name = `" onclick='x' title="`
    assert.equal(markup`<i title="${name}">`.html, '<i title="&quot; onclick=&#39;x&#39; title=&quot;">')
  })

  it('show control characters and turned-around writing as escapes', () => {
    assert.equal(visible('a\nb\x1b\u202ec\ud800'), 'a\\nb\\x1b\\u202ec\ufffd')
  })

  /** The page's tags, with the target of the entry's link and its icon left out. */
  function tagsOf(html: string): string {
    return (html.match(/<[^>]*>/g) ?? []).join('').replace(/<a class="e \w+" href="[A-Za-z0-9%\-_.!~*()]*">/g, '<a>')
  }

  function unescaped(html: string): string {
    const text: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' }
    return html.replace(/&(?:lt|gt|quot|#39|amp);/g, entity => text[entity])
  }
})

describe('the order of entries', () => {
  it('is the same as that of an ordinary sort, however many there are', async () => {
    const some = fc.array(fc.record({ name: fc.string(), folder: fc.boolean(), size: fc.nat(3) }), {
      maxLength: 1500,
      size: 'max',
    })
    const orders = fc.record({
      column: fc.constantFrom('name' as const, 'size' as const),
      direction: fc.constantFrom('asc' as const, 'desc' as const),
    })
    await fc.assert(
      fc.asyncProperty(some, orders, async (items, order) => {
        const entries = items.map(({ name, ...more }) => entry(name, more))
        const compare = compareBy(order)
        const names = (list: readonly Entry[]) => list.map(({ name, size, folder }) => [name, size, folder])
        assert.deepEqual(names(await sorted(entries, compare)), names([...entries].sort(compare)))
      }),
      { numRuns: 20 },
    )
  })

  it('lets others have their turn while a huge folder is sorted', async () => {
    const entries = Array.from({ length: 20_000 }, (_, n) => entry(`f${(n * 7919) % 20_000}`))
    let turns = 0
    let running = true
    const turn = () => {
      turns++
      if (running) setImmediate(turn)
    }
    setImmediate(turn)
    await sorted(entries, compareBy({ column: 'name', direction: 'asc' }))
    running = false
    assert.ok(turns > 50, `only ${turns} turns`)
  })
})

describe('a folder that changes or fails while it is read', () => {
  it('gives what is still there', async () => {
    const from = diskOf(5, name => (name === 'f1' || name === 'f3' ? 'ENOENT' : 1))
    const { entries } = await scan({ root: '/', directory: '/', wanted: everything }, from)
    assert.deepEqual(
      (await fill(entries, '/', from)).map(({ name }) => name),
      ['f0', 'f2', 'f4'],
    )
  })

  it('shows an entry that may not be looked at, without link, size and date', async () => {
    const from = diskOf(2, name => (name === 'f1' ? 'EACCES' : 1))
    const { entries } = await scan({ root: '/', directory: '/', wanted: everything }, from)
    const filled = await fill(entries, '/', from)
    assert.deepEqual(filled[1], { name: 'f1', folder: false, href: null, size: null, modified: null })
    assert.match(listingMain(viewOf(filled)).html, /<span class="e file" title="This cannot be opened"><bdi>f1/)
  })
})

describe('a folder with a hundred thousand entries', () => {
  const query = new URLSearchParams('page=2')
  const asked = {
    root: '/',
    directory: '/',
    path: '/',
    wholePath: '/',
    title: '',
    pageSize: 1000,
    wanted: everything,
    query,
  }

  it('is looked at no more closely than the page needs', async () => {
    const from = diskOf(100_000)
    const view = await new Viewer(from).view(asked, false)
    assert.equal(view.entries.length, 1000)
    assert.equal(view.entries[0].name, 'f1000')
    assert.equal(view.pages, 100)
    assert.equal(from.stats, 1000)
  })

  it('is read once for all who ask at the same time', async () => {
    const from = diskOf(1000)
    const viewer = new Viewer(from)
    await Promise.all(Array.from({ length: 20 }, () => viewer.view(asked, false)))
    assert.equal(from.opened, 1)
    await viewer.view(asked, false)
    assert.equal(from.opened, 2)
    await Promise.all([viewer.view(asked, false), viewer.view(asked, true)])
    assert.equal(from.opened, 4)
  })

  it('is not read by many at the same time, even in other orders', async () => {
    let open = 0
    let most = 0
    const from = diskOf(10)
    const { opendir } = from
    const slow = async (path: string) => {
      most = Math.max(most, ++open)
      await new Promise(resolve => setImmediate(resolve))
      open--
      return opendir(path)
    }
    const viewer = new Viewer({ ...from, opendir: slow as unknown as Disk['opendir'] })
    const ask = (n: number) => viewer.view({ ...asked, directory: `/${n}` }, false)
    const views = await Promise.all(Array.from({ length: 30 }, (_, n) => ask(n)))
    assert.equal(most, 4)
    assert.equal(views.length, 30)
    const failing = new Viewer({ ...from, opendir: () => Promise.reject(new Error('no')) })
    for (let n = 0; n < 9; n++) await assert.rejects(failing.view(asked, false), /no/)
  })

  it('is cut where it is larger still, and says so', async () => {
    const { entries, cut } = await scan({ root: '/', directory: '/', wanted: everything }, diskOf(MOST_ENTRIES + 5))
    assert.equal(entries.length, MOST_ENTRIES)
    assert.equal(cut, true)
    assert.match(listingMain({ ...viewOf(entries.slice(0, 1)), cut }).html, /more entries than can be listed/)
  })
})

it('a real folder can be scanned', async () => {
  const { entries } = await scan(
    { root: import.meta.dirname, directory: import.meta.dirname, wanted: everything },
    disk,
  )
  assert.ok(entries.some(({ name }) => name === 'listing-parts.test.ts'))
})

it('an exclusion means what it means in a shell', () => {
  const cases: [pattern: string, matching: string[], other: string[]][] = [
    ['*.bak', ['a.bak', 'x/a.bak', '.bak'], ['a.bak2', 'abak']],
    ['drafts', ['drafts', 'x/drafts', 'drafts/a'], ['drafts2']],
    ['/drafts', ['drafts', 'drafts/a'], ['x/drafts']],
    ['a/*.txt', ['a/b.txt'], ['b.txt', 'a/c/b.txt', 'x/a/b.txt']],
    ['a/**/z', ['a/z', 'a/b/z', 'a/b/c/z'], ['a/bz', 'z']],
    ['**/tmp', ['tmp', 'a/b/tmp', 'tmp/x'], ['atmp']],
    ['a?c', ['abc', 'a🙂c'], ['ac', 'a/c']],
    ['[a-c]1', ['a1', 'c1'], ['d1']],
    ['[!a-c]1', ['d1'], ['a1']],
    ['[]]', [']'], ['[']],
    ['\\*', ['*'], ['a']],
    ['a.b+(c)', ['a.b+(c)'], ['axb+(c)']],
    ['build/', ['build', 'build/x'], ['rebuild']],
  ]
  for (const [pattern, matching, other] of cases) {
    const matches = matcher([pattern])
    for (const path of matching) assert.ok(matches(path), `${pattern} should match ${path}`)
    for (const path of other) assert.ok(!matches(path), `${pattern} should not match ${path}`)
  }
  assert.throws(() => matcher(['/']), /must name something/)
  assert.throws(() => matcher(['[z-a]']), /end comes before its start/)
  assert.throws(() => matcher(['a[b']), /position 1 without its \]/)
})

it('a pattern of nothing but special characters is compiled or refused, never a surprise', () => {
  const wild = fc.string({
    minLength: 1,
    unit: fc.constantFrom('*', '?', '[', ']', '!', '-', '\\', '^', '&', '.', '(', '|', '/', '{', 'a', '$'),
  })
  fc.assert(
    fc.property(wild, fc.string(), (pattern, path) => {
      try {
        matcher([pattern])(path)
      } catch (error) {
        assert.ok(error instanceof TypeError, String(error))
      }
    }),
  )
})

it('sizes have at most three digits', () => {
  const sizes: [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9949, '9.9 kB'],
    [9951, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [10 ** 10, '10 GB'],
    [2 ** 53, '9.0 PB'],
  ]
  for (const [bytes, shown] of sizes) assert.equal(humanSize(bytes).replace('\u00a0', ' '), shown)
})
