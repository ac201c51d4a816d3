// TLS contexts: a certificate and its key, checked when they are loaded, in a holder whose content can be replaced
// while connections are open.
import type { SecureContext } from 'node:tls'

export interface TlsMaterial {
  /** PEM: the certificate, then those that lead from it to the root. */
  readonly cert: string | Uint8Array
  /** PEM: the certificate's private key. */
  readonly key: string | Uint8Array
  readonly passphrase?: string | undefined
}

export interface TlsOptions {
  /** Protocols offered by ALPN, best first. */
  readonly alpn?: readonly string[] | undefined
}

/** A certificate or key that cannot be used; the message says which of them and why. */
export class TlsError extends Error {
  override name = 'TlsError'
}

export class TlsContext {
  readonly alpn: readonly string[]
  /** What is wrong with the certificate that does not keep it from being used: that it has expired, say. */
  notices: readonly string[] = []
  secure!: SecureContext

  /** @throws TlsError where certificate or key cannot be used */
  constructor(material: TlsMaterial, options: TlsOptions = {}) {
    this.alpn = options.alpn ?? ['http/1.1']
    this.replace(material)
  }

  /** Uses another certificate for handshakes from now on. @throws TlsError where it cannot be used; the one before stays */
  replace(_material: TlsMaterial): void {
    throw new TlsError('not built yet')
  }
}
