import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { developmentCertificate } from '../../src/certificates/index.ts'
import { TlsContext, TlsError, type TlsMaterial } from '../../src/transport/index.ts'

const DAY = 86_400_000
const folder = mkdtempSync(join(tmpdir(), 'wirewright-certificate-'))
let one: TlsMaterial

before(async () => {
  one = await developmentCertificate({ cacheFolder: folder, now: Date.now() })
})
after(() => rmSync(folder, { recursive: true }))

describe('a certificate and its key', () => {
  const encrypted = (passphrase: string) =>
    createPrivateKey(String(one.key))
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
      .toString()
  const key = () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

  it('are taken as text or bytes, and with a passphrase', () => {
    new TlsContext(one)
    new TlsContext({ cert: Buffer.from(one.cert), key: Buffer.from(one.key) })
    new TlsContext({ cert: one.cert, key: encrypted('open sesame'), passphrase: 'open sesame' })
    new TlsContext({ ...one, passphrase: 'not needed' })
  })

  const wrong: [string, () => TlsMaterial, RegExp][] = [
    ['that do not belong together', () => ({ cert: one.cert, key: key() }), /do not belong together/],
    [
      'with a wrong passphrase',
      () => ({ cert: one.cert, key: encrypted('a'), passphrase: 'b' }),
      /key cannot be decrypted: the passphrase is wrong/,
    ],
    ['without the passphrase', () => ({ cert: one.cert, key: encrypted('a') }), /key is encrypted/],
    ['where the certificate is none', () => ({ cert: 'hello', key: one.key }), /certificate must be PEM/],
    ['that were swapped', () => ({ cert: one.key, key: one.cert }), /certificate must be PEM.*private key/],
    ['where the key is none', () => ({ cert: one.cert, key: one.cert }), /key must be PEM.*certificate/],
    [
      'where the certificate is damaged',
      () => ({ cert: String(one.cert).replace(/\n.{20}/, '\n'), key: one.key }),
      /certificate cannot be read/,
    ],
    [
      'where the key is damaged',
      () => ({ cert: one.cert, key: String(one.key).replace(/\n.{20}/, '\n') }),
      /key cannot be read/,
    ],
  ]
  for (const [name, material, message] of wrong) {
    it(`${name} are an error that says so`, () => {
      assert.throws(() => new TlsContext(material()), { name: TlsError.name, message })
    })
  }

  it('that are out of their time can be used, with a notice', async () => {
    const { validTo } = new X509Certificate(one.cert)
    assert.deepEqual(new TlsContext(one).notices, [])
    assert.match(new TlsContext(one, { now: () => Date.parse(validTo) + DAY }).notices[0], /expired on/)
    assert.match(new TlsContext(one, { now: () => 0 }).notices[0], /not valid before/)
  })
})
