// A certificate that this machine makes for itself, so that HTTPS can be tried without buying or fetching one. It is
// kept between runs, so that a browser has to be told to trust it only once.
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { parseAddress } from '../http/addresses.ts'

/** What a development certificate is for, and where it is kept. */
export interface DevelopmentCertificateOptions {
  /** Host names and addresses it is for, besides localhost, 127.0.0.1, ::1 and the machine's own name. */
  readonly names?: readonly string[] | undefined
  /** Where certificate and key are kept between runs; made if it does not exist. */
  readonly cacheFolder: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** A certificate and its private key, both as PEM (RFC 7468). */
export interface CertificateAndKey {
  /** The certificate. */
  readonly cert: string
  /** Its private key. */
  readonly key: string
}

/**
 * The kept certificate, or a new one if there is none, it is damaged or for other names, or it ends within 30 days. A new one
 * lasts 397 days.
 * @throws Error of the file system where the folder cannot be written
 */
export async function developmentCertificate(options: DevelopmentCertificateOptions): Promise<CertificateAndKey> {
  const names = [...new Set(['localhost', '127.0.0.1', '::1', hostname(), ...(options.names ?? [])])].filter(isName)
  const file = join(options.cacheFolder, FILE)
  const kept = await keptIn(file)
  if (kept !== null && serves(kept, names, options.now)) return kept
  const made = await make(names, options.now)
  await mkdir(options.cacheFolder, { recursive: true, mode: 0o700 })
  await inBesideFile(file, made.key + made.cert, async beside => {
    // A link is refused where there is a file: of processes that start at once, the first one's certificate is kept.
    if (await linked(beside, file)) return
    const other = await keptIn(file)
    if (other !== null && serves(other, names, options.now)) return
    await rename(beside, file)
  })
  const now = await keptIn(file)
  return now !== null && serves(now, names, options.now) ? now : made
}

/** Key and certificate are in one file, so that they can only be replaced together. */
const FILE = 'development-certificate.pem'

const DAY = 86_400_000
/** Browsers take no more than 398 days (CA/Browser Forum Baseline Requirements, section 6.3.2). */
const LIFETIME = 397 * DAY
const RENEWED_BEFORE = 30 * DAY
/** A client's clock may be a little behind. */
const BACKDATED = DAY

async function keptIn(file: string): Promise<CertificateAndKey | null> {
  let text: string
  try {
    text = await readFile(file, 'latin1')
  } catch {
    return null
  }
  const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n?/.exec(text)?.[0]
  const cert = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(text)?.[0]
  return key === undefined || cert === undefined ? null : { cert, key }
}

function serves({ cert, key }: CertificateAndKey, names: readonly string[], now: number): boolean {
  try {
    const certificate = new X509Certificate(cert)
    return (
      certificate.checkPrivateKey(createPrivateKey(key)) &&
      Date.parse(certificate.validFrom) <= now &&
      Date.parse(certificate.validTo) - now > RENEWED_BEFORE &&
      names.every(name => (isAddress(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined)
    )
  } catch {
    return false
  }
}

/** The library is loaded only here: a start that finds a kept certificate does not pay for it. */
async function make(names: readonly string[], now: number): Promise<CertificateAndKey> {
  await import('reflect-metadata') // which the library asks its users to load first
  const x509 = await import('@peculiar/x509')
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // Positive and 16 random bytes long (RFC 5280 section 4.1.2.2).
    serialNumber: `4f${randomBytes(15).toString('hex')}`,
    name: [{ CN: ['localhost'] }, { O: ['Wirewright development certificate'] }],
    notBefore: new Date(now - BACKDATED),
    notAfter: new Date(now - BACKDATED + LIFETIME),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.SubjectAlternativeNameExtension(
        names.map(name => ({ type: isAddress(name) ? ('ip' as const) : ('dns' as const), value: name })),
      ),
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
  })
  const key = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { cert: `${certificate.toString('pem')}\n`, key: x509.PemConverter.encode(key, 'PRIVATE KEY').concat('\n') }
}

/** Writes a file beside the one meant, so that readers only ever see a whole one. Nobody else may read it. */
async function inBesideFile(file: string, text: string, use: (beside: string) => Promise<void>): Promise<void> {
  const beside = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    await writeFile(beside, text, { mode: 0o600, flag: 'wx' })
    await chmod(beside, 0o600)
    await use(beside)
  } finally {
    await rm(beside, { force: true })
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch {
    return false
  }
}

/** What can stand in a certificate as a DNS name (RFC 1034 section 3.5, a wildcard allowed) or an address. */
function isName(name: string): boolean {
  return isAddress(name) || /^(\*\.)?[a-z\d_]([a-z\d_-]*[a-z\d])?(\.[a-z\d_]([a-z\d_-]*[a-z\d])?)*$/i.test(name)
}

function isAddress(name: string): boolean {
  return parseAddress(name) !== null
}
