// The certificates to speak HTTPS with: those that are named, which are loaded again when their files change, or one made
// for development and kept for the next start.
import { developmentCertificate } from '../certificates/index.ts'
import { ConfigError, type InForce, type Loaded } from '../config/index.ts'
import type { Tls } from '../server/index.ts'
import type { TlsError } from '../transport/index.ts'
import { cacheFolder } from './cache-folder.ts'

/** The files that are named; null where none are. */
export function namedCertificate({ config }: InForce): Tls | null {
  const { ssl_cert: certFile, ssl_key: keyFile, ssl_password: passphrase } = config
  return certFile === null || keyFile === null ? null : { certFile, keyFile, passphrase: passphrase ?? undefined }
}

/** One for these names besides the machine's own. */
export function selfMade(names: readonly string[], now: number): Promise<Tls> {
  return developmentCertificate({ cacheFolder: cacheFolder(process.env, process.platform), names, now })
}

/** The fault of a certificate, told of the option that names its file. */
export function certificateProblem(error: TlsError, loaded: Loaded): ConfigError {
  const { file } = error
  for (const { config, origins, at } of [{ ...loaded, at: '' }, ...loaded.hosts]) {
    if (config.ssl_key !== file && config.ssl_cert !== file) continue
    const key = config.ssl_key === file && error.fault === 'key' ? 'ssl_key' : 'ssl_cert'
    const name = at === '' || origins[key] === loaded.origins[key] ? key : `${at}.${key}`
    return new ConfigError([{ origin: origins[key], message: `${name} ${error.message}` }])
  }
  return new ConfigError([{ origin: { source: 'default' }, message: error.message }])
}
