// TLS contexts: a certificate and its key, checked when they are loaded, in a holder whose content can be replaced
// while connections are open.
import type { KeyObject, X509Certificate } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import { nodeCrypto, nodeTls } from './lazily.ts'

/** A certificate and its private key, as PEM. */
export interface TlsMaterial {
  /** PEM: the certificate, then those that lead from it to the root. */
  readonly cert: string | Uint8Array
  /** PEM: the certificate's private key. */
  readonly key: string | Uint8Array
  /** What the key is encrypted with, if it is. */
  readonly passphrase?: string | undefined
}

/** How a certificate is judged. */
export interface TlsOptions {
  /** Milliseconds since 1970, to tell whether a certificate is in its time. */
  readonly now?: (() => number) | undefined
}

/** What of a certificate and its key is to blame. */
export type TlsFault = 'certificate' | 'key' | 'pair'

/** A certificate or key that cannot be used; the message says which of them and why. */
export class TlsError extends Error {
  override name = 'TlsError'
  /** Which of them is to blame. */
  readonly fault: TlsFault
  /** The file that is to blame, of a pair the certificate's; undefined where there is none. */
  readonly file: string | undefined

  constructor(fault: TlsFault, message: string, options: ErrorOptions & { readonly file?: string } = {}) {
    super(message, options)
    this.fault = fault
    this.file = options.file
  }
}

/** A certificate and its key, checked. Others can take their place while connections are open. */
export class TlsContext {
  private readonly now: () => number
  /**
   * Kept when the certificate changes, so that clients can still resume their sessions (RFC 8446 section 4.6.1). No other
   * context has the same: a session made with this certificate is never resumed where another one is due.
   */
  private readonly ticketKeys = nodeCrypto().randomBytes(48)
  private current: Loaded
  private readonly covered = new Map<string, boolean>()

  /** @throws TlsError where certificate or key cannot be used */
  constructor(material: TlsMaterial, options: TlsOptions = {}) {
    this.now = options.now ?? Date.now
    this.current = this.load(material)
  }

  /** What is wrong with the certificate though it can be used: it has expired, or is not valid yet. */
  get notices(): readonly string[] {
    return outOfTime(this.current.certificate, this.now())
  }

  /** What handshakes use now. */
  get secure(): SecureContext {
    return this.current.secure
  }

  /** When the certificate expires, as it says so itself. */
  get validTo(): string {
    return this.current.certificate.validTo
  }

  /**
   * Whether the certificate is for that host (RFC 9525): a name in lower case, `*.` before it for all names with one label
   * more, or an IP address, in brackets or without. The subject's common name does not count.
   */
  covers(host: string): boolean {
    if (host.length > LONGEST_NAME) return false
    let answer = this.covered.get(host)
    if (answer === undefined) {
      answer = isFor(this.current.certificate, host)
      // Clients can ask for any number of names.
      if (this.covered.size >= MOST_REMEMBERED) this.covered.clear()
      this.covered.set(host, answer)
    }
    return answer
  }

  /** Uses another certificate for handshakes from now on. @throws TlsError where it cannot be used; the one before stays */
  replace(material: TlsMaterial): void {
    this.current = this.load(material)
    this.covered.clear()
  }

  private load(material: TlsMaterial): Loaded {
    const certificate = certificateOf(material)
    if (!certificate.checkPrivateKey(keyOf(material))) throw mismatch()
    try {
      const secure = nodeTls().createSecureContext({
        cert: pem(material.cert),
        key: pem(material.key),
        passphrase: material.passphrase,
        minVersion: 'TLSv1.2',
        ciphers: CIPHERS,
        honorCipherOrder: true,
        ticketKeys: this.ticketKeys,
        sessionIdContext: 'wirewright',
      })
      return { secure, certificate }
    } catch (error) {
      throw unusable('certificate', 'certificate chain', error)
    }
  }
}

interface Loaded {
  readonly secure: SecureContext
  readonly certificate: X509Certificate
}

const MOST_REMEMBERED = 1000
/** Of a host name (RFC 1035 section 2.3.4), as text, with the dot at its end. */
const LONGEST_NAME = 254

/**
 * What RFC 9113 section 9.2.2 leaves for HTTP/2 over TLS 1.2: ephemeral keys and authenticated encryption alone, as Caddy
 * and Mozilla's "intermediate" have it. First come those of TLS 1.3.
 */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

function isFor(certificate: X509Certificate, host: string): boolean {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host
  if (bare.includes(':') || /^[\d.]+$/.test(bare)) return certificate.checkIP(bare) !== undefined
  const name = bare.startsWith('*.') ? `any${bare.slice(1)}` : bare
  return certificate.checkHost(name, { subject: 'never', partialWildcards: false }) !== undefined
}

function certificateOf({ cert }: TlsMaterial): X509Certificate {
  const text = pem(cert)
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw notPem('certificate', text, '-----BEGIN CERTIFICATE-----')
  try {
    return new (nodeCrypto().X509Certificate)(text)
  } catch (error) {
    throw unusable('certificate', 'certificate', error)
  }
}

function keyOf({ key, passphrase }: TlsMaterial): KeyObject {
  const text = pem(key)
  if (!text.includes('PRIVATE KEY-----')) throw notPem('key', text, '-----BEGIN PRIVATE KEY-----')
  const encrypted = text.includes('ENCRYPTED')
  if (encrypted && (passphrase === undefined || passphrase === '')) throw needsPassphrase()
  try {
    return nodeCrypto().createPrivateKey(encrypted ? { key: text, passphrase: passphrase! } : text)
  } catch (error) {
    throw encrypted ? wrongPassphrase(error) : unusable('key', 'key', error)
  }
}

function pem(data: string | Uint8Array): string {
  return typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1')
}

function outOfTime(certificate: X509Certificate, now: number): string[] {
  if (now > Date.parse(certificate.validTo))
    return [`The certificate expired on ${certificate.validTo}: clients will not trust it`]
  if (now < Date.parse(certificate.validFrom))
    return [`The certificate is not valid before ${certificate.validFrom}: clients will not trust it yet`]
  return []
}

function notPem(what: 'certificate' | 'key', text: string, start: string): TlsError {
  const instead = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1]
  return new TlsError(
    what,
    `The ${what} must be PEM, text with a line ${start}; ${instead ? `this is a ${instead.toLowerCase()}` : 'there is no such line'}`,
  )
}

function needsPassphrase(): TlsError {
  return new TlsError('key', 'The key is encrypted: it needs its passphrase')
}

function wrongPassphrase(cause: unknown): TlsError {
  return new TlsError('key', 'The key cannot be decrypted: the passphrase is wrong, or the key is damaged', { cause })
}

function mismatch(): TlsError {
  return new TlsError(
    'pair',
    'The certificate and the key do not belong together: the certificate was made for another key',
  )
}

function unusable(fault: TlsFault, what: string, cause: unknown): TlsError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new TlsError(fault, `The ${what} cannot be read: ${reason}`, { cause })
}
