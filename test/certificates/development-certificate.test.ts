import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { developmentCertificate } from '../../src/certificates/index.ts'

const DAY = 86_400_000
const now = Date.UTC(2026, 10, 20)
const root = mkdtempSync(join(tmpdir(), 'wirewright-certificate-'))
after(() => rmSync(root, { recursive: true }))
const folder = (name: string) => join(root, name)

describe('the development certificate', () => {
  it('is for the local names and those asked for, and fits its key', async () => {
    const { cert, key } = await developmentCertificate({
      cacheFolder: folder('a'),
      now,
      names: ['my.test', '192.0.2.7'],
    })
    const certificate = new X509Certificate(cert)
    for (const host of ['localhost', hostname(), 'my.test']) assert.ok(certificate.checkHost(host), host)
    for (const ip of ['127.0.0.1', '::1', '192.0.2.7']) assert.ok(certificate.checkIP(ip), ip)
    assert.ok(!certificate.checkHost('other.test'))
    assert.ok(certificate.checkPrivateKey(createPrivateKey(key)))
    assert.ok(certificate.verify(certificate.publicKey))
    assert.equal(certificate.ca, false)
    const life = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)
    assert.ok(life <= 398 * DAY, String(life / DAY))
    assert.ok(Date.parse(certificate.validFrom) <= now)
  })

  it('is kept, in a file that only the owner reads', async () => {
    const first = await developmentCertificate({ cacheFolder: folder('b'), now })
    assert.deepEqual(await developmentCertificate({ cacheFolder: folder('b'), now: now + 300 * DAY }), first)
    const files = readdirSync(folder('b'))
    assert.equal(files.length, 1)
    assert.equal(statSync(join(folder('b'), files[0])).mode & 0o777, 0o600)
  })

  it('is renewed when its end is near, when it is damaged, and for other names', async () => {
    const first = await developmentCertificate({ cacheFolder: folder('c'), now })
    const later = await developmentCertificate({ cacheFolder: folder('c'), now: now + 380 * DAY })
    assert.notEqual(later.cert, first.cert)
    const renamed = await developmentCertificate({
      cacheFolder: folder('c'),
      now: now + 380 * DAY,
      names: ['new.test'],
    })
    assert.ok(new X509Certificate(renamed.cert).checkHost('new.test'))
    const file = join(folder('c'), readdirSync(folder('c'))[0])
    writeFileSync(file, readFileSync(file, 'latin1').slice(0, 300))
    const repaired = await developmentCertificate({ cacheFolder: folder('c'), now: now + 380 * DAY })
    assert.ok(new X509Certificate(repaired.cert).checkPrivateKey(createPrivateKey(repaired.key)))
  })

  it('is the same for all who ask at once, and leaves no litter', async () => {
    const all = await Promise.all(
      Array.from({ length: 6 }, () => developmentCertificate({ cacheFolder: folder('d'), now })),
    )
    for (const { cert, key } of all) assert.ok(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    assert.equal(new Set(all.map(one => one.cert)).size, 1)
    assert.equal(readdirSync(folder('d')).length, 1)
  })

  it('leaves out names that no certificate can carry', async () => {
    const { cert } = await developmentCertificate({
      cacheFolder: folder('e'),
      now,
      names: ['not a name', '/run/x.sock', '*.dev.test'],
    })
    const { subjectAltName } = new X509Certificate(cert)
    assert.ok(subjectAltName?.includes('DNS:*.dev.test'))
    assert.ok(!subjectAltName?.includes('not a name'))
  })
})
