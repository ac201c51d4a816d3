import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, type TestContext, test } from 'node:test'
import { CertificateWatch, type TlsContext, TlsError } from '../../src/transport/index.ts'
import { certificateFor, type Made } from '../support/certificates.ts'
import { SimulatedClock } from '../support/simulated-clock.ts'

let first: Made
let second: Made
let expired: Made
let forOthers: Made

before(async () => {
  first = await certificateFor(['a.example', 'b.example'])
  second = await certificateFor(['a.example', 'b.example', 'c.example'])
  expired = await certificateFor(['a.example', 'b.example'], { from: -2, to: -1 })
  forOthers = await certificateFor(['b.example'])
})

/** Seconds within which a change is noticed that the system tells of: sooner than files are looked at without. */
const WATCHED = 25

/** A folder with a certificate that is watched. */
class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'wirewright-watch-'))
  readonly clock = new SimulatedClock(Date.now())
  readonly told: string[] = []
  readonly watch = new CertificateWatch({
    clock: this.clock,
    notice: (level, message) => this.told.push(`${level}: ${message.replaceAll(this.folder, '')}`),
  })
  readonly certFile = join(this.folder, 'cert.pem')
  readonly keyFile = join(this.folder, 'key.pem')

  constructor(test: TestContext) {
    test.after(() => {
      this.watch.close()
      assert.equal(this.clock.timers, 0)
      rmSync(this.folder, { recursive: true })
    })
  }

  write({ cert, key }: Made): this {
    writeFileSync(this.keyFile, key)
    writeFileSync(this.certFile, cert)
    return this
  }

  add(names: readonly string[] = ['a.example']): TlsContext {
    return this.watch.add({ certFile: this.certFile, keyFile: this.keyFile }, names)
  }

  /** Lets time pass, a beat at a time, until something holds; it must within so many seconds of the server's time. */
  async until(holds: () => boolean, seconds = 60): Promise<void> {
    for (let beats = seconds * 2; !holds(); beats--) {
      assert.ok(beats > 0, `not within ${seconds} s; told: ${this.told.join('; ')}`)
      // Enough for a busy machine to tell of a change.
      await new Promise(resolve => setTimeout(resolve, 20))
      await this.pass(0.5)
    }
  }

  async pass(seconds: number): Promise<void> {
    for (let beats = seconds * 2; beats > 0; beats--) {
      await new Promise(resolve => setTimeout(resolve, 5))
      this.clock.advance(500)
    }
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

const isIn =
  (context: TlsContext, { cert }: Made) =>
  () =>
    context.validTo === new X509Certificate(cert).validTo && context.covers('c.example') === cert.includes(second.cert)

describe('a certificate in files', { concurrency: true }, () => {
  test('is replaced when they are written over, and that is told', async test => {
    const site = new Site(test).write(first)
    const context = site.add()
    site.write(second)
    await site.until(isIn(context, second), WATCHED)
    assert.match(site.told.join(), /^info: \/cert\.pem: the new certificate is in use, valid to /)
    await site.pass(40)
    assert.equal(site.told.length, 1)
  })

  test('is replaced when new files are renamed into their places', async test => {
    const site = new Site(test).write(first)
    const context = site.add()
    for (const [name, text] of [
      ['cert.pem', second.cert],
      ['key.pem', second.key],
    ]) {
      writeFileSync(join(site.folder, 'new'), text)
      renameSync(join(site.folder, 'new'), join(site.folder, name))
    }
    await site.until(isIn(context, second), WATCHED)
  })

  test('is replaced when a link is led elsewhere, as certbot does', async test => {
    const site = new Site(test)
    for (const [name, made] of [
      ['1', first],
      ['2', second],
    ] as const) {
      mkdirSync(join(site.folder, 'archive', name), { recursive: true })
      writeFileSync(join(site.folder, 'archive', name, 'cert.pem'), made.cert)
      writeFileSync(join(site.folder, 'archive', name, 'key.pem'), made.key)
    }
    const lead = (to: string) => {
      for (const name of ['cert.pem', 'key.pem']) {
        symlinkSync(join(site.folder, 'archive', to, name), join(site.folder, 'link'))
        renameSync(join(site.folder, 'link'), join(site.folder, name))
      }
    }
    lead('1')
    const context = site.add()
    lead('2')
    await site.until(isIn(context, second), WATCHED)
  })

  test('is replaced when the folder behind a link is swapped, as Kubernetes does', async test => {
    const site = new Site(test)
    for (const [name, made] of [
      ['..1', first],
      ['..2', second],
    ] as const) {
      mkdirSync(join(site.folder, name))
      writeFileSync(join(site.folder, name, 'cert.pem'), made.cert)
      writeFileSync(join(site.folder, name, 'key.pem'), made.key)
    }
    symlinkSync('..1', join(site.folder, '..data'))
    symlinkSync('..data/cert.pem', site.certFile)
    symlinkSync('..data/key.pem', site.keyFile)
    const context = site.add()
    symlinkSync('..2', join(site.folder, '..next'))
    renameSync(join(site.folder, '..next'), join(site.folder, '..data'))
    await site.until(isIn(context, second), WATCHED)
  })

  test('is replaced within half a minute where no change is told', async test => {
    const site = new Site(test)
    const far = mkdtempSync(join(tmpdir(), 'wirewright-far-'))
    test.after(() => rmSync(far, { recursive: true }))
    for (const folder of ['1', '2', 'between', 'near']) mkdirSync(join(far, folder))
    for (const [name, made] of [
      ['1', first],
      ['2', second],
    ] as const) {
      writeFileSync(join(far, name, 'both.pem'), made.cert + made.key)
    }
    // What is swapped lies neither in the folder that is named nor in the one that holds the files.
    symlinkSync(join(far, '1'), join(far, 'between', 'now'))
    symlinkSync(join(far, 'between', 'now', 'both.pem'), join(far, 'near', 'both.pem'))
    const path = join(far, 'near', 'both.pem')
    const context = site.watch.add({ certFile: path, keyFile: path }, [])
    symlinkSync(join(far, '2'), join(far, 'between', 'next'))
    renameSync(join(far, 'between', 'next'), join(far, 'between', 'now'))
    await site.pass(29)
    assert.equal(isIn(context, first)(), true)
    await site.until(isIn(context, second), 2)
  })

  test('stays until both of the new files are there', async test => {
    const site = new Site(test).write(first)
    const context = site.add()
    writeFileSync(site.keyFile, second.key)
    await site.pass(3)
    assert.equal(isIn(context, first)(), true)
    writeFileSync(site.certFile, second.cert)
    await site.until(isIn(context, second), WATCHED)
    assert.equal(site.told.length, 1)
  })

  for (const [what, change, message] of [
    [
      'belong to different pairs',
      site => writeFileSync(site.keyFile, second.key),
      /cert\.pem and \/key\.pem: .* do not belong together/,
    ],
    ['are damaged', site => writeFileSync(site.certFile, 'hello'), /\/cert\.pem: The certificate must be PEM/],
    ['have a damaged key', site => writeFileSync(site.keyFile, 'hello'), /\/key\.pem: The key must be PEM/],
    ['are gone', site => unlinkSync(site.keyFile), /\/key\.pem cannot be read: there is no such file/],
    ['have expired', site => site.write(expired), /\/cert\.pem: The certificate expired on/],
    ['leave out a host', site => site.write(forOthers), /\/cert\.pem: The new certificate is not for a\.example/],
  ] as [string, (site: Site) => void, RegExp][]) {
    test(`stays where the new files ${what}; that is told once, and so is that all is well again`, async test => {
      const site = new Site(test).write(first)
      const context = site.add()
      change(site)
      await site.until(() => site.told.length === 1)
      assert.match(site.told[0], /^error: .*The certificate from before stays in use$/)
      assert.match(site.told[0], message)
      assert.equal(isIn(context, first)(), true)
      await site.pass(35)
      writeFileSync(join(site.folder, 'unrelated'), '')
      await site.pass(10)
      assert.equal(site.told.length, 1, site.told.join('\n'))
      site.write(first)
      await site.until(() => site.told.length === 2)
      assert.match(site.told[1], /^info: .*again$/)
      change(site)
      await site.until(() => site.told.length === 3)
      assert.match(site.told[2], message)
      site.write(second)
      await site.until(isIn(context, second), WATCHED)
    })
  }

  test('may be given twice: it is one', test => {
    const site = new Site(test).write(first)
    assert.equal(site.add(), site.add(['b.example']))
  })

  test('that cannot be used at the start is an error that names the file', test => {
    const site = new Site(test)
    const fault = (name: string, message: RegExp) =>
      assert.throws(() => site.add(), { name: TlsError.name, message, fault: name })
    fault('certificate', /cert\.pem cannot be read: there is no such file/)
    site.write({ cert: first.cert, key: second.key })
    fault('pair', /cert\.pem and .*key\.pem: .*do not belong together/)
    site.write({ cert: first.cert, key: 'x' })
    fault('key', /key\.pem: The key must be PEM/)
  })
})
