// Certificates for tests, made in memory: for any names, valid for any time, signed by themselves.
import 'reflect-metadata'
import { randomBytes } from 'node:crypto'
import * as x509 from '@peculiar/x509'

export interface Made {
  readonly cert: string
  readonly key: string
}

export interface Wanted {
  /** Milliseconds from now. */
  readonly from?: number
  readonly to?: number
}

const HOUR = 3_600_000

/** A certificate for host names and IP addresses. */
export async function certificateFor(
  names: readonly string[],
  { from = -HOUR, to = HOUR }: Wanted = {},
): Promise<Made> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const now = Date.now()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `4f${randomBytes(15).toString('hex')}`,
    name: [{ CN: ['Test'] }],
    notBefore: new Date(now + from),
    notAfter: new Date(now + to),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.SubjectAlternativeNameExtension(
        names.map(value => ({ type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      new x509.BasicConstraintsExtension(true, undefined, true),
    ],
  })
  const key = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { cert: `${certificate.toString('pem')}\n`, key: `${x509.PemConverter.encode(key, 'PRIVATE KEY')}\n` }
}
