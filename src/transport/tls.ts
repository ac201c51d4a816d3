// TLS contexts: a certificate and its key, checked when they are loaded, in a holder whose content can be replaced
// while connections are open.
import type { KeyObject, X509Certificate } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import { nodeCrypto, nodeTls } from './lazily.ts'

export interface TlsMaterial {
  /** PEM: the certificate, then those that lead from it to the root. */
  readonly cert: string | Uint8Array
  /** PEM: the certificate's private key. */
  readonly key: string | Uint8Array
  readonly passphrase?: string | undefined
}

export interface TlsOptions {
  /** Protocols offered by ALPN, best first; `http/1.1` alone if absent. A client that offers only others is refused (RFC 7301 section 3.2). */
  readonly alpn?: readonly string[] | undefined
  /** Another context for the name a client asks for (SNI); undefined for this one. */
  readonly forName?: ((serverName: string) => TlsContext | undefined) | undefined
  /** Milliseconds since 1970, to tell whether a certificate is in its time. */
  readonly now?: (() => number) | undefined
}

/** A certificate or key that cannot be used; the message says which of them and why. */
export class TlsError extends Error {
  override name = 'TlsError'
}

export class TlsContext {
  readonly alpn: readonly string[]
  private readonly forName: TlsOptions['forName']
  private readonly now: () => number
  /** Kept when the certificate changes, so that clients can still resume their sessions (RFC 8446 section 4.6.1). */
  private readonly ticketKeys = nodeCrypto().randomBytes(48)
  private current: Loaded

  /** @throws TlsError where certificate or key cannot be used */
  constructor(material: TlsMaterial, options: TlsOptions = {}) {
    this.alpn = options.alpn ?? ['http/1.1']
    this.forName = options.forName
    this.now = options.now ?? Date.now
    this.current = this.load(material)
  }

  /** What is wrong with the certificate though it can be used: it has expired, or is not valid yet. */
  get notices(): readonly string[] {
    return this.current.notices
  }

  /** What handshakes use now. */
  get secure(): SecureContext {
    return this.current.secure
  }

  /** Whether the name that a client asks for matters. */
  get chooses(): boolean {
    return this.forName !== undefined
  }

  secureFor(serverName: string): SecureContext {
    return (this.forName?.(serverName) ?? this).secure
  }

  /** Uses another certificate for handshakes from now on. @throws TlsError where it cannot be used; the one before stays */
  replace(material: TlsMaterial): void {
    this.current = this.load(material)
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
        honorCipherOrder: true,
        ticketKeys: this.ticketKeys,
        sessionIdContext: 'wirewright',
      })
      return { secure, notices: outOfTime(certificate, this.now()) }
    } catch (error) {
      throw unusable('certificate chain', error)
    }
  }
}

interface Loaded {
  readonly secure: SecureContext
  readonly notices: readonly string[]
}

function certificateOf({ cert }: TlsMaterial): X509Certificate {
  const text = pem(cert)
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw notPem('certificate', text, '-----BEGIN CERTIFICATE-----')
  try {
    return new (nodeCrypto().X509Certificate)(text)
  } catch (error) {
    throw unusable('certificate', error)
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
    throw encrypted ? wrongPassphrase(error) : unusable('key', error)
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

function notPem(what: string, text: string, start: string): TlsError {
  const instead = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1]
  return new TlsError(
    `The ${what} must be PEM, text with a line ${start}; ${instead ? `this is a ${instead.toLowerCase()}` : 'there is no such line'}`,
  )
}

function needsPassphrase(): TlsError {
  return new TlsError('The key is encrypted: it needs its passphrase')
}

function wrongPassphrase(cause: unknown): TlsError {
  return new TlsError('The key cannot be decrypted: the passphrase is wrong, or the key is damaged', { cause })
}

function mismatch(): TlsError {
  return new TlsError('The certificate and the key do not belong together: the certificate was made for another key')
}

function unusable(what: string, cause: unknown): TlsError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new TlsError(`The ${what} cannot be read: ${reason}`, { cause })
}
